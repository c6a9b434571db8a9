"""What a deserializer does with keys and with values of another shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulator.firehose.configuration import FormatConversion
from emulator.firehose.conversion.json_object import JsonObject
from emulator.firehose.conversion.timestamp import hive_timestamp, openx_timestamp

# Sets of keys that are remembered; records of a stream usually have few.
_MAXIMUM_KNOWN = 1000


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of a deserializer; `lenient` is what OpenX is and Hive's own is not.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_OpenXJsonSerDe.html
    """

    lenient: bool
    case_insensitive: bool
    lower_case_keys: bool  # of maps, and in JSON that becomes text
    dots_to_underscores: bool
    column_to_json_key: Mapping[str, str]
    timestamp: Callable[[object], int]

    def json_key(self, column_name: str) -> str:
        """Return under which of the `plain` keys a column's value is."""
        key = self.column_to_json_key.get(column_name, column_name)
        return self._plain(key)

    def _plain(self, key: str) -> str:
        if self.dots_to_underscores:
            key = key.replace(".", "_")
        return key.lower() if self.case_insensitive else key

    def plain(self) -> Callable[[JsonObject], JsonObject]:
        """Return a function that gives an object the keys that columns are looked up by."""
        if not self.case_insensitive and not self.dots_to_underscores:
            return lambda json_object: json_object
        known: dict[tuple[str, ...], tuple[str, ...] | None] = {}

        def plain(json_object: JsonObject) -> JsonObject:
            keys = tuple(json_object)
            if keys not in known:
                if len(known) >= _MAXIMUM_KNOWN:
                    known.clear()
                plain_keys = tuple(map(self._plain, keys))
                known[keys] = None if plain_keys == keys else plain_keys
            names = known[keys]
            return json_object if names is None else dict(zip(names, json_object.values(), strict=True))

        return plain


def rules_of(format_conversion: FormatConversion) -> Rules:
    """Return the rules of a conversion's deserializer; keys in JSON match column names in any case by default."""
    settings = format_conversion.deserializer_settings
    if format_conversion.deserializer == "HiveJsonSerDe":
        return Rules(
            lenient=False,
            case_insensitive=True,
            lower_case_keys=False,
            dots_to_underscores=False,
            column_to_json_key={},
            timestamp=hive_timestamp(settings.get("TimestampFormats") or []),
        )
    case_insensitive = settings.get("CaseInsensitive") is not False
    return Rules(
        lenient=True,
        case_insensitive=case_insensitive,
        lower_case_keys=case_insensitive,
        dots_to_underscores=bool(settings.get("ConvertDotsInJsonKeysToUnderscores")),
        column_to_json_key=settings.get("ColumnToJsonKeyMappings") or {},
        timestamp=openx_timestamp,
    )
