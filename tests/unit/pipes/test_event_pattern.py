"""Filter patterns on DynamoDB's typed JSON.

Operators: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html
The cases marked AWS were recorded there for Lambda's event source mappings, which have the same engine:
https://github.com/localstack/localstack/blob/main/tests/aws/services/lambda_/event_source_mapping/test_lambda_integration_dynamodbstreams.snapshot.json
"""

import json
from typing import Any

import pytest

from emulator.pipes.event_pattern import EventPattern, InvalidPatternError, compile_filter

EVENT: dict[str, Any] = {
    "eventName": "INSERT",
    "dynamodb": {
        "ApproximateCreationDateTime": 1767225600,
        "Keys": {"orderid": {"S": "383"}},
        "NewImage": {
            "orderid": {"S": "383"},
            "product_name": {"S": "Laptop"},
            "quantity": {"N": "101"},
            "gift": {"BOOL": True},
            "note": {"NULL": True},
            "empty": {"S": ""},
            "tags": {"SS": ["red", "green"]},
            "lines": {
                "L": [{"M": {"a": {"S": "1"}, "b": {"S": "x"}}}, {"M": {"a": {"S": "2"}, "b": {"S": "y"}}}]
            },
            "address": {"S": "10.0.0.7"},
        },
    },
}


def image(pattern: Any) -> dict[str, Any]:
    """Return a pattern on the new image."""
    return {"dynamodb": {"NewImage": pattern}}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        pytest.param({"eventName": ["INSERT", "MODIFY"]}, True, id="AWS: event name"),
        pytest.param({"eventName": ["REMOVE"]}, False, id="AWS: other event name"),
        pytest.param(image({"product_name": {"S": ["Laptop"]}}), True, id="AWS: typed path"),
        pytest.param(image({"product_name": ["Laptop"]}), False, id="AWS: path without the type"),
        pytest.param(image({"product_name": {"S": ["laptop"]}}), False, id="case sensitive"),
        pytest.param(image({"product_name": {"S": [{"exists": True}]}}), True, id="AWS: exists at a leaf"),
        pytest.param(image({"product_name": [{"exists": True}]}), False, id="AWS: exists above a leaf"),
        pytest.param(image({"absent": [{"exists": False}]}), True, id="AWS: absent"),
        pytest.param(image({"product_name": [{"exists": False}]}), True, id="AWS: absent, above a leaf"),
        pytest.param(image({"product_name": {"S": [{"exists": False}]}}), False, id="absent, at a leaf"),
        pytest.param(image({"quantity": {"N": [{"numeric": [">", 0]}]}}), False, id="AWS: numeric on N"),
        pytest.param(
            image({"quantity": {"N": [{"anything-but": "101"}]}}), False, id="AWS: anything-but on N"
        ),
        pytest.param(
            image({"quantity": {"N": [{"anything-but": "102"}]}}), True, id="AWS: anything-but other N"
        ),
        pytest.param(image({"product_name": {"S": [{"prefix": "Lap"}]}}), True, id="AWS: prefix on S"),
        pytest.param(
            {"dynamodb": {"ApproximateCreationDateTime": [{"numeric": [">", 0]}]}},
            True,
            id="AWS: numeric on a number",
        ),
        pytest.param(
            {"dynamodb": {"ApproximateCreationDateTime": [{"numeric": [">", 0, "<=", 5]}]}}, False, id="range"
        ),
        pytest.param(image({"product_name": {"S": [{"suffix": "top"}]}}), True, id="suffix"),
        pytest.param(
            image({"product_name": {"S": [{"equals-ignore-case": "LAPTOP"}]}}), True, id="ignore case"
        ),
        pytest.param(image({"product_name": {"S": [{"wildcard": "L*p*p"}]}}), True, id="wildcard"),
        pytest.param(
            image({"product_name": {"S": [{"wildcard": "Laptop*"}]}}), True, id="wildcard for nothing"
        ),
        pytest.param(image({"product_name": {"S": [{"wildcard": "L\\*p"}]}}), False, id="escaped wildcard"),
        pytest.param(image({"address": {"S": [{"cidr": "10.0.0.0/24"}]}}), True, id="cidr"),
        pytest.param(
            image({"product_name": {"S": [{"cidr": "10.0.0.0/24"}]}}), False, id="cidr on other text"
        ),
        pytest.param(image({"empty": {"S": [""]}}), True, id="empty text"),
        pytest.param(image({"note": {"S": [None]}}), False, id="null is not absence"),
        pytest.param(image({"gift": {"BOOL": [True]}}), True, id="boolean"),
        pytest.param(image({"gift": {"BOOL": [1]}}), False, id="boolean is not a number"),
        pytest.param(image({"gift": {"BOOL": [{"prefix": "t"}]}}), False, id="prefix on a boolean"),
        pytest.param(image({"gift": {"BOOL": [{"numeric": ["=", 1]}]}}), False, id="numeric on a boolean"),
        pytest.param(
            image({"absent": {"S": [{"anything-but": "x"}]}}), False, id="anything-but needs the field"
        ),
        pytest.param(
            image({"product_name": {"S": [{"anything-but": {"prefix": "Ph"}}]}}),
            True,
            id="anything-but prefix",
        ),
        pytest.param(
            image({"product_name": {"S": [{"anything-but": ["Laptop", "Phone"]}]}}),
            False,
            id="anything-but list",
        ),
        pytest.param(image({"tags": {"SS": ["green"]}}), True, id="member of an array"),
        pytest.param(
            image({"lines": {"L": {"M": {"a": {"S": ["1"]}, "b": {"S": ["x"]}}}}}),
            True,
            id="one member of an array",
        ),
        pytest.param(
            image({"lines": {"L": {"M": {"a": {"S": ["1"]}, "b": {"S": ["y"]}}}}}),
            False,
            id="two members of an array",
        ),
        pytest.param(
            image({"lines": {"L": {"M": {"a": {"S": [{"exists": False}]}}}}}), False, id="absent in an array"
        ),
        pytest.param(
            {"$or": [{"eventName": ["REMOVE"]}, image({"product_name": {"S": ["Laptop"]}})]}, True, id="$or"
        ),
        pytest.param(
            {"eventName": ["INSERT"], **image({"quantity": {"N": ["5"]}})}, False, id="keys are AND-ed"
        ),
    ],
)
def test_operator(pattern: dict[str, Any], matches: bool) -> None:
    assert EventPattern(json.dumps(pattern)).matches(EVENT) is matches


