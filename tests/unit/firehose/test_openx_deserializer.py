"""What the OpenX JSON SerDe makes of values in JSON.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_OpenXJsonSerDe.html
https://github.com/floci-io/floci/pull/3333 and /pull/3521 (values and messages seen on AWS, September 2026)
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.firehose.conversion_setup import converter, failure_of, lines, rows, value_of

SCHEMA_MISMATCH = "Data does not match the schema."


@pytest.mark.parametrize(
    ("hive_type", "value", "expected"),
    [
        ("boolean", True, True),
        ("boolean", "FALSE", False),
        ("tinyint", -128, -128),
        ("smallint", 32767, 32767),
        ("int", "20", 20),
        ("int", "0x1F", 31),
        ("int", 10.0, 10),
        ("bigint", 2**63 - 1, 2**63 - 1),
        ("bigint", b"9007199254740993.0", 9007199254740993),
        ("float", 1.5, 1.5),
        ("double", 2**60, float(2**60)),
        ("double", "2.25", 2.25),
        ("double", "-1e3", -1000.0),
        ("decimal(4,2)", b"12.345", Decimal("12.35")),
        ("decimal(4,2)", "7", Decimal("7.00")),
        ("decimal(22,2)", b"12345678901234567890.12", Decimal("12345678901234567890.12")),
        ("decimal(22,2)", "0e1000000000", Decimal("0.00")),
        ("decimal(22,2)", "1e-1000000000", Decimal("0.00")),
        ("string", "text", "text"),
        ("string", 1, "1"),
        ("string", True, "true"),
        ("string", b"1.10", "1.10"),
        ("string", b'{"Outer": {"Inner": 1}}', '{"outer":{"inner":1}}'),
        ("string", ["a", 1.5, None], '["a",1.5,null]'),
        ("varchar(3)", "longer", "longer"),
        ("char(10)", "short", "short"),
        ("date", "2026-09-07", date(2026, 9, 7)),
        ("date", "2026-9-7", date(2026, 9, 7)),
    ],
)
def test_value_of_a_primitive_column(hive_type: str, value: object, expected: Any) -> None:
    assert value_of(hive_type, value) == expected


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2017-02-07T15:13:01.39256Z", "2017-02-07T15:13:01.392560"),
        ("2026-09-07T12:00:02", "2026-09-07T12:00:02"),
        ("2017-02-07 15:13:01.14", "2017-02-07T15:13:01.140"),
        ("2026-9-7 1:2:3", "2026-09-07T01:02:03"),
        (1518033528, "2018-02-07T19:58:48"),
        (1518033528123, "2018-02-07T19:58:48.123"),
        (b"1518033528.123", "2018-02-07T19:58:48.123"),
        (1000000000000, "2001-09-09T01:46:40"),
        ("1518033528", "2018-02-07T19:58:48"),
        ("1518033528123", "2018-02-07T19:58:48.123"),
        (0, "1970-01-01T00:00:00"),
        (-1000, "1969-12-31T23:43:20"),
        ("1e-1000000000", "1970-01-01T00:00:00"),
    ],
)
def test_timestamp_formats(value: object, moment: str) -> None:
    assert value_of("timestamp", value) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("hive_type", "value", "expected"),
    [
        ("array<string>", [1, None, "c"], ["1", None, "c"]),
        ("array<string>", "notanarray", ["notanarray"]),
        ("array<struct<sku:string,qty:int>>", {"SKU": "x", "qty": "3"}, [{"sku": "x", "qty": 3}]),
        ("array<string>", [["a", "b"], {"MixedKey": 1}], ['["a","b"]', '{"mixedkey":1}']),
        ("array<string>", [], []),
        ("struct<name:string,age:int>", {"NAME": "Bob", "extra": 1}, {"name": "Bob", "age": None}),
        ("struct<name:string,age:int>", ["Zoe", 9, "ignored"], {"name": "Zoe", "age": 9}),
        ("struct<name:string,age:int>", ["Zoe"], {"name": "Zoe", "age": None}),
        ("struct<name:string,age:int>", {}, {"name": None, "age": None}),
        ("map<string,array<string>>", {"MixedKey": ["v"]}, [("mixedkey", ["v"])]),
        ("map<int,timestamp>", {"7": 0}, [(7, datetime(1970, 1, 1))]),
        ("map<string,int>", {"k": None}, [("k", None)]),
        ("map<string,int>", {}, []),
    ],
)
def test_value_of_a_nested_column(hive_type: str, value: object, expected: Any) -> None:
    assert value_of(hive_type, value) == expected


@pytest.mark.parametrize(
    ("hive_type", "value", "message"),
    [
        ("double", "oops", f'{SCHEMA_MISMATCH} For input string: "oops"'),
        ("boolean", "maybe", f'{SCHEMA_MISMATCH} For input string: "maybe"'),
        (
            "struct<name:string>",
            42,
            f"{SCHEMA_MISMATCH} Data is not JSONObject  but java.lang.Long with value 42",
        ),
        ("array<struct<qty:int>>", [{"qty": "oops"}], f'{SCHEMA_MISMATCH} For input string: "oops"'),
    ],
)
def test_value_that_does_not_fit_is_refused_in_the_words_of_aws(
    hive_type: str, value: object, message: str
) -> None:
    assert failure_of(hive_type, value) == ("DataFormatConversion.MalformedData", message)


@pytest.mark.parametrize(
    ("hive_type", "value"),
    [
        ("boolean", 1),
        ("tinyint", 128),
        ("int", 2**31),
        ("bigint", 2**63),
        ("int", 1.5),
        ("int", "1.5"),
        ("int", " 1"),
        ("int", True),
        ("int", [1]),
        ("int", b"1e1000000000"),
        ("float", 1e39),
        ("float", "1e39"),
        ("double", b"1e1000"),
        ("double", "1_0"),
        ("double", {}),
        ("decimal(4,2)", b"12345.67"),
        ("decimal(4,2)", b"99.999"),
        ("decimal(4,2)", "1e2147483647"),
        ("decimal(4,2)", "NaN"),
        ("date", "2026-02-30"),
        ("date", 20260907),
        ("timestamp", "2026-9-7T12:00:02Z"),
        ("timestamp", "2026-05-21T14:00:00+00:00"),
        ("timestamp", "2026-09-07 25:00:00"),
        ("timestamp", "yesterday"),
        ("timestamp", True),
        ("timestamp", [0]),
        ("timestamp", 999999999999),
        ("timestamp", "1e2147483647"),
        ("map<string,string>", [["k", "v"]]),
        ("map<string,string>", "text"),
        ("map<int,string>", {"k": "v"}),
    ],
)
def test_value_that_would_be_changed_or_cut_off_is_refused(hive_type: str, value: object) -> None:
    code, message = failure_of(hive_type, value)
    assert code == "DataFormatConversion.MalformedData"
    assert message.startswith(SCHEMA_MISMATCH)


@pytest.mark.parametrize("hive_type", ["int", "string", "timestamp", "array<int>", "struct<a:int>"])
def test_null_stays_null(hive_type: str) -> None:
    assert value_of(hive_type, None) is None


def test_missing_keys_are_null_and_unknown_keys_are_left_out() -> None:
    conversion = converter({"a": "int", "b": "string"}).convert(lines([{"a": 1, "c": [2]}, {}]))
    assert rows(conversion) == [{"a": 1, "b": None}, {"a": None, "b": None}]


def test_keys_match_columns_in_any_case_unless_told_otherwise() -> None:
    # GIVEN
    columns = {"a": "int", "s": "struct<b:int>", "m": "map<string,int>"}
    record = [{"A": 1, "s": {"B": 2}, "m": {"Mixed": 3}}]

    # THEN
    assert rows(converter(columns).convert(lines(record))) == [{"a": 1, "s": {"b": 2}, "m": [("mixed", 3)]}]
    assert rows(converter(columns, openx={"CaseInsensitive": False}).convert(lines(record))) == [
        {"a": None, "s": {"b": None}, "m": [("Mixed", 3)]}
    ]


def test_columns_with_capital_letters_match_too() -> None:
    conversion = converter({"OrderId": "int", "S": "struct<ItemId:int>"}).convert(
        lines([{"orderid": 1, "s": {"ITEMID": 2}}])
    )
    assert rows(conversion) == [{"OrderId": 1, "S": {"ItemId": 2}}]


def test_dots_become_underscores_when_asked_for() -> None:
    # GIVEN
    columns = {"a_b": "int", "s": "struct<c_d:int>"}
    record = lines([{"a.b": 1, "s": {"c.d": 2}}])

    # THEN
    assert rows(converter(columns).convert(record)) == [{"a_b": None, "s": {"c_d": None}}]
    assert rows(converter(columns, openx={"ConvertDotsInJsonKeysToUnderscores": True}).convert(record)) == [
        {"a_b": 1, "s": {"c_d": 2}}
    ]


def test_mapping_names_the_key_of_a_column() -> None:
    # GIVEN AWS's own example: `timestamp` is a keyword in Hive
    subject = converter({"ts": "int", "t": "string"}, openx={"ColumnToJsonKeyMappings": {"ts": "Timestamp"}})

    # THEN
    assert rows(subject.convert(lines([{"timestamp": 1, "t": "a"}, {"TIMESTAMP": 2}, {"ts": 3}]))) == [
        {"ts": 1, "t": "a"},
        {"ts": 2, "t": None},
        {"ts": None, "t": None},
    ]
