"""What reads find and return.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
"""

from typing import Any

import pytest

from emulator.dynamodb import contributor_insights
from emulator.errors import ServiceError
from tests.unit.dynamodb.handler import call
from tests.unit.dynamodb.records import A1

KEY = {"id": {"S": "b"}}
ITEM = {
    **KEY,
    "blobs": {"BS": ["YQ==", "Yg=="]},
    "map_": {"M": {"a": {"N": "1"}, "b": {"L": [{"S": "x"}, {"S": "y"}, {"S": "z"}]}}},
}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, ITEM),
        ({"AttributesToGet": ["blobs"]}, {"blobs": ITEM["blobs"]}),
        ({"AttributesToGet": ["absent"]}, {}),
        ({"ProjectionExpression": "map_.a, absent"}, {"map_": {"M": {"a": {"N": "1"}}}}),
        (
            {"ProjectionExpression": "#m.b[2], #m.b[0]", "ExpressionAttributeNames": {"#m": "map_"}},
            {"map_": {"M": {"b": {"L": [{"S": "x"}, {"S": "z"}]}}}},
        ),
    ],
)
def test_what_is_asked_of_an_item_is_returned(
    backend: Any, members: dict[str, Any], expected: dict[str, Any]
) -> None:
    call(backend, "put_item", TableName="Orders", Item=ITEM)

    assert call(backend, "get_item", TableName="Orders", Key=KEY, **members) == {"Item": expected}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Key": {"id": {"N": "1"}}}, "The provided key element does not match the schema"),
        ({"Key": KEY, "AttributesToGet": []}, "'attributesToGet' failed to satisfy constraint"),
        ({"Key": KEY, "AttributesToGet": ["a", ""]}, "Empty attribute name"),
        ({"Key": KEY, "AttributesToGet": ["x" * 65_536]}, "Attribute name is too large"),
        ({"Key": KEY, "AttributesToGet": ["a", "a"]}, "Duplicate value in attribute name: a"),
        ({"Key": KEY, "ProjectionExpression": "a.b, a"}, "Two document paths overlap with each other"),
        (
            {"Key": KEY, "ProjectionExpression": "a[99999999999999]"},
            "Invalid ProjectionExpression: List index is not within the allowable range; index: [99999999999999]",
        ),
        ({"Key": KEY, "ProjectionExpression": "a[01]"}, "Invalid ProjectionExpression: Syntax error"),
        ({"Key": KEY, "ProjectionExpression": "a,"}, "Invalid ProjectionExpression: Syntax error"),
        (
            {"Key": KEY, "ExpressionAttributeNames": {"#a": "a"}},
            "can only be specified when using expressions",
        ),
        ({}, "Value null at 'key' failed to satisfy constraint"),
        ({"TableName": "a!", "Key": KEY}, "2 validation errors detected: Value 'a!' at 'tableName'"),
    ],
)
def test_what_get_item_does_not_take_is_refused(backend: Any, members: dict[str, Any], message: str) -> None:
    with pytest.raises(ServiceError) as raised:
        call(backend, "get_item", **{"TableName": "Orders", **members})

    assert (raised.value.code, message in raised.value.message) == ("ValidationException", True)


BLOB = {":b": {"B": "YQ=="}}
OLDER = {"blobs": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"B": "YQ=="}]}}


@pytest.mark.parametrize(
    "filter_",
    [
        {"FilterExpression": "contains(blobs, :b)", "ExpressionAttributeValues": BLOB},
        {"ScanFilter": OLDER},
        {"ScanFilter": {**OLDER, "map_": {"ComparisonOperator": "NULL"}}, "ConditionalOperator": "OR"},
    ],
)
def test_a_scan_finds_items_by_members_of_a_binary_set(backend: Any, filter_: dict[str, Any]) -> None:
    # GIVEN two items with binary sets, and one that has none but a map
    call(backend, "put_item", TableName="Orders", Item=ITEM)
    call(
        backend,
        "put_item",
        TableName="Orders",
        Item={"id": {"S": "c"}, "blobs": {"BS": ["Yg=="]}, "map_": {"M": {}}},
    )
    call(backend, "put_item", TableName="Orders", Item={**A1, "map_": {"M": {}}})

    answer = call(backend, "scan", TableName="Orders", **filter_)

    assert (answer["Items"], answer["ScannedCount"]) == ([ITEM], 3)


def test_a_query_has_a_filter_of_the_older_kind(backend: Any) -> None:
    call(backend, "put_item", TableName="Orders", Item=ITEM)
    conditions = {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [KEY["id"]]}}

    found = [
        call(backend, "query", TableName="Orders", KeyConditions=conditions, QueryFilter=filter_)["Items"]
        for filter_ in (OLDER, {"blobs": {"ComparisonOperator": "NULL"}})
    ]

    assert found == [[ITEM], []]


# The status of a table without insights is recorded on AWS (LocalStack's validated snapshot of DynamoDB).
def test_contributor_insights_are_off_until_they_are_switched_on(backend: Any) -> None:
    table = backend.tables["Orders"]
    before = contributor_insights.describe(table, {})

    contributor_insights.update(table, {"ContributorInsightsAction": "ENABLE"})

    assert before == {"TableName": "Orders", "ContributorInsightsStatus": "DISABLED"}
    assert contributor_insights.summaries([table]) == {
        "ContributorInsightsSummaries": [{"TableName": "Orders", "ContributorInsightsStatus": "ENABLED"}]
    }
    with pytest.raises(ServiceError, match="Index: none not found"):
        contributor_insights.describe(table, {"IndexName": "none"})
    with pytest.raises(ServiceError, match="contributorInsightsAction"):
        contributor_insights.update(table, {"ContributorInsightsAction": "X"})


