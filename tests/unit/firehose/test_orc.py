"""ORC files.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_OrcSerDe.html
"""

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow.orc
import pytest

from tests.unit.firehose.conversion_setup import converter, lines
from tests.unit.firehose.test_parquet import COLUMNS, RECORD


def file_of(records: list[dict[str, Any]], columns: dict[str, str], **settings: Any) -> bytes:
    """Return the ORC file of some records."""
    body = converter(columns, orc=settings).convert(lines(records)).body
    assert body is not None
    return body


def opened(body: bytes) -> Any:
    return pyarrow.orc.ORCFile(io.BytesIO(body))


def test_every_type_is_read() -> None:
    full, empty = opened(file_of([RECORD, {}], COLUMNS)).read().to_pylist()
    assert full == RECORD | {
        "total": Decimal("12.34"),
        "day": date(2026, 7, 4),
        "at": datetime(2026, 7, 4, 15, 6, 9, 123456),
        "attributes": [("k", 1)],
    }
    assert set(empty.values()) == {None}


@pytest.mark.parametrize(
    ("settings", "compression"),
    [
        ({}, "SNAPPY"),
        ({"Compression": "SNAPPY"}, "SNAPPY"),
        ({"Compression": "ZLIB"}, "ZLIB"),
        ({"Compression": "NONE"}, "UNCOMPRESSED"),
    ],
)
def test_compression(settings: dict[str, Any], compression: str) -> None:
    assert opened(file_of([{"a": 1}], {"a": "int"}, **settings)).compression == compression


@pytest.mark.parametrize(("settings", "version"), [({}, "0.12"), ({"FormatVersion": "V0_11"}, "0.11")])
def test_format_version(settings: dict[str, Any], version: str) -> None:
    assert opened(file_of([{"a": 1}], {"a": "int"}, **settings)).file_version == version


def test_row_index_stride() -> None:
    body = file_of([{"a": 1}], {"a": "int"}, RowIndexStride=1000)
    assert (opened(body).row_index_stride, opened(file_of([{"a": 1}], {"a": "int"})).row_index_stride) == (
        1000,
        10_000,
    )


def test_stripe_size_parts_the_file() -> None:
    # GIVEN far more data than a stripe holds
    records = [{"a": f"{number:0100d}"} for number in range(20_000)]

    # THEN
    parted = opened(file_of(records, {"a": "string"}, StripeSizeBytes=100_000, Compression="NONE"))
    assert parted.nstripes > 1
    assert opened(file_of(records, {"a": "string"}, Compression="NONE")).nstripes == 1


def test_dictionary_is_used_up_to_its_threshold() -> None:
    # GIVEN a few texts, many times
    records = [{"a": f"a rather long name of product {number % 3}"} for number in range(3000)]

    # THEN a dictionary is smaller
    plain = file_of(records, {"a": "string"}, Compression="NONE")
    assert len(file_of(records, {"a": "string"}, Compression="NONE", DictionaryKeyThreshold=0.8)) < len(plain)


def test_bloom_filters_are_of_the_columns_that_are_named() -> None:
    # GIVEN a nested column before the one that is named
    columns = {"s": "struct<x:int,y:array<int>>", "m": "map<string,int>", "A": "bigint"}
    records = [{"s": {"x": 1, "y": []}, "m": {}, "a": number} for number in range(3000)]

    # WHEN
    without = file_of(records, columns)
    unknown = file_of(records, columns, BloomFilterColumns=["unknown"])
    of_the_nested = file_of(records, columns, BloomFilterColumns=["s"])
    of_the_numbers = file_of(records, columns, BloomFilterColumns=["a"])
    exact = file_of(records, columns, BloomFilterColumns=["a"], BloomFilterFalsePositiveProbability=0.0001)

    # THEN numbers are in a filter, and the surer it is, the larger
    assert without == unknown
    assert len(of_the_nested) < len(of_the_numbers) < len(exact)
    assert opened(exact).read().to_pylist()[2999]["A"] == 2999


def test_blocks_of_hdfs_change_nothing() -> None:
    settings = {"BlockSizeBytes": 2**27, "EnablePadding": True, "PaddingTolerance": 0.05}
    assert opened(file_of([{"a": 1}], {"a": "int"}, **settings)).read().to_pylist() == [{"a": 1}]