def test_filters_are_alternatives() -> None:
    # GIVEN two patterns of which the second matches
    matches = compile_filter(['{"eventName":["REMOVE"]}', '{"eventName":["INSERT"]}'])

    # THEN the event passes
    assert matches(EVENT)


def test_of_a_repeated_key_the_last_one_counts() -> None:
    assert EventPattern('{"eventName":["REMOVE"],"eventName":["INSERT"]}').matches(EVENT)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        pytest.param("no json", "Invalid Event Pattern", id="AWS: not JSON"),
        pytest.param("{}", "Invalid Event Pattern. Reason: Empty objects are not allowed", id="AWS: empty"),
        pytest.param("[]", "Invalid Event Pattern", id="not an object"),
        pytest.param(
            '{"a":{}}', "Invalid Event Pattern. Reason: Empty objects are not allowed", id="empty inside"
        ),
        pytest.param(
            '{"a":"b"}', 'Invalid Event Pattern. Reason: "a" must be an object or an array', id="AWS: scalar"
        ),
        pytest.param(
            '{"a":[]}', "Invalid Event Pattern. Reason: Empty arrays are not allowed", id="empty array"
        ),
        pytest.param(
            '{"a":[{"like":"b"}]}',
            "Invalid Event Pattern. Reason: Unrecognized match type like",
            id="unknown operator",
        ),
        pytest.param(
            '{"$or":"a"}',
            "Invalid Event Pattern. Reason: $or must be an array of objects",
            id="$or of a text",
        ),
    ],
)
def test_pattern_that_aws_refuses(pattern: str, message: str) -> None:
    with pytest.raises(InvalidPatternError) as caught:
        EventPattern(pattern)
    assert str(caught.value) == message


def test_alternatives_are_limited_without_being_built() -> None:
    # GIVEN eight independent choices of ten, 100 million combinations
    pattern = {f"k{key}": {"$or": [{"a": [choice]} for choice in range(10)]} for key in range(8)}

    # THEN the pattern is refused
    with pytest.raises(InvalidPatternError, match="more than 1000 combinations"):
        EventPattern(json.dumps(pattern))
