"""Record format conversion of the records of one object."""

from collections.abc import Sequence

from emulator.firehose.client import GlueClient
from emulator.firehose.clock import Clock
from emulator.firehose.configuration import FormatConversion
from emulator.firehose.conversion import Conversion, Converter, Schema, SchemaError, SchemaSource
from emulator.firehose.record import Failed

_NO_GLUE = Failed(
    "DataFormatConversion.InternalError", "There is no Glue Data Catalog to read a schema from."
)


class ObjectConversion:
    """Converts records with the schema that the table has at that moment."""

    def __init__(self, client: GlueClient | None, clock: Clock) -> None:
        self._schema_source = None if client is None else SchemaSource(client, clock)
        self._made: tuple[FormatConversion, Schema, Converter] | None = None

    def convert(
        self, format_conversion: FormatConversion, records: Sequence[bytes]
    ) -> tuple[Conversion, Converter]:
        """Return what becomes of the records, and the converter, which knows the object's name and encoding.

        Raises:
            SchemaError: there is no usable schema now.
        """
        converter = self._converter(format_conversion)
        return converter.convert(records), converter

    def _converter(self, format_conversion: FormatConversion) -> Converter:
        if self._schema_source is None:
            raise SchemaError(_NO_GLUE)
        schema = self._schema_source.schema(format_conversion.table, format_conversion.deserializer)
        if self._made is not None and self._made[0] is format_conversion and self._made[1] is schema:
            return self._made[2]
        converter = Converter(format_conversion, schema)
        self._made = (format_conversion, schema, converter)
        return converter
