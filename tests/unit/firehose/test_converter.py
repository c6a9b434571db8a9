"""Records on their way into a Parquet or ORC file.

https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
"""

import subprocess
import sys
from datetime import datetime

import pytest

from emulator.firehose.conversion.converter import _CHUNK_RECORDS
from emulator.firehose.record import Failed
from tests.unit.firehose.conversion_setup import converter, lines, orc_rows, rows

MALFORMED_DATA = "DataFormatConversion.MalformedData"
PARSE_ERROR = "DataFormatConversion.ParseError"


def test_record_may_hold_several_objects() -> None:
    # WHEN records hold objects one after the other, with and without white space
    conversion = converter({"a": "int"}).convert([b'{"a":1}{"a":2}', b' {"a":3}\r\n\t{"a":4}\n'])

    # THEN each is a row, and records are counted
    assert rows(conversion) == [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]
    assert (conversion.failures, conversion.converted_count) == ({}, 2)


@pytest.mark.parametrize(
    ("data", "code", "beginning"),
    [
        # The first one is from an object on AWS.
        (b"", MALFORMED_DATA, "The record was empty or contained only whitespace."),
        (b" \n", MALFORMED_DATA, "The record was empty or contained only whitespace."),
        (b"this is not json", PARSE_ERROR, "Encountered malformed JSON."),
        (b'{"a":1', PARSE_ERROR, "Encountered malformed JSON."),
        (b'{"a":1} and then some', PARSE_ERROR, "Encountered malformed JSON."),
        (b'{"a":1},{"a":2}', PARSE_ERROR, "Encountered malformed JSON."),
        (b'{"a":NaN}', PARSE_ERROR, "Encountered malformed JSON."),
        (b'{"a":"\xff"}', PARSE_ERROR, "Encountered malformed JSON."),
        (b'{"b":"\\ud800"}', PARSE_ERROR, "Encountered malformed JSON."),
        (b'{"b":' + b"[" * 100_000, PARSE_ERROR, "Encountered malformed JSON."),
        (b'{"b":' + b"9" * 10_000 + b"}", PARSE_ERROR, "Encountered malformed JSON."),
        (b'[{"a":1},{"a":2}]', MALFORMED_DATA, "Data does not match the schema."),
        (b"1", MALFORMED_DATA, "The input JSON contained a primitive at the top level."),
        (b'{"a":1}"x"', MALFORMED_DATA, "The input JSON contained a primitive at the top level."),
        (b'{"a":1}{"a":"x"}', MALFORMED_DATA, 'Data does not match the schema. For input string: "x"'),
    ],
)
def test_record_that_cannot_be_converted_fails_whole_and_alone(
    data: bytes, code: str, beginning: str
) -> None:
    # WHEN it stands between two that can
    conversion = converter({"a": "int"}).convert([b'{"a":1}', data, b'{"a":3}'])

    # THEN the others are converted
    assert rows(conversion) == [{"a": 1}, {"a": 3}]
    (failure,) = conversion.failures.items()
    assert (failure[0], failure[1].error_code) == (1, code)
    assert failure[1].error_message.startswith(beginning)
    assert conversion.converted_count == 2


def test_pair_of_escaped_surrogates_is_a_character() -> None:
    assert rows(converter({"a": "string"}).convert([b'{"a":"\\ud83d\\ude00"}'])) == [{"a": "\U0001f600"}]


def test_first_column_that_does_not_fit_gives_the_reason() -> None:
    conversion = converter({"a": "int", "b": "int"}).convert(lines([{"a": "x", "b": "y"}]))
    assert conversion.body is None
    assert conversion.failures == {
        0: Failed(MALFORMED_DATA, 'Data does not match the schema. For input string: "x"')
    }


def test_nothing_gives_no_body() -> None:
    conversion = converter({"a": "int"}).convert([])
    assert (conversion.body, conversion.failures, conversion.converted_count) == (None, {}, 0)


def test_order_and_positions_survive_many_records() -> None:
    # GIVEN more records than are converted at a time, some of which fail
    count = 2 * _CHUNK_RECORDS + 3
    failing = {5, _CHUNK_RECORDS, 2 * _CHUNK_RECORDS + 1}
    records = [b"oops" if number in failing else b'{"n":%d}' % number for number in range(count)]

    # WHEN
    conversion = converter({"n": "int"}).convert(records)

    # THEN
    assert set(conversion.failures) == failing
    assert [row["n"] for row in rows(conversion)] == [each for each in range(count) if each not in failing]


def test_numbers_as_they_are_written_do_not_change_other_columns() -> None:
    # GIVEN a column that needs a number's digits beside one that does not
    subject = converter({"digits": "string", "price": "double", "at": "timestamp"})

    # WHEN
    conversion = subject.convert(
        [b'{"digits":"plain","price":0.1,"at":0}', b'{"digits":1.10,"price":2.5,"at":0.000000001}']
    )

    # THEN
    assert rows(conversion) == [
        {"digits": "plain", "price": 0.1, "at": datetime(1970, 1, 1)},
        {"digits": "1.10", "price": 2.5, "at": datetime(1970, 1, 1)},
    ]


def test_rows_of_many_shapes_are_read_alike() -> None:
    # GIVEN more sets of keys than are remembered
    records = lines([{"A": number, f"k{number}": 1} for number in range(2500)])

    # THEN
    assert [row["a"] for row in rows(converter({"a": "int"}).convert(records))] == list(range(2500))


def test_file_has_the_extension_and_encoding_of_its_format() -> None:
    # The encoding was seen on AWS for a Parquet file with the default compression.
    names = {
        (each.extension, each.content_encoding)
        for each in (
            converter({"a": "int"}),
            converter({"a": "int"}, parquet={"Compression": "GZIP"}),
            converter({"a": "int"}, orc={}),
        )
    }
    assert names == {(".parquet", "hadoop-snappy"), (".parquet", None), (".orc", None)}


def test_orc_holds_the_same_rows() -> None:
    records = lines([{"a": 1, "at": "2026-07-04 15:06:09.5"}, {"a": "oops"}, {"a": 3}])
    conversion = converter({"a": "int", "at": "timestamp"}, orc={}).convert(records)
    assert list(conversion.failures) == [1]
    assert orc_rows(conversion) == [
        {"a": 1, "at": datetime(2026, 7, 4, 15, 6, 9, 500000)},
        {"a": 3, "at": None},
    ]


def test_arrow_is_loaded_by_the_first_conversion() -> None:
    # GIVEN a process of its own, because this one has loaded it
    program = "import sys; import emulator.firehose.conversion; sys.exit('pyarrow' in sys.modules)"

    # THEN
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
