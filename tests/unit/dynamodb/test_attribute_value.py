"""Which attribute values DynamoDB takes; the messages were recorded on AWS by dynalite's suite.

https://github.com/architect/dynalite/blob/main/test/batchWriteItem.js
"""

from typing import Any

import pytest

from emulator.dynamodb import attribute_value
from emulator.errors import ServiceError

INVALID = "One or more parameter values were invalid: "
EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"


@pytest.mark.parametrize(
    "value",
    [
        {"S": ""},
        {"N": "0"},
        {"N": "-1.5e-3"},
        {"N": "9" * 38},
        {"N": "1" * 38 + "0" * 80},
        {"N": "9.9999999999999999999999999999999999999e125"},
        {"N": "1e-130"},
        {"B": ""},
        {"B": "AQI="},
        {"BOOL": False},
        {"NULL": True},
        {"SS": ["a", "b"]},
        {"NS": ["1", "2.5"]},
        {"BS": ["AQI=", "Ag=="]},
        {"L": []},
        {"L": [{"S": "a"}, {"M": {"x": {"N": "1"}}}]},
        {"M": {}},
    ],
)
def test_a_value_of_one_type_is_taken(value: dict[str, Any]) -> None:
    attribute_value.check(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, EMPTY),
        ({"a": ""}, EMPTY),
        ({"M": {"a": {}}}, EMPTY),
        ({"L": [{}]}, EMPTY),
        (
            {"S": "a", "N": "1"},
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes",
        ),
        ({"NULL": False}, f"{INVALID}Null attribute value types must have the value of true"),
        ({"SS": []}, f"{INVALID}An string set  may not be empty"),
        ({"NS": []}, f"{INVALID}An number set  may not be empty"),
        ({"BS": []}, f"{INVALID}Binary sets should not be empty"),
        ({"SS": ["a", "a"]}, f"{INVALID}Input collection [a, a] contains duplicates."),
        ({"BS": ["Yg==", "Yg=="]}, f"{INVALID}Input collection [Yg==, Yg==]of type BS contains duplicates."),
        ({"NS": ["1", "1"]}, "Input collection contains duplicates"),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        ({"N": ""}, "The parameter cannot be converted to a numeric value"),
        ({"N": "b"}, "The parameter cannot be converted to a numeric value: b"),
        ({"N": "NaN"}, "The parameter cannot be converted to a numeric value: NaN"),
        ({"N": "1_0"}, "The parameter cannot be converted to a numeric value: 1_0"),
        ({"NS": ["1", "b"]}, "The parameter cannot be converted to a numeric value: b"),
        (
            {"N": "123456789012345678901234567890123456789"},
            "Attempting to store more than 38 significant digits in a Number",
        ),
        (
            {"N": "-1.23456789012345678901234567890123456789"},
            "Attempting to store more than 38 significant digits in a Number",
        ),
        (
            {"N": "1e126"},
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            {"N": "-1e126"},
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            {"N": "1e-131"},
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
    ],
)
def test_a_value_that_its_type_cannot_hold_is_refused(value: dict[str, Any], message: str) -> None:
    with pytest.raises(ServiceError) as refusal:
        attribute_value.check(value)

    assert (refusal.value.code, refusal.value.message) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a", "Unexpected value type in payload"),
        ({"S": 23}, "NUMBER_VALUE cannot be converted to String"),
        ({"S": True}, "TRUE_VALUE cannot be converted to String"),
        ({"S": 34.56}, "DECIMAL_VALUE cannot be converted to String"),
        ({"S": []}, "Unrecognized collection type class java.lang.String"),
        ({"S": {}}, "Start of structure or map found where not expected"),
        ({"N": 23}, "NUMBER_VALUE cannot be converted to String"),
        ({"BOOL": 23}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"M": "23"}, "Unexpected field type"),
        ({"L": "23"}, "Unexpected field type"),
        ({"SS": "23"}, "Unexpected field type"),
    ],
)
def test_json_of_another_form_is_refused(value: Any, message: str) -> None:
    with pytest.raises(ServiceError) as refusal:
        attribute_value.check(value)

    assert (refusal.value.code, refusal.value.message) == ("SerializationException", message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
        ("=+/=", "Invalid last non-pad Base64 character dectected"),
        ("AR==", "Invalid last non-pad Base64 character dectected"),
        ("ä+/=", "Invalid last non-pad Base64 character dectected"),
        (23, "only base-64-encoded strings are convertible to bytes"),
    ],
)
def test_binary_that_is_not_base64_is_refused(content: Any, message: str) -> None:
    with pytest.raises(ServiceError) as refusal:
        attribute_value.check({"B": content})

    assert (refusal.value.code, refusal.value.message) == ("SerializationException", message)


def test_an_item_counts_names_and_values_as_aws_was_recorded_to_count() -> None:
    # GIVEN the item that took one write unit on AWS, and one with a byte more, which took two
    def item(text_bytes: int, members: list[str]) -> dict[str, dict[str, Any]]:
        return {
            "a": {"S": "x" * 20},
            "b": {"S": "b" * (text_bytes - 20)},
            "c": {"N": "12.3456"},
            "d": {"B": "AQI="},
            "e": {"BS": members},
        }

    assert attribute_value.size_bytes(item(1009, ["AQI=", "Ag==", "AQ=="])) == 1024
    assert attribute_value.size_bytes(item(1011, ["AQI=", "Ag=="])) == 1025


def test_binary_counts_the_same_as_bytes() -> None:
    assert attribute_value.size_bytes({"a": {"B": b"\x01\x02"}}) == attribute_value.size_bytes(
        {"a": {"B": "AQI="}}
    )
