"""Record format conversion: JSON records to Parquet or ORC, with the columns of a Glue table.

https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
"""

from emulator.firehose.conversion.converter import Conversion, Converter
from emulator.firehose.conversion.error_line import conversion_error_line
from emulator.firehose.conversion.schema import Column, Schema, SchemaError, schema_from
from emulator.firehose.conversion.schema_source import SchemaSource

__all__ = [
    "Column",
    "Conversion",
    "Converter",
    "Schema",
    "SchemaError",
    "SchemaSource",
    "conversion_error_line",
    "schema_from",
]
