"""Times in texts, by patterns of Joda-Time's DateTimeFormat in English.

https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
"""

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Parser = Callable[[str], int | None]

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
# Letters that stand for numbers: their field and how many digits they have at most.
_NUMBERS = {
    "y": ("year", 9),
    "Y": ("year", 9),
    "M": ("month", 2),
    "d": ("day", 2),
    "D": ("day_of_year", 3),
    "H": ("hour", 2),
    "k": ("clock_hour", 2),
    "h": ("clock_half_hour", 2),
    "K": ("half_hour", 2),
    "m": ("minute", 2),
    "s": ("second", 2),
    "S": ("fraction", 9),
}
_MONTHS = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTH_NAME = "|".join([*calendar.month_name[1:], *calendar.month_abbr[1:]])
_DAY_NAME = "|".join([*calendar.day_name, *calendar.day_abbr])
_OFFSET = r"Z|[+-]\d\d:?\d\d"
# What Joda-Time takes when a text does not say the year.
_DEFAULT_YEAR = 2000
# Two digits are a year of these hundred.
_FIRST_TWO_DIGIT_YEAR = 1950


class JodaPatternError(ValueError):
    """The text is not a pattern, or one of its letters is not built."""


@lru_cache(maxsize=64)
def compile_joda(pattern: str) -> Parser:
    """Return a function from a text to nanoseconds since the epoch, or None when it does not follow `pattern`.

    Without an offset or a zone, times are in UTC. Not built: eras and centuries, weeks and weekyears, and names
    of zones (`z`).

    Raises:
        JodaPatternError: the pattern is malformed or uses what is not built.
    """
    tokens = _tokens(pattern)
    expression = re.compile(
        "".join(
            _expression(token, tokens[number + 1] if number + 1 < len(tokens) else "")
            for number, token in enumerate(tokens)
        ),
        re.ASCII | re.IGNORECASE,
    )

    def parse(text: str) -> int | None:
        match = expression.fullmatch(text)
        try:
            return None if match is None else _nanoseconds(match.groupdict())
        except (ValueError, OverflowError, ZoneInfoNotFoundError):
            return None

    return parse


def _tokens(pattern: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    while position < len(pattern):
        match = _TOKEN.match(pattern, position)
        if match is None:
            raise JodaPatternError(f"A quote is not closed in {pattern!r}")
        tokens.append(match.group())
        position = match.end()
    if len(set(letters := [each[0] for each in tokens if each[0].isalpha()])) != len(letters):
        raise JodaPatternError(f"{pattern!r} names a field twice")
    return tokens


def _expression(token: str, following: str) -> str:
    letter, count = token[0], len(token)
    if letter == "'":
        return re.escape(token[1:-1].replace("''", "'") or "'")
    if not letter.isalpha():
        return re.escape(token)
    if letter == "M" and count >= 3:
        return f"(?P<month_name>{_MONTH_NAME})"
    if letter in _NUMBERS:
        return _number_expression(letter, count, following)
    names = {"E": _DAY_NAME, "a": "(?P<half>AM|PM)", "Z": f"(?P<offset>{_OFFSET})"}
    if letter == "Z" and count >= 3:
        return r"(?P<zone>[A-Za-z][\w/+-]*)"
    if letter not in names:
        raise JodaPatternError(f"{token!r} is not supported")
    return f"(?:{names[letter]})"


def _number_expression(letter: str, count: int, following: str) -> str:
    field, most = _NUMBERS[letter]
    if letter in "yY" and count == 2:
        return r"(?P<short_year>\d\d)"
    if letter == "S":
        return rf"(?P<fraction>\d{{1,{count}}})"
    adjacent = following[:1] in _NUMBERS and not (following[0] == "M" and len(following) >= 3)
    if letter in "yY" and adjacent:
        most = count
    sign = "[+-]?" if field == "year" and not adjacent else ""
    least = count if adjacent else 1
    return rf"(?P<{field}>{sign}\d{{{least},{max(most, least)}}})"


def _nanoseconds(fields: Mapping[str, str | None]) -> int:
    given = {name: text for name, text in fields.items() if text is not None}
    moment = _day(given) + timedelta(
        hours=_hour(given), minutes=_bounded(given, "minute", 0, 59), seconds=_bounded(given, "second", 0, 59)
    )
    if "zone" in given:
        moment = moment.replace(tzinfo=ZoneInfo(given["zone"])).astimezone(UTC).replace(tzinfo=None)
    elif "offset" in given:
        moment -= _offset(given["offset"])
    seconds = (moment - datetime(1970, 1, 1)) // timedelta(seconds=1)
    return seconds * 10**9 + int(given.get("fraction", "").ljust(9, "0"))


def _day(given: Mapping[str, str]) -> datetime:
    if "day_of_year" in given:
        start = datetime(_year(given, _DEFAULT_YEAR), 1, 1)
        day = start + timedelta(days=_bounded(given, "day_of_year", 1, 366) - 1)
        if day.year != start.year:
            raise ValueError("The year has no such day")
        return day
    named = "month_name" in given
    default_year = _DEFAULT_YEAR if named or {"month", "day"} & set(given) else 1970
    month = _MONTHS[given["month_name"][:3].lower()] if named else int(given.get("month", "1"))
    return datetime(_year(given, default_year), month, int(given.get("day", "1")))


def _year(given: Mapping[str, str], default: int) -> int:
    if "short_year" in given:
        year = int(given["short_year"])
        return _FIRST_TWO_DIGIT_YEAR + (year - _FIRST_TWO_DIGIT_YEAR) % 100
    return int(given.get("year", default))


def _hour(given: Mapping[str, str]) -> int:
    if "hour" in given:
        return _bounded(given, "hour", 0, 23)
    if "clock_hour" in given:
        return _bounded(given, "clock_hour", 1, 24) % 24
    afternoon = 12 if given.get("half", "").upper() == "PM" else 0
    if "clock_half_hour" in given:
        return _bounded(given, "clock_half_hour", 1, 12) % 12 + afternoon
    return _bounded(given, "half_hour", 0, 11) + afternoon


def _bounded(given: Mapping[str, str], field: str, least: int, most: int) -> int:
    value = int(given.get(field, least))
    if not least <= value <= most:
        raise ValueError(f"{field} is not between {least} and {most}")
    return value


def _offset(text: str) -> timedelta:
    if text in "zZ":
        return timedelta()
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if text[0] == "-" else offset
