"""What the operations on items answer, and what they leave out.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
"""

from typing import Any

import pytest

from tests.unit.dynamodb.handler import call
from tests.unit.dynamodb.records import A1, A2, B

KEY = {"id": {"S": "a"}}
SET = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"S": "2"}}}


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
    ("update", "expected"),
    [
        # set to what it was, and set by another one
        ("SET n = if_not_exists(n, :x), #o = :x", {"n": {"S": "1"}, "other": {"S": "x"}}),
        # a number added to, a set taken from, an attribute removed
        ("ADD count_ :one DELETE labels :none REMOVE gone", {"count_": {"N": "3"}, "labels": {"SS": ["a"]}}),
        # one member of a map, of which the others are left out
        ("SET map_.a = :x", {"map_": {"M": {"a": {"S": "x"}}}}),
    ],
)
def test_what_an_update_names_is_in_updated_new(backend: Any, update: str, expected: dict[str, Any]) -> None:
    # GIVEN an item with attributes of several types
    item = {
        **A1,
        "count_": {"N": "2"},
        "labels": {"SS": ["a"]},
        "gone": {"S": "x"},
        "map_": {"M": {"a": {"S": "1"}, "b": {"S": "2"}}},
    }
    call(backend, "put_item", TableName="Orders", Item=item)

    # WHEN some of them are updated
    given = {":x": {"S": "x"}, ":one": {"N": "1"}, ":none": {"SS": ["b"]}}
    answer = call(
        backend,
        "update_item",
        TableName="Orders",
        Key=KEY,
        UpdateExpression=update,
        ExpressionAttributeValues={name: value for name, value in given.items() if name in update},
        **({"ExpressionAttributeNames": {"#o": "other"}} if "#o" in update else {}),
        ReturnValues="UPDATED_NEW",
    )

    # THEN the answer has these, as they are now
    assert answer == {"Attributes": expected}


def test_an_attribute_update_of_the_older_kind_is_in_updated_new(backend: Any) -> None:
    answer = call(
        backend,
        "update_item",
        TableName="Orders",
        Key=KEY,
        AttributeUpdates={"n": {"Action": "PUT", "Value": {"S": "1"}}},
        ReturnValues="UPDATED_NEW",
    )

    assert answer == {"Attributes": {"n": {"S": "1"}}}


@pytest.mark.parametrize(
    ("operation", "members", "expected"),
    [
        ("transact_write_items", {"TransactItems": [{"Put": {"TableName": "Orders", "Item": B}}]}, {}),
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
