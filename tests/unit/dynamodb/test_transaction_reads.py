"""TransactGetItems reads up to 100 items, or what of them is asked for.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
"""

from typing import Any

import pytest

from emulator.errors import ServiceError
from tests.unit.dynamodb.handler import call
from tests.unit.dynamodb.records import A1

TABLE_ARN = "arn:aws:dynamodb:eu-north-1:000000000000:table/Orders"


def get(name: str, table: str = "Orders", **members: Any) -> dict[str, Any]:
    """Return a member of a transaction."""
    return {"Get": {"TableName": table, "Key": {"id": {"S": name}}, **members}}


def read(backend: Any, *gets: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Carry a transaction out."""
    return call(backend, "transact_get_items", TransactItems=list(gets), **options)


def test_items_are_in_the_order_of_the_request(backend: Any) -> None:
    assert read(backend, get("absent"), get("a", TABLE_ARN)) == {"Responses": [{}, {"Item": A1}]}


def test_what_is_asked_of_an_item_is_returned(backend: Any) -> None:
    item = {"id": {"S": "b"}, "m": {"M": {"x": {"N": "1"}, "y": {"BS": ["YQ=="]}}}}
    call(backend, "put_item", TableName="Orders", Item=item)
    projection: dict[str, Any] = {"ProjectionExpression": "#m.y", "ExpressionAttributeNames": {"#m": "m"}}

    answer = read(backend, get("b", **projection), get("a", ProjectionExpression="absent"))

    assert answer == {"Responses": [{"Item": {"m": {"M": {"y": {"BS": ["YQ=="]}}}}}, {"Item": {}}]}


def test_a_hundred_items_are_read(backend: Any) -> None:
    assert len(read(backend, *(get(str(number)) for number in range(100)))["Responses"]) == 100


def test_a_read_costs_two_units_for_each_4_kb(backend: Any) -> None:
    call(backend, "put_item", TableName="Orders", Item={"id": {"S": "b"}, "x": {"S": "x" * 4096}})

    answer = read(backend, get("a"), get("b"), get("absent"), ReturnConsumedCapacity="TOTAL")

    assert answer["ConsumedCapacity"] == [
        {"TableName": "Orders", "CapacityUnits": 8.0, "ReadCapacityUnits": 8.0}
    ]


@pytest.mark.parametrize(
    ("gets", "message"),
    [
        ([], "Member must have length greater than or equal to 1"),
        ([get(str(number)) for number in range(101)], "length less than or equal to 100"),
        ([{}], "Value null at 'transactItems.1.member.get' failed to satisfy constraint"),
        ([{"Get": {"TableName": "Orders"}}], "Value null at 'transactItems.1.member.get.key'"),
        ([get("a"), get("a", TABLE_ARN)], "cannot include multiple operations on one item"),
        ([get("a", ProjectionExpression="a,")], "Invalid ProjectionExpression: Syntax error"),
        ([get("a", ExpressionAttributeNames={"#a": "a"})], "can only be specified when using expressions"),
        ([get("a", "Absent")], "Requested resource not found"),
    ],
)
def test_a_transaction_that_dynamodb_does_not_take_is_refused(
    backend: Any, gets: list[Any], message: str
) -> None:
    with pytest.raises(ServiceError) as raised:
        read(backend, *gets)

    assert message in raised.value.message


def test_a_key_of_another_schema_is_the_reason_of_its_member(backend: Any) -> None:
    other = {"Get": {"TableName": "Orders", "Key": {"id": {"N": "1"}}}}

    with pytest.raises(Exception, match=r"\[None, ValidationError, None\]"):
        read(backend, get("a"), other, other)
