"""From the records of a buffer to the body of an object."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulator.firehose.configuration import FormatConversion
from emulator.firehose.conversion.column import ColumnReader
from emulator.firehose.conversion.json_object import JsonObject, RecordError, json_objects
from emulator.firehose.conversion.mismatch import InexactNumberError
from emulator.firehose.conversion.rule import rules_of
from emulator.firehose.conversion.schema import Schema
from emulator.firehose.record import Failed

if TYPE_CHECKING:
    import pyarrow

_MALFORMED_DATA = "DataFormatConversion.MalformedData"
# So many records at a time are Python objects; the others are bytes still, or columns already.
_CHUNK_RECORDS = 10_000


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of a buffer's records: a body, if any was converted, and why others were not, by position."""

    body: bytes | None
    failures: dict[int, Failed] = field(default_factory=dict)
    converted_count: int = 0


class Converter:
    """Converts records by the columns of a table; a record is converted whole, or fails whole.

    Not safe for threads. Arrow is loaded by the first conversion, because of its memory.

    https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
    """

    def __init__(self, format_conversion: FormatConversion, schema: Schema) -> None:
        self._conversion = format_conversion
        self._schema = schema
        rules = rules_of(format_conversion)
        self._plain = rules.plain()
        self._readers = [ColumnReader(column, rules) for column in schema.columns]
        # Whether numbers are kept as they are written: slower, and needed only once a column asks for it.
        self._exact = False

    @property
    def extension(self) -> str:
        """What an object's name ends in, unless the destination has an extension of its own."""
        return ".parquet" if self._conversion.serializer == "ParquetSerDe" else ".orc"

    @property
    def content_encoding(self) -> str | None:
        """The object's Content-Encoding: AWS was seen to name the compression inside a Parquet file."""
        compression = self._conversion.serializer_settings.get("Compression") or "SNAPPY"
        snappy_parquet = self._conversion.serializer == "ParquetSerDe" and compression == "SNAPPY"
        return "hadoop-snappy" if snappy_parquet else None

    def convert(self, records: Sequence[bytes]) -> Conversion:
        """Convert records, each of which holds one JSON object or several; order is kept."""
        failures: dict[int, Failed] = {}
        tables = []
        for start in range(0, len(records), _CHUNK_RECORDS):
            columns, failed = self._read(records[start : start + _CHUNK_RECORDS])
            failures |= {start + number: reason for number, reason in failed.items()}
            if columns[0]:
                tables.append(self._table(columns))
        body = self._serialize(tables) if tables else None
        return Conversion(body, failures, len(records) - len(failures))

    def _read(self, records: Sequence[bytes]) -> tuple[list[list[Any]], dict[int, Failed]]:
        """Return each column's values, and the records that are not among them with the reason."""
        try:
            return self._read_columns(records)
        except InexactNumberError:
            self._exact = True
            return self._read_columns(records)

    def _read_columns(self, records: Sequence[bytes]) -> tuple[list[list[Any]], dict[int, Failed]]:
        failures: dict[int, Failed] = {}
        rows: list[JsonObject] = []
        record_of_row: list[int] = []
        for number, data in enumerate(records):
            try:
                objects = json_objects(data, exact=self._exact)
            except RecordError as error:
                failures[number] = error.failed
                continue
            rows += map(self._plain, objects)
            record_of_row += [number] * len(objects)
        mismatches: dict[int, str] = {}
        columns = [reader.read(rows, mismatches) for reader in self._readers]
        if mismatches:
            for row in sorted(mismatches):
                failures.setdefault(record_of_row[row], Failed(_MALFORMED_DATA, mismatches[row]))
            kept = [row for row, record in enumerate(record_of_row) if record not in failures]
            columns = [[values[row] for row in kept] for values in columns]
        return columns, failures

    def _table(self, columns: Sequence[Sequence[Any]]) -> "pyarrow.Table":
        from emulator.firehose.conversion.table import table_of

        return table_of(self._schema, columns)

    def _serialize(self, tables: Sequence["pyarrow.Table"]) -> bytes:
        from emulator.firehose.conversion.table import joined

        table = joined(tables)
        if self._conversion.serializer == "ParquetSerDe":
            from emulator.firehose.conversion.parquet import parquet_bytes

            return parquet_bytes(table, self._conversion.serializer_settings)
        from emulator.firehose.conversion.orc import orc_bytes

        return orc_bytes(table, self._schema, self._conversion.serializer_settings)
