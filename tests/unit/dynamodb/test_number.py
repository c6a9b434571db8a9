"""How numbers are written, and which are refused.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from typing import Any

import pytest
from moto.dynamodb.models.table import Table

from emulator.dynamodbstreams.number import canonical
from emulator.errors import ServiceError
from tests.unit.dynamodb.records import recorded

NINES = "9" * 38


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0.00", "0"),
        ("0E999999", "0"),
        ("7", "7"),
        ("-120", "-120"),
        ("007", "7"),
        ("+7", "7"),
        ("1.500", "1.5"),
        ("12.", "12"),
        (".5", "0.5"),
        ("-0.50", "-0.5"),
        ("1E3", "1000"),
        ("12.5e-3", "0.0125"),
        ("100", "100"),
        ("1" + "0" * 60, "1" + "0" * 60),
        (NINES, NINES),
        (NINES + "E+88", NINES + "0" * 88),
        ("-1E-130", "-0." + "0" * 129 + "1"),
    ],
)
def test_a_number_is_written_in_one_way(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", "The parameter cannot be converted to a numeric value: abc"),
        ("", "The parameter cannot be converted to a numeric value"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
        ("Infinity", "The parameter cannot be converted to a numeric value: Infinity"),
        ("1_000", "The parameter cannot be converted to a numeric value: 1_000"),
        ("1e", "The parameter cannot be converted to a numeric value: 1e"),
        (NINES + "1", "Attempting to store more than 38 significant digits in a Number"),
        ("1E126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        (
            "-1E999999999999",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "1E-131",
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
    ],
)
def test_what_is_not_a_number_of_dynamodb_is_refused(text: str, message: str) -> None:
    with pytest.raises(ServiceError) as raised:
        canonical(text)

    assert (raised.value.code, raised.value.message) == ("ValidationException", message)


def test_numbers_are_kept_and_recorded_in_one_way_however_deep(backend: Any) -> None:
    # GIVEN an item with numbers in a list, a map and a set
    item = {
        "id": {"S": "b"},
        "price": {"N": "12.50"},
        "deep": {"L": [{"M": {"n": {"N": "1E1"}}}]},
        "set": {"NS": ["1.0", "2"]},
    }
    backend.put_item("Orders", item)

    # WHEN it is put again with the same numbers written in another way
    backend.put_item("Orders", {**item, "price": {"N": "12.5"}, "set": {"NS": ["1", "2.00"]}})

    # THEN there is one record, with the numbers as DynamoDB writes them
    assert recorded(backend) == [
        (
            "INSERT",
            None,
            {
                "id": {"S": "b"},
                "price": {"N": "12.5"},
                "deep": {"L": [{"M": {"n": {"N": "10"}}}]},
                "set": {"NS": ["1", "2"]},
            },
        )
    ]


@pytest.mark.usefixtures("_provider")
def test_a_number_is_the_same_key_however_it_is_written() -> None:
    # GIVEN an item whose key is a number
    table: Any = Table(
        "Orders",
        "000000000000",
        "eu-north-1",
        schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        attr=[{"AttributeName": "id", "AttributeType": "N"}],
        billing_mode="PAY_PER_REQUEST",
    )
    table.put_item({"id": {"N": "1.0"}, "x": {"S": "first"}})

    # WHEN the same number is written in another way
    table.put_item({"id": {"N": "1"}, "x": {"S": "second"}})

    assert [entry.to_json()["Attributes"]["x"] for entry in table.all_items()] == [{"S": "second"}]
