"""Parquet files, read by two clients.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_ParquetSerDe.html
"""

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet
import pytest

from tests.unit.firehose.conversion_setup import converter, lines

COLUMNS = {
    "flag": "boolean",
    "tiny": "tinyint",
    "small": "smallint",
    "count": "int",
    "big": "bigint",
    "ratio": "float",
    "price": "double",
    "total": "decimal(10,2)",
    "name": "string",
    "code": "char(4)",
    "note": "varchar(10)",
    "day": "date",
    "at": "timestamp",
    "tags": "array<string>",
    "attributes": "map<string,int>",
    "item": "struct<sku:string,sizes:array<int>>",
}
RECORD = {
    "flag": True,
    "tiny": -1,
    "small": 300,
    "count": 70000,
    "big": 2**40,
    "ratio": 0.5,
    "price": 9.75,
    "total": "12.34",
    "name": "Tea",
    "code": "ab",
    "note": "n",
    "day": "2026-07-04",
    "at": "2026-07-04 15:06:09.123456",
    "tags": ["a", "b"],
    "attributes": {"k": 1},
    "item": {"sku": "s", "sizes": [1, 2]},
}


def file_of(records: list[dict[str, Any]], columns: dict[str, str], **settings: Any) -> bytes:
    """Return the Parquet file of some records."""
    body = converter(columns, parquet=settings).convert(lines(records)).body
    assert body is not None
    return body


def metadata(body: bytes) -> Any:
    """Return what the file says of itself."""
    return pyarrow.parquet.ParquetFile(io.BytesIO(body)).metadata


def test_every_type_is_read_by_duckdb(tmp_path: Path) -> None:
    # GIVEN a file with a value and a null in every column
    path = tmp_path / "orders.parquet"
    path.write_bytes(file_of([RECORD, {}], COLUMNS))

    # WHEN
    with duckdb.connect() as connection:
        relation = connection.sql(f"SELECT * FROM read_parquet('{path}')")
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        full, empty = relation.fetchall()

    # THEN
    assert types == {
        "flag": "BOOLEAN",
        "tiny": "TINYINT",
        "small": "SMALLINT",
        "count": "INTEGER",
        "big": "BIGINT",
        "ratio": "FLOAT",
        "price": "DOUBLE",
        "total": "DECIMAL(10,2)",
        "name": "VARCHAR",
        "code": "VARCHAR",
        "note": "VARCHAR",
        "day": "DATE",
        "at": "TIMESTAMP",
        "tags": "VARCHAR[]",
        "attributes": "MAP(VARCHAR, INTEGER)",
        "item": "STRUCT(sku VARCHAR, sizes INTEGER[])",
    }
    assert dict(zip(COLUMNS, full, strict=True)) == RECORD | {
        "total": Decimal("12.34"),
        "day": date(2026, 7, 4),
        "at": datetime(2026, 7, 4, 15, 6, 9, 123456),
    }
    assert set(empty) == {None}


def test_timestamps_are_of_the_physical_type_that_hive_writes() -> None:
    described = metadata(file_of([RECORD], COLUMNS)).schema
    types = {described.column(number).path: described.column(number).physical_type for number in range(16)}
    assert (types["at"], types["total"], types["day"]) == ("INT96", "FIXED_LEN_BYTE_ARRAY", "INT32")


@pytest.mark.parametrize(
    ("hive_type", "value", "read"),
    [
        ("timestamp", -1000, datetime(1969, 12, 31, 23, 43, 20)),
        ("array<timestamp>", [-1000], [datetime(1969, 12, 31, 23, 43, 20)]),
        ("map<string,timestamp>", {"k": -1000}, [("k", datetime(1969, 12, 31, 23, 43, 20))]),
        ("struct<t:timestamp>", {"t": -1000}, {"t": datetime(1969, 12, 31, 23, 43, 20)}),
    ],
)
def test_times_before_1970_are_written_for_every_client(hive_type: str, value: object, read: object) -> None:
    # WHEN
    body = file_of([{"a": value}, {"a": None}], {"a": hive_type})

    # THEN a client that takes INT96 for microseconds reads the time
    table = pyarrow.parquet.read_table(io.BytesIO(body), coerce_int96_timestamp_unit="us")
    assert table["a"].to_pylist() == [read, None]
    file = metadata(body).schema
    assert file.column(len(file) - 1).physical_type == "INT64"


def test_nanoseconds_are_kept() -> None:
    table = pyarrow.parquet.read_table(
        io.BytesIO(file_of([{"at": "2026-07-04 15:06:09.123456789"}], {"at": "timestamp"}))
    )
    assert table["at"].cast("int64").to_pylist() == [1783177569123456789]


@pytest.mark.parametrize(
    ("settings", "compression"),
    [
        ({}, "SNAPPY"),
        ({"Compression": "SNAPPY"}, "SNAPPY"),
        ({"Compression": "GZIP"}, "GZIP"),
        ({"Compression": "UNCOMPRESSED"}, "UNCOMPRESSED"),
    ],
)
def test_compression(settings: dict[str, Any], compression: str) -> None:
    body = file_of([{"a": "x"}], {"a": "string"}, **settings)
    assert metadata(body).row_group(0).column(0).compression == compression


@pytest.mark.parametrize(
    ("settings", "encoded"),
    [
        ({}, True),
        ({"EnableDictionaryCompression": True}, True),
        ({"EnableDictionaryCompression": False}, False),
    ],
)
def test_dictionary(settings: dict[str, Any], encoded: bool) -> None:
    column = metadata(file_of([{"a": "x"}] * 3, {"a": "string"}, **settings)).row_group(0).column(0)
    assert column.has_dictionary_page is encoded


@pytest.mark.parametrize(("settings", "version"), [({}, "1.0"), ({"WriterVersion": "V2"}, "2.6")])
def test_writer_version(settings: dict[str, Any], version: str) -> None:
    assert metadata(file_of([{"a": 1}], {"a": "int"}, **settings)).format_version == version


def test_block_size_parts_the_file() -> None:
    # GIVEN two records for each block
    records = [{"a": "x" * 1000}] * 10
    settings = {"EnableDictionaryCompression": False}

    # WHEN
    parted = metadata(file_of(records, {"a": "string"}, BlockSizeBytes=2100, **settings))
    whole = metadata(file_of(records, {"a": "string"}, **settings))

    # THEN
    assert (parted.num_row_groups, whole.num_row_groups) == (5, 1)


def test_small_pages_make_a_larger_file() -> None:
    # GIVEN two megabytes of values
    records = [{"a": f"{number:0100d}"} for number in range(20_000)]
    settings = {"EnableDictionaryCompression": False, "Compression": "UNCOMPRESSED"}

    # THEN every page has its header
    large_pages = file_of(records, {"a": "string"}, PageSizeBytes=2**20, **settings)
    small_pages = file_of(records, {"a": "string"}, PageSizeBytes=2**16, **settings)
    assert len(small_pages) > len(large_pages)


def test_padding_is_accepted_and_changes_nothing() -> None:
    padded = file_of([{"a": 1}], {"a": "int"}, MaxPaddingBytes=1024)
    assert padded == file_of([{"a": 1}], {"a": "int"})