def _scan(backend: Any, **members: Any) -> Any:
    return call(backend, "scan", TableName="Orders", **members)["Items"]


def _query(backend: Any, **members: Any) -> Any:
    conditions = {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [KEY["id"]]}}
    if "ProjectionExpression" not in members:
        return call(backend, "query", TableName="Orders", KeyConditions=conditions, **members)["Items"]
    return call(
        backend,
        "query",
        TableName="Orders",
        KeyConditionExpression="id = :id",
        ExpressionAttributeValues={":id": KEY["id"]},
        **members,
    )["Items"]


def _batch_get(backend: Any, **members: Any) -> Any:
    requests = {"Orders": {"Keys": [KEY], **members}}
    return call(backend, "batch_get_item", RequestItems=requests)["Responses"]["Orders"]


@pytest.mark.parametrize("read", [_scan, _query, _batch_get])
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"ProjectionExpression": "blobs"}, {"blobs": ITEM["blobs"]}),
        (
            {"ProjectionExpression": "#m.b[2], #m.b[0]", "ExpressionAttributeNames": {"#m": "map_"}},
            {"map_": {"M": {"b": {"L": [{"S": "x"}, {"S": "z"}]}}}},
        ),
        ({"AttributesToGet": ["blobs", "absent"]}, {"blobs": ITEM["blobs"]}),
    ],
)
def test_what_is_asked_of_many_items_is_returned(
    backend: Any, read: Any, members: dict[str, Any], expected: dict[str, Any]
) -> None:
    call(backend, "put_item", TableName="Orders", Item=ITEM)
    call(backend, "delete_item", TableName="Orders", Key={"id": {"S": "a"}})

    assert read(backend, **members) == [expected]


@pytest.mark.parametrize(
    ("operation", "members", "message"),
    [
        (
            "query",
            {"FilterExpression": "id = :id"},
            "Filter Expression can only contain non-primary key attributes",
        ),
        (
            "query",
            {"FilterExpression": "size(n) = size(#i)", "ExpressionAttributeNames": {"#i": "id"}},
            "Primary key attribute: id",
        ),
        (
            "query",
            {"ExpressionAttributeValues": {":id": KEY["id"], ":x": {"N": "1"}}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
        ),
        (
            "scan",
            {"FilterExpression": "n = :n", "ExpressionAttributeValues": {":n": {"S": "1"}, ":x": {"N": "1"}}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
        ),
        (
            "scan",
            {"ExpressionAttributeValues": {":x": {"N": "1"}}},
            "can only be specified when using expressions: FilterExpression is null",
        ),
        (
            "query",
            {"QueryFilter": {"n": {"ComparisonOperator": "NOT_NULL"}}, "ProjectionExpression": "n"},
            "Non-expression parameters: {QueryFilter}",
        ),
        (
            "scan",
            {"ScanFilter": {"n": {"ComparisonOperator": "NOT_NULL"}}, "ProjectionExpression": "n"},
            "Non-expression parameters: {ScanFilter} Expression parameters: {ProjectionExpression}",
        ),
    ],
)
def test_what_a_read_of_many_items_does_not_take_is_refused(
    backend: Any, operation: str, members: dict[str, Any], message: str
) -> None:
    key = {"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": KEY["id"]}}

    with pytest.raises(ServiceError) as raised:
        call(
            backend,
            operation,
            TableName="Orders",
            **({**key, **members} if operation == "query" else members),
        )

    assert (raised.value.code, message in raised.value.message) == ("ValidationException", True)


def test_a_query_filter_is_not_on_a_key_attribute(backend: Any) -> None:
    condition = {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [KEY["id"]]}}

    with pytest.raises(
        ServiceError, match="QueryFilter can only contain non-primary key attributes: Primary key"
    ):
        call(backend, "query", TableName="Orders", KeyConditions=condition, QueryFilter=condition)


def test_a_query_has_a_condition_on_its_key(backend: Any) -> None:
    with pytest.raises(
        ServiceError, match="Either the KeyConditions or KeyConditionExpression parameter must be"
    ):
        call(backend, "query", TableName="Orders", QueryFilter={"n": {"ComparisonOperator": "NOT_NULL"}})


@pytest.mark.parametrize(
    "members",
    [
        {"QueryFilter": {"n": {"ComparisonOperator": "NOT_NULL"}}, "AttributesToGet": ["id"]},
        {"FilterExpression": "attribute_exists(n)", "ProjectionExpression": "id"},
    ],
)
def test_older_key_conditions_are_beside_filters_on_what_is_not_returned(
    backend: Any, members: dict[str, Any]
) -> None:
    conditions = {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [A1["id"]]}}

    answer = call(backend, "query", TableName="Orders", KeyConditions=conditions, **members)

    assert answer["Items"] == [{"id": A1["id"]}]


def test_a_filter_may_be_on_what_has_the_name_of_a_key_inside(backend: Any) -> None:
    answer = call(
        backend,
        "query",
        TableName="Orders",
        KeyConditionExpression="id = :id",
        FilterExpression="attribute_not_exists(n.id) AND n = :n",
        ExpressionAttributeValues={":id": A1["id"], ":n": A1["n"]},
    )

    assert answer["Items"] == [A1]
