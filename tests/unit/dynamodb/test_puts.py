"""What PutItem and the other operations on items refuse, in AWS's words.

Known from Dynalite's and ScyllaDB's tests, which are run against AWS too.
"""

import json
from typing import Any

import pytest
from moto.dynamodb.exceptions import ConditionalCheckFailed

from emulator.errors import ServiceError
from tests.unit.dynamodb.handler import call
from tests.unit.dynamodb.records import A1, A2, recorded

KEY = {"id": {"S": "a"}}


def nested(depth: int) -> Any:
    """Return a value with as many maps in one another."""
    value: Any = {"S": "a"}
    for _ in range(depth):
        value = {"M": {"x": value}}
    return value


# What a table does not take, and what is no item at all.
NOT_TAKEN = [
    ({"x": {"S": "a"}}, "One or more parameter values were invalid: Missing the key id in the item"),
    (
        {"id": {"N": "1"}},
        "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
    ),
    ({"id": {"S": ""}}, "The AttributeValue for a key attribute cannot contain an empty string value."),
    ({**KEY, "x": nested(33)}, "nested levels beyond supported limit"),
    ({"id": {"S": "x" * 2049}}, "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
    ({**KEY, "x": {"S": "x" * 409_600}}, "Item size has exceeded the maximum allowed size"),
]
NO_ITEMS = [
    ({**KEY, "x": {"SS": []}}, "An string set  may not be empty"),
    ({**KEY, "x": {"BS": ["YQ==", "YQ=="]}}, "of type BS contains duplicates."),
    ({**KEY, "x": {"S": "a", "N": "1"}}, "has more than one datatypes set"),
    ({**KEY, "x": {}}, "Supplied AttributeValue is empty"),
    ({**KEY, "x": {"N": "1e999"}}, "Number overflow"),
    (
        {**KEY, "x": {"M": {"y": {"L": [{"NULL": False}]}}}},
        "Null attribute value types must have the value",
    ),
    ({**KEY, "": {"S": "a"}}, "Empty attribute name"),
    ({**KEY, "x" * 65_536: {"S": "a"}}, "Attribute name is too large, must be less than 65536 bytes"),
]


def _put(item: Any) -> tuple[str, dict[str, Any]]:
    return "put_item", {"TableName": "Orders", "Item": item}


def _put_in_a_transaction(item: Any) -> tuple[str, dict[str, Any]]:
    return "transact_write_items", {"TransactItems": [{"Put": {"TableName": "Orders", "Item": item}}]}


@pytest.mark.parametrize(
    ("request_of", "item", "message"),
    [
        *((_put, *case) for case in (*NOT_TAKEN, *NO_ITEMS)),
        *((_put_in_a_transaction, *case) for case in NO_ITEMS),
    ],
)
def test_an_item_that_dynamodb_does_not_take_is_refused(
    backend: Any, request_of: Any, item: Any, message: str
) -> None:
    operation, members = request_of(item)

    with pytest.raises(ServiceError) as raised:
        call(backend, operation, **members)

    assert (raised.value.code, message in raised.value.message) == ("ValidationException", True)
    assert recorded(backend) == []


@pytest.mark.parametrize(("item", "message"), NOT_TAKEN)
def test_an_item_that_a_table_does_not_take_is_the_reason_of_its_action(
    backend: Any, item: Any, message: str
) -> None:
    unmet = {"Item": {"id": {"S": "b"}}, "ConditionExpression": "attribute_exists(id)"}
    actions = [{"Put": {"TableName": "Orders", **put}} for put in (unmet, {"Item": item}, {"Item": item})]

    with pytest.raises(Exception, match=r"\[None, ValidationError, None\]") as raised:
        call(backend, "transact_write_items", TransactItems=actions)

    reasons = json.loads(raised.value.description)["CancellationReasons"]  # type: ignore[attr-defined]
    assert ["Message" in reason for reason in reasons] == [False, True, False]
    assert (message in reasons[1]["Message"], recorded(backend)) == (True, [])


@pytest.mark.parametrize(
    ("operation", "members", "message"),
    [
        ("put_item", {"Item": A2, "ReturnValues": "ALL_NEW"}, "ReturnValues can only be ALL_OLD or NONE"),
        ("put_item", {"Item": A2, "ReturnValues": "HELLO"}, "'HELLO' at 'returnValues'"),
        ("delete_item", {"Key": {"id": {"N": "1"}}}, "The provided key element does not match the schema"),
        ("delete_item", {"Key": {**KEY, "x": {"S": "a"}}}, "The provided key element does not match the"),
        ("update_item", {"Key": {"id": {"S": ""}}}, "cannot contain an empty string value"),
        (
            "delete_item",
            {"Key": KEY, "ExpressionAttributeNames": {"#a": "a"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            "put_item",
            {"Item": A2, "ExpressionAttributeValues": {":a": {"S": "a"}}},
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
        ),
        (
            "put_item",
            {
                "Item": A2,
                "ConditionExpression": "n = :n",
                "ExpressionAttributeValues": {":n": {"S": "1"}, ":m": {"S": "2"}},
            },
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:m}",
        ),
        (
            "update_item",
            {"Key": KEY, "UpdateExpression": "REMOVE n", "AttributeUpdates": {"n": {"Action": "DELETE"}}},
            "Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}",
        ),
    ],
)
def test_members_that_do_not_go_together_are_refused(
    backend: Any, operation: str, members: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServiceError) as raised:
        call(backend, operation, TableName="Orders", **members)

    assert (raised.value.code, message in raised.value.message) == ("ValidationException", True)


def test_values_may_be_nested_32_levels_deep(backend: Any) -> None:
    item = {**KEY, "x": nested(32)}

    call(backend, "put_item", TableName="Orders", Item=item)

    assert call(backend, "get_item", TableName="Orders", Key=KEY) == {"Item": item}


def test_a_binary_value_counts_its_bytes_and_not_its_base64(backend: Any) -> None:
    item = {**KEY, "b": {"B": "QUFB" * 136_000}}  # 408,000 bytes

    call(backend, "put_item", TableName="Orders", Item=item)

    assert call(backend, "get_item", TableName="Orders", Key=KEY) == {"Item": item}


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("put_item", {"Item": A2}),
        ("delete_item", {"Key": KEY}),
        ("update_item", {"Key": KEY}),
    ],
)
@pytest.mark.parametrize(
    "condition",
    [
        {"Expected": {"n": {"Value": {"S": "9"}}}},
        {"ConditionExpression": "n = :n", "ExpressionAttributeValues": {":n": {"S": "9"}}},
    ],
)
def test_a_condition_that_does_not_hold_leaves_the_item_and_no_record(
    backend: Any, operation: str, members: dict[str, Any], condition: dict[str, Any]
) -> None:
    with pytest.raises(ConditionalCheckFailed):
        call(backend, operation, TableName="Orders", **members, **condition)

    assert (call(backend, "get_item", TableName="Orders", Key=KEY), recorded(backend)) == ({"Item": A1}, [])


