"""The columns that records are converted to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.firehose.conversion.hive_type import (
    Array,
    HiveType,
    HiveTypeError,
    Map,
    Primitive,
    Struct,
    parse_type,
)
from emulator.firehose.record import Failed

_DESERIALIZER_CLASSES = {
    "OpenXJsonSerDe": "org.openx.data.JsonSerDe",
    "HiveJsonSerDe": "org.apache.hive.hcatalog.data.JsonSerDe",
}


class SchemaError(Exception):
    """There is no schema for a conversion; `retriable` tells whether there may be one soon."""

    def __init__(self, failed: Failed, *, retriable: bool = False) -> None:
        super().__init__(failed.error_message)
        self.failed = failed
        self.retriable = retriable


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file."""

    name: str
    type: HiveType


@dataclass(frozen=True, slots=True)
class Schema:
    """A table's columns without its partition keys, whose values stand in an object's name."""

    columns: tuple[Column, ...]


def schema_from(glue_table: Mapping[str, Any], deserializer: str = "OpenXJsonSerDe") -> Schema:
    """Read the columns of a table as Glue describes it.

    Raises:
        SchemaError: the table has no columns, or a deserializer cannot fill one of them.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
    """
    columns = (glue_table.get("StorageDescriptor") or {}).get("Columns") or []
    if not columns:
        raise _error(
            "NonExistentColumns",
            "Could not find a matching schema from glue. Please make sure the table is configured with a "
            "non-null storage descriptor containing the target columns.",
        )
    return Schema(tuple(_columns(columns, _DESERIALIZER_CLASSES[deserializer])))


def _columns(columns: Sequence[Mapping[str, Any]], deserializer_class: str) -> list[Column]:
    parsed: dict[str, Column] = {}
    for column in columns:
        name, type_text = column.get("Name") or "", column.get("Type") or ""
        if not name.strip() or not type_text.strip():
            raise _error("ValidationException", "Column names and types must be non-empty strings.")
        try:
            hive_type = parse_type(type_text)
        except HiveTypeError as error:
            raise _error(
                "InvalidTypeFormat",
                f"The type format is invalid. Check the type syntax. Column {name}: {error}",
            ) from error
        if name in parsed:
            raise _error("InvalidSchema", f"The schema is invalid. It has two columns named {name}.")
        if _holds_binary(hive_type):
            raise _error(
                "InvalidSchema",
                "The schema is invalid. One or more columns have types that are not supported by "
                f"{deserializer_class}",
            )
        parsed[name] = Column(name, hive_type)
    return list(parsed.values())


def _holds_binary(hive_type: HiveType) -> bool:
    match hive_type:
        case Primitive(name):
            return name == "binary"
        case Array(element):
            return _holds_binary(element)
        case Map(key, value):
            return _holds_binary(key) or _holds_binary(value)
        case Struct(fields):
            return any(_holds_binary(each) for _, each in fields)


def _error(code: str, message: str) -> SchemaError:
    return SchemaError(Failed(f"DataFormatConversion.{code}", message))
