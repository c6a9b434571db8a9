"""The keys of indexes are as long as those of tables.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

import base64
from typing import Any

import pytest

from emulator.dynamodb.batch_write import batch_write_item
from emulator.errors import ServiceError
from tests.unit.dynamodb.handler import call

KEY = {"a": {"S": "p"}, "b": {"N": "1"}}
# A sort key of the local index, a partition key of the global one.
LONGEST = {"c": {"S": "x" * 1024}, "d": {"B": base64.b64encode(b"x" * 2048).decode()}}
TOO_LONG = {"c": {"S": "x" * 1025}, "d": {"B": base64.b64encode(b"x" * 2049).decode()}}


def _put(backend: Any, name: str, value: Any) -> None:
    call(backend, "put_item", TableName="Indexed", Item={**KEY, name: value})


def _put_in_a_batch(backend: Any, name: str, value: Any) -> None:
    requests = [{"PutRequest": {"Item": {**KEY, name: value}}}]
    batch_write_item({"RequestItems": {"Indexed": requests}}, backend.get_table)


def _update_by_expression(backend: Any, name: str, value: Any) -> None:
    call(
        backend,
        "update_item",
        TableName="Indexed",
        Key=KEY,
        UpdateExpression=f"SET {name} = :v",
        ExpressionAttributeValues={":v": value},
    )


def _update_by_copy(backend: Any, name: str, value: Any) -> None:
    call(backend, "put_item", TableName="Indexed", Item={**KEY, "copied": value})
    call(backend, "update_item", TableName="Indexed", Key=KEY, UpdateExpression=f"SET {name} = copied")


def _update(backend: Any, name: str, value: Any) -> None:
    call(backend, "update_item", TableName="Indexed", Key=KEY, AttributeUpdates={name: {"Value": value}})


@pytest.mark.parametrize("write", [_put, _put_in_a_batch, _update_by_expression, _update_by_copy, _update])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("c", "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"),
        ("d", "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
    ],
)
def test_a_key_of_an_index_that_is_too_long_is_refused(
    indexed: Any, write: Any, name: str, message: str
) -> None:
    write(indexed, name, LONGEST[name])

    with pytest.raises(ServiceError, match=message):
        write(indexed, name, TOO_LONG[name])