def test_a_transaction_tells_of_each_action_why_it_was_cancelled(backend: Any) -> None:
    actions = [
        {"Put": {"TableName": "Orders", "Item": {"id": {"S": "b"}}}},
        {
            "ConditionCheck": {
                "TableName": "Orders",
                "Key": KEY,
                "ConditionExpression": "attribute_not_exists(id)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
        {"Update": {"TableName": "Orders", "Key": {"id": {"S": "c"}}, "UpdateExpression": "SET x = y"}},
    ]

    with pytest.raises(Exception, match=r"\[None, ConditionalCheckFailed, ValidationError\]") as raised:
        call(backend, "transact_write_items", TransactItems=actions)

    reasons = json.loads(raised.value.description)["CancellationReasons"]  # type: ignore[attr-defined]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed", "ValidationError"]
    assert (reasons[1]["Item"], recorded(backend)) == (A1, [])


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        (
            [{"Put": {"TableName": "Orders", "Item": A2}}, {"Delete": {"TableName": "Orders", "Key": KEY}}],
            "Transaction request cannot include multiple operations on one item",
        ),
        ([], "Member must have length greater than or equal to 1"),
        ([{"Put": {"TableName": "Orders", "Item": A2}}] * 101, "length less than or equal to 100"),
    ],
)
def test_a_transaction_that_dynamodb_does_not_take_is_refused(
    backend: Any, actions: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(ServiceError) as raised:
        call(backend, "transact_write_items", TransactItems=actions)

    assert message in raised.value.message


def test_a_key_that_a_table_does_not_take_is_the_reason_of_a_single_action(backend: Any) -> None:
    actions = [{"Delete": {"TableName": "Orders", "Key": {"id": {"N": "1"}}}}]

    with pytest.raises(Exception, match=r"\[ValidationError\]"):
        call(backend, "transact_write_items", TransactItems=actions)


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("put_item", {"Item": {**KEY, "x": {"S": "a\ud800"}}}),
        ("put_item", {"Item": {**KEY, "\ud800": {"S": "a"}}}),
        ("put_item", {"Item": {**KEY, "x": {"M": {"\ud800": {"SS": ["a"]}}}}}),
        ("put_item", {"Item": {**KEY, "x": {"SS": ["\udfff"]}}}),
        ("put_item", {"Item": A2, "ConditionExpression": "attribute_exists(a\ud800)"}),
        ("get_item", {"Key": {"id": {"S": "\ud800"}}}),
        ("get_item", {"Key": KEY, "ProjectionExpression": "\ud800"}),
        (
            "get_item",
            {"Key": KEY, "ProjectionExpression": "#a", "ExpressionAttributeNames": {"#a": "\ud800"}},
        ),
        ("update_item", {"Key": KEY, "UpdateExpression": "REMOVE \ud800"}),
        ("update_item", {"Key": KEY, "AttributeUpdates": {"\ud800": {"Value": {"S": "a"}}}}),
        ("delete_item", {"Key": {"id": {"S": "\ud800"}}}),
    ],
)
def test_half_a_surrogate_pair_is_no_text(backend: Any, operation: str, members: dict[str, Any]) -> None:
    with pytest.raises(ServiceError) as raised:
        call(backend, operation, TableName="Orders", **members)

    assert (raised.value.code, recorded(backend)) == ("SerializationException", [])


def test_a_whole_surrogate_pair_is_a_text(backend: Any) -> None:
    item = {**KEY, "\U0001f600": {"S": "\U0001f600"}}

    call(backend, "put_item", TableName="Orders", Item=item)

    assert call(backend, "get_item", TableName="Orders", Key=KEY) == {"Item": item}
