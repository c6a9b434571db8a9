"""ORC files; imported when something is converted."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow
import pyarrow.orc

from emulator.firehose.conversion.hive_type import Array, HiveType, Map, Primitive, Struct
from emulator.firehose.conversion.schema import Schema

_DEFAULT_STRIPE_BYTES = 64 * 1024 * 1024
_DEFAULT_ROW_INDEX_STRIDE = 10_000
_DEFAULT_FALSE_POSITIVE_PROBABILITY = 0.05
_COMPRESSIONS = {"SNAPPY": "snappy", "ZLIB": "zlib", "NONE": "uncompressed"}
_VERSIONS = {"V0_11": "0.11", "V0_12": "0.12"}


def orc_bytes(table: pyarrow.Table, schema: Schema, settings: Mapping[str, Any]) -> bytes:
    """Return a table as an ORC file, with the settings of an `OrcSerDe`.

    `BlockSizeBytes` and `EnablePadding` are about blocks of HDFS; they change nothing that a reader of S3 sees
    and cannot be expressed.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_OrcSerDe.html
    """
    probability = settings.get("BloomFilterFalsePositiveProbability")
    stride = settings.get("RowIndexStride")
    sink = pyarrow.BufferOutputStream()
    pyarrow.orc.write_table(
        table,
        sink,
        file_version=_VERSIONS[settings.get("FormatVersion") or "V0_12"],
        stripe_size=settings.get("StripeSizeBytes") or _DEFAULT_STRIPE_BYTES,
        compression=_COMPRESSIONS[settings.get("Compression") or "SNAPPY"],
        row_index_stride=_DEFAULT_ROW_INDEX_STRIDE if stride is None else stride,
        padding_tolerance=settings.get("PaddingTolerance") or 0.0,
        dictionary_key_size_threshold=settings.get("DictionaryKeyThreshold") or 0.0,
        bloom_filter_columns=_column_ids(schema, settings.get("BloomFilterColumns") or []),
        bloom_filter_fpp=_DEFAULT_FALSE_POSITIVE_PROBABILITY if probability is None else probability,
    )
    return bytes(sink.getvalue())


def _column_ids(schema: Schema, names: list[str]) -> list[int]:
    """Return the numbers of columns: the root is 0, and every type within a type has one."""
    ids = {}
    following = 1
    for column in schema.columns:
        ids[column.name.lower()] = following
        following += sum(1 for _ in _types_in(column.type))
    return [ids[name.lower()] for name in names if name.lower() in ids]


def _types_in(hive_type: HiveType) -> Iterator[HiveType]:
    yield hive_type
    match hive_type:
        case Primitive():
            pass
        case Array(element):
            yield from _types_in(element)
        case Map(key, value):
            yield from _types_in(key)
            yield from _types_in(value)
        case Struct(fields):
            for _, each in fields:
                yield from _types_in(each)
