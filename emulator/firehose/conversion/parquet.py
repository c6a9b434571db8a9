"""Parquet files; imported when something is converted."""

from collections.abc import Mapping
from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.parquet

MEBIBYTE = 1024 * 1024

_DEFAULT_BLOCK_BYTES = 256 * MEBIBYTE
_DEFAULT_PAGE_BYTES = MEBIBYTE
_COMPRESSIONS = {"SNAPPY": "snappy", "GZIP": "gzip", "UNCOMPRESSED": "none"}
_VERSIONS = {"V1": ("1.0", "1.0"), "V2": ("2.6", "2.0")}


def parquet_bytes(table: pyarrow.Table, settings: Mapping[str, Any]) -> bytes:
    """Return a table as a Parquet file, with the settings of a `ParquetSerDe`.

    Timestamps are INT96 as Hive writes them; a file with times before 1970 has INT64 microseconds instead,
    because Arrow writes an INT96 for those that not every client can read. `MaxPaddingBytes` changes nothing
    that a reader of S3 sees and cannot be expressed.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_ParquetSerDe.html
    """
    version, page_version = _VERSIONS[settings.get("WriterVersion") or "V1"]
    dictionary = settings.get("EnableDictionaryCompression")
    int96 = not any(_before_epoch(column) for column in table.itercolumns())
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(
        table,
        sink,
        row_group_size=_rows_per_block(table, settings.get("BlockSizeBytes") or _DEFAULT_BLOCK_BYTES),
        version=version,
        data_page_version=page_version,
        data_page_size=settings.get("PageSizeBytes") or _DEFAULT_PAGE_BYTES,
        compression=_COMPRESSIONS[settings.get("Compression") or "SNAPPY"],
        # What AWS does when it is not told is not documented; the format's own writer uses dictionaries.
        use_dictionary=dictionary is not False,
        use_deprecated_int96_timestamps=int96,
        coerce_timestamps=None if int96 else "us",
        allow_truncated_timestamps=True,
        store_schema=False,
    )
    return bytes(sink.getvalue())


def _rows_per_block(table: pyarrow.Table, block_bytes: int) -> int:
    """Return how many rows fill a block, by their size in memory."""
    rows: int = table.num_rows
    if table.nbytes > block_bytes:
        rows = rows * block_bytes // table.nbytes
    return max(rows, 1)


def _before_epoch(array: pyarrow.ChunkedArray | pyarrow.Array) -> bool:
    """Tell whether an array holds, at whatever depth, a time before 1970."""
    if isinstance(array, pyarrow.ChunkedArray):
        return any(_before_epoch(chunk) for chunk in array.iterchunks())
    if pyarrow.types.is_timestamp(array.type):
        earliest = pyarrow.compute.min(array).value
        return earliest is not None and earliest < 0
    if pyarrow.types.is_struct(array.type):
        return any(map(_before_epoch, array.flatten()))
    if pyarrow.types.is_map(array.type):
        return _before_epoch(array.keys) or _before_epoch(array.items)
    return pyarrow.types.is_list(array.type) and _before_epoch(array.flatten())
