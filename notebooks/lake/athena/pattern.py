"""Translates the two kinds of date and time patterns of Trino to DuckDB's, which are those of strftime."""

import re
from collections.abc import Mapping

# date_format and date_parse, https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
MYSQL_SPECIFIERS: Mapping[str, str] = {
    "a": "%a",
    "b": "%b",
    "c": "%-m",
    "d": "%d",
    "e": "%-d",
    "f": "%f",
    "H": "%H",
    "h": "%I",
    "I": "%I",
    "i": "%M",
    "j": "%j",
    "k": "%-H",
    "l": "%-I",
    "M": "%B",
    "m": "%m",
    "p": "%p",
    "r": "%I:%M:%S %p",
    "S": "%S",
    "s": "%S",
    "T": "%H:%M:%S",
    "v": "%V",
    "W": "%A",
    "x": "%G",
    "Y": "%Y",
    "y": "%y",
    "%": "%%",
}
# Trino refuses these, too.
UNSUPPORTED_MYSQL_SPECIFIERS = frozenset("DUuVwX")

# format_datetime and parse_datetime: JodaTime's DateTimeFormat. Longer runs of a letter stand first.
JODA_LETTERS: Mapping[str, str] = {
    "YYYY": "%Y",
    "YY": "%y",
    "Y": "%Y",
    "yyyy": "%Y",
    "yy": "%y",
    "y": "%Y",
    "xxxx": "%G",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%-m",
    "dd": "%d",
    "d": "%-d",
    "DDD": "%j",
    "D": "%-j",
    "EEEE": "%A",
    "EEE": "%a",
    "E": "%a",
    "e": "%u",
    "ww": "%V",
    "a": "%p",
    "hh": "%I",
    "h": "%-I",
    "HH": "%H",
    "H": "%-H",
    "mm": "%M",
    "m": "%-M",
    "ss": "%S",
    "s": "%-S",
    "SSSSSS": "%f",
    "SSS": "%g",
}
ZONE_WHEN_FORMATTED: Mapping[str, str] = {"Z": "+0000", "ZZ": "+00:00", "ZZZ": "UTC", "z": "UTC"}
ZONE_WHEN_PARSED: Mapping[str, str] = {"Z": "%z", "ZZ": "%z", "ZZZ": "%Z"}
_JODA_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


class PatternError(ValueError):
    """A part of a pattern has no equal; the message names it."""


def from_mysql(pattern: str) -> str:
    """Return strftime's pattern for one of MySQL's."""

    def replacement(match: re.Match[str]) -> str:
        letter = match.group(1)
        if letter in UNSUPPORTED_MYSQL_SPECIFIERS:
            raise PatternError(f"%{letter} in a date format: Athena does not support it either")
        return MYSQL_SPECIFIERS.get(letter, letter)

    return re.sub(r"%(.)", replacement, pattern, flags=re.DOTALL)


def from_joda(pattern: str, zones: Mapping[str, str]) -> str:
    """Return strftime's pattern for one of JodaTime's; `zones` says what its time zone letters become."""
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        match = _JODA_TOKEN.match(pattern, position)
        if match is None:
            raise PatternError("an unclosed quote in a date pattern")
        position = match.end()
        text = match.group()
        if text.startswith("'"):
            parts.append((match.group(1).replace("''", "'") or "'").replace("%", "%%"))
        elif text[0].isalpha():
            specifier = JODA_LETTERS.get(text) or zones.get(text)
            if specifier is None:
                raise PatternError(f"{text} in a date pattern")
            parts.append(specifier)
        else:
            parts.append(text.replace("%", "%%"))
    return "".join(parts)


def has_year(pattern: str) -> bool:
    """Tell whether strftime's pattern names a year; DuckDB's default is 1900, Trino's 1970."""
    return any(specifier in pattern for specifier in ("%Y", "%y", "%G"))
