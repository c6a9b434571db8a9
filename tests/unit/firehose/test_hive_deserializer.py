"""What the Hive JSON SerDe makes of values in JSON.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_HiveJsonSerDe.html
https://github.com/floci-io/floci/pull/3521 (values and messages seen on AWS, September 2026)
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.firehose.conversion_setup import converter, failure_of, lines, rows, value_of

SCHEMA_MISMATCH = "Data does not match the schema."


@pytest.mark.parametrize(
    ("hive_type", "value", "expected"),
    [
        ("int", 10, 10),
        ("double", 1, 1.0),
        ("decimal(4,1)", "7.5", Decimal("7.5")),
        ("string", 1, "1"),
        ("boolean", "true", True),
        ("array<string>", [1, 2, None], ["1", "2", None]),
        ("struct<name:string,age:int>", {"NAME": "Dan", "extra": 1}, {"name": "Dan", "age": None}),
        ("struct<name:string,age:int>", {}, {"name": None, "age": None}),
        ("map<string,array<string>>", {"MixedKey": ["v"]}, [("MixedKey", ["v"])]),
        ("map<int,string>", {"7": "v"}, [(7, "v")]),
    ],
)
def test_value_that_is_taken(hive_type: str, value: object, expected: Any) -> None:
    assert value_of(hive_type, value, hive={}) == expected


@pytest.mark.parametrize(
    ("hive_type", "value", "message"),
    [
        ("array<string>", "solo", f"{SCHEMA_MISMATCH} java.io.IOException: Start of Array expected"),
        (
            "map<string,array<string>>",
            {"k": "notanarray"},
            f"{SCHEMA_MISMATCH} java.io.IOException: Start of Array expected",
        ),
        (
            "struct<name:string,age:int>",
            ["Bob", 41],
            f"{SCHEMA_MISMATCH} java.io.IOException: Start of Object expected",
        ),
        (
            "struct<name:string,age:int>",
            42,
            f"{SCHEMA_MISMATCH} java.io.IOException: Start of Object expected",
        ),
        (
            "int",
            "7",
            f"{SCHEMA_MISMATCH} Current token (VALUE_STRING) not numeric, can not use numeric value accessors",
        ),
        (
            "string",
            {"nested": 1},
            "One or more fields have incorrect format. Exception when validating field (root)",
        ),
        (
            "array<string>",
            [{"MixedKey": 1}],
            "One or more fields have incorrect format. Exception when validating field (root)",
        ),
    ],
)
def test_value_that_openx_would_take_is_refused_in_the_words_of_aws(
    hive_type: str, value: object, message: str
) -> None:
    assert failure_of(hive_type, value, hive={}) == ("DataFormatConversion.MalformedData", message)


@pytest.mark.parametrize(
    ("formats", "value", "moment"),
    [
        ([], "2017-02-07 15:13:01.14", "2017-02-07T15:13:01.140"),
        (["millis"], 1518033528123, "2018-02-07T19:58:48.123"),
        (["millis"], "1518033528123", "2018-02-07T19:58:48.123"),
        (["dd/MMM/yyyy:HH:mm:ss Z"], "07/Feb/2017:15:13:01 -0700", "2017-02-07T22:13:01"),
        (["yyyy-MM-dd'T'HH:mm:ss.SSSZ", "millis"], "1", "1970-01-01T00:00:00.001"),
        (["millis"], "2017-02-07 15:13:01", "2017-02-07T15:13:01"),
    ],
)
def test_timestamp_formats_are_tried_in_order_and_then_the_default(
    formats: list[str], value: object, moment: str
) -> None:
    assert value_of("timestamp", value, hive={"TimestampFormats": formats}) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("formats", "value"),
    [([], 1518033528), ([], "2017-02-07T15:13:01Z"), (["yyyy"], "soon"), (["millis"], b"1.5"), ([], True)],
)
def test_time_in_no_given_format_is_refused(formats: list[str], value: object) -> None:
    code, _ = failure_of("timestamp", value, hive={"TimestampFormats": formats})
    assert code == "DataFormatConversion.MalformedData"


def test_keys_match_columns_in_any_case() -> None:
    assert rows(converter({"a": "int"}, hive={}).convert(lines([{"A": 1}]))) == [{"a": 1}]
