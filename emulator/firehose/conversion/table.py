"""Arrow tables; imported when something is converted."""

from collections.abc import Sequence
from typing import Any

import pyarrow

from emulator.firehose.conversion.hive_type import Array, HiveType, Map, Primitive, Struct
from emulator.firehose.conversion.schema import Schema

_PRIMITIVES = {
    "boolean": pyarrow.bool_(),
    "tinyint": pyarrow.int8(),
    "smallint": pyarrow.int16(),
    "int": pyarrow.int32(),
    "bigint": pyarrow.int64(),
    "float": pyarrow.float32(),
    "double": pyarrow.float64(),
    "string": pyarrow.string(),
    "char": pyarrow.string(),
    "varchar": pyarrow.string(),
    "date": pyarrow.date32(),
    "timestamp": pyarrow.timestamp("ns"),
}


def table_of(schema: Schema, columns: Sequence[Sequence[Any]]) -> pyarrow.Table:
    """Return a table with the schema's columns and the values given for each of them."""
    arrays = [
        pyarrow.array(values, arrow_type(column.type))
        for column, values in zip(schema.columns, columns, strict=True)
    ]
    return pyarrow.table(arrays, names=[column.name for column in schema.columns])


def arrow_type(hive_type: HiveType) -> pyarrow.DataType:
    """Return the type that holds a column's values."""
    match hive_type:
        case Primitive("decimal", (precision, scale)):
            return pyarrow.decimal128(precision, scale)
        case Primitive(name):
            return _PRIMITIVES[name]
        case Array(element):
            return pyarrow.list_(arrow_type(element))
        case Map(key, value):
            return pyarrow.map_(arrow_type(key), arrow_type(value))
        case Struct(fields):
            return pyarrow.struct([(name, arrow_type(each)) for name, each in fields])


def joined(tables: Sequence[pyarrow.Table]) -> pyarrow.Table:
    """Return the rows of some tables, one after the other, as one."""
    return pyarrow.concat_tables(tables)
