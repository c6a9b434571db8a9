"""Makers of conversions, and readers of what they write."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow.orc
import pyarrow.parquet

from emulator.firehose.configuration import FormatConversion, TableReference
from emulator.firehose.conversion import Conversion, Converter, schema_from

TABLE = TableReference(
    role_arn="arn:aws:iam::000000000000:role/firehose",
    catalog_id="000000000000",
    database_name="lake",
    table_name="orders",
    region="eu-north-1",
)


def glue_table(columns: Mapping[str, str]) -> dict[str, Any]:
    """Return a table as Glue describes it, with a partition key."""
    return {
        "Name": TABLE.table_name,
        "DatabaseName": TABLE.database_name,
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": hive_type} for name, hive_type in columns.items()]
        },
        "PartitionKeys": [{"Name": "day", "Type": "date"}],
    }


def converter(
    columns: Mapping[str, str],
    *,
    openx: Mapping[str, Any] | None = None,
    hive: Mapping[str, Any] | None = None,
    parquet: Mapping[str, Any] | None = None,
    orc: Mapping[str, Any] | None = None,
) -> Converter:
    """Return a converter; from OpenX's JSON to Parquet, unless settings of something else are given."""
    conversion = FormatConversion(
        TABLE,
        "OpenXJsonSerDe" if hive is None else "HiveJsonSerDe",
        "ParquetSerDe" if orc is None else "OrcSerDe",
        (openx if hive is None else hive) or {},
        (parquet if orc is None else orc) or {},
    )
    return Converter(conversion, schema_from(glue_table(columns), conversion.deserializer))


def rows(conversion: Conversion) -> list[dict[str, Any]]:
    """Read the rows of a Parquet body."""
    assert conversion.body is not None
    table = pyarrow.parquet.read_table(io.BytesIO(conversion.body), coerce_int96_timestamp_unit="us")
    read: list[dict[str, Any]] = table.to_pylist()
    return read


def orc_rows(conversion: Conversion) -> list[dict[str, Any]]:
    """Read the rows of an ORC body."""
    assert conversion.body is not None
    read: list[dict[str, Any]] = pyarrow.orc.ORCFile(io.BytesIO(conversion.body)).read().to_pylist()
    return read


def value_of(hive_type: str, value: object, **settings: Any) -> Any:
    """Return what a value in JSON becomes in a column of a type; `value` is JSON already if it is bytes."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    conversion = converter({"c": hive_type}, **settings).convert([b'{"c":' + text + b"}"])
    assert conversion.failures == {}
    return rows(conversion)[0]["c"]


def failure_of(hive_type: str, value: object, **settings: Any) -> tuple[str, str]:
    """Return the code and the message with which a value does not become one of a column's."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    conversion = converter({"c": hive_type}, **settings).convert([b'{"c":' + text + b"}"])
    assert (conversion.body, conversion.converted_count) == (None, 0)
    (failed,) = conversion.failures.values()
    return failed.error_code, failed.error_message


def lines(records: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Return records as lines of JSON."""
    return [json.dumps(record).encode() + b"\n" for record in records]
