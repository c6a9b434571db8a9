"""What the operations on items answer, and what they leave out.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
"""

import json
from typing import Any

import pytest

from tests.unit.dynamodb.handler import Handler
from tests.unit.dynamodb.records import A1, A2, B

KEY = {"id": {"S": "a"}}
SET = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"S": "2"}}}


def call(backend: Any, operation: str, **members: Any) -> dict[str, Any]:
    """Carry out an operation and return its answer."""
    return dict(json.loads(getattr(Handler(backend, members), operation)()))


# The table holds A1.
@pytest.mark.parametrize(
    ("operation", "members", "expected"),
    [
        ("put_item", {"Item": B, "ReturnValues": "ALL_OLD"}, {}),
        ("put_item", {"Item": A2, "ReturnValues": "ALL_OLD"}, {"Attributes": A1}),
        ("put_item", {"Item": A2}, {}),
        ("delete_item", {"Key": B, "ReturnValues": "ALL_OLD"}, {}),
        ("delete_item", {"Key": KEY, "ReturnValues": "ALL_OLD"}, {"Attributes": A1}),
        ("delete_item", {"Key": KEY}, {}),
        ("update_item", {"Key": KEY, **SET}, {}),
        ("update_item", {"Key": KEY, **SET, "ReturnValues": "ALL_OLD"}, {"Attributes": A1}),
        ("update_item", {"Key": KEY, **SET, "ReturnValues": "ALL_NEW"}, {"Attributes": A2}),
        (
            "update_item",
            {"Key": KEY, **SET, "ReturnValues": "UPDATED_NEW"},
            {"Attributes": {"n": {"S": "2"}}},
        ),
        ("update_item", {"Key": B, **SET, "ReturnValues": "UPDATED_NEW"}, {"Attributes": {"n": {"S": "2"}}}),
        ("update_item", {"Key": B, **SET, "ReturnValues": "UPDATED_OLD"}, {}),
    ],
)
def test_attributes_are_there_where_there_are_any(
    backend: Any, operation: str, members: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert call(backend, operation, TableName="Orders", **members) == expected


@pytest.mark.parametrize(
    ("operation", "members", "expected"),
    [
        ("transact_write_items", {"TransactItems": [{"Put": {"TableName": "Orders", "Item": B}}]}, {}),
        (
            "batch_write_item",
            {"RequestItems": {"Orders": [{"PutRequest": {"Item": B}}]}},
            {"UnprocessedItems": {}},
        ),
        (
            "batch_get_item",
            {"RequestItems": {"Orders": {"Keys": [KEY]}}},
            {"Responses": {"Orders": [A1]}, "UnprocessedKeys": {}},
        ),
        ("update_item", {"TableName": "Orders", "Key": KEY, **SET}, {}),
    ],
)
def test_capacity_is_told_on_request_only(
    backend: Any, operation: str, members: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert call(backend, operation, **members) == expected

    assert "ConsumedCapacity" in call(backend, operation, **members, ReturnConsumedCapacity="TOTAL")
