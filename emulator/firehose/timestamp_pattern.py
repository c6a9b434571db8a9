"""Date patterns as Java's DateTimeFormatter reads them, in English, for the `timestamp` namespace of prefixes."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache

Field = Callable[[datetime], str]

_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


# When a day period of US English ends, in minutes of the day, and its name.
_DAY_PERIODS = (
    (6 * 60, "at night"),
    (12 * 60, "in the morning"),
    (18 * 60, "in the afternoon"),
    (21 * 60, "in the evening"),
    (24 * 60, "at night"),
)
_MODIFIED_JULIAN_DAY_OF_ORDINAL_ZERO = -678_576


class TimestampPatternError(ValueError):
    """The text is not a date pattern that can be evaluated."""


class UnsupportedTimestampPatternError(TimestampPatternError):
    """The text is a date pattern that AWS may evaluate and this emulator cannot."""


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Field:
    """Return a function that formats a time by `pattern`.

    Letters whose meaning depends on the formatter's locale follow US English: weeks begin on Sunday and the
    first one holds January 1st. `F` is the aligned day of the week in the month, as up to Java 18; `z` is what
    the time zone database calls the zone, `VV` its id. A field that is wider than `p` allows stays whole, where
    Java fails: an object could never be written. Full and generic zone names (`zzzz`, `v`) are not built.

    Raises:
        TimestampPatternError: a letter is not a conversion, is repeated too often, or a quote is not closed.
        UnsupportedTimestampPatternError: the names of zones that the pattern asks for are not known here.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    """
    fields: list[Field] = []
    position = padding = 0
    while position < len(pattern):
        match = _TOKEN.match(pattern, position)
        if match is None:
            raise TimestampPatternError(f"A quote is not closed in {pattern!r}")
        text, position = match.group(), match.end()
        if match.group(2) == "p":
            if not pattern[position : position + 1].isalpha():
                raise TimestampPatternError(f"Nothing to pad follows {text!r} in {pattern!r}")
            padding = len(text)
            continue
        field = _field_of(match, pattern)
        fields.append(_padded(field, padding) if padding else field)
        padding = 0
    return lambda moment: "".join(field(moment) for field in fields)


def _field_of(match: re.Match[str], pattern: str) -> Field:
    text = match.group()
    if match.group(1) is not None:
        return _literal(match.group(1).replace("''", "'") or "'")
    if match.group(2):
        return _field(match.group(2), len(text))
    if set(text) & set("#{}"):
        raise TimestampPatternError(f"A reserved character is used in {pattern!r}")
    return _literal(text.replace("[", "").replace("]", ""))


def _padded(field: Field, width: int) -> Field:
    """Return a field with spaces before it; one that is wider than `width` stays as it is."""
    return lambda moment: field(moment).rjust(width)


def _literal(text: str) -> Field:
    return lambda moment: text


def _field(letter: str, count: int) -> Field:
    makers = (_year, _number, _text, _offset, _day_period, _zone)
    for make in makers:
        field = make(letter, count)
        if field is not None:
            return field
    raise TimestampPatternError(f"{letter * count!r} is not a conversion")


def _year(letter: str, count: int) -> Field | None:
    values: dict[str, Callable[[datetime], int]] = {
        "u": lambda moment: moment.year,
        "y": lambda moment: moment.year,
        "Y": lambda moment: _week(moment)[0],
    }
    value = values.get(letter)
    if value is None or count > 19:
        return None
    if count == 2:
        return lambda moment: f"{value(moment) % 100:02d}"
    return lambda moment: f"{value(moment):0{count}d}"


# Letter: the number it stands for and how often it may be repeated; the repetition is the width.
_NUMBERS: dict[str, tuple[Callable[[datetime], int], int]] = {
    "D": (lambda moment: moment.timetuple().tm_yday, 3),
    "M": (lambda moment: moment.month, 2),
    "L": (lambda moment: moment.month, 2),
    "d": (lambda moment: moment.day, 2),
    "Q": (lambda moment: _quarter(moment), 2),
    "q": (lambda moment: _quarter(moment), 2),
    "w": (lambda moment: _week(moment)[1], 2),
    "W": (lambda moment: (moment.day - 1 + _weekday(moment.replace(day=1))) // 7 + 1, 1),
    "e": (lambda moment: _weekday(moment) + 1, 2),
    "F": (lambda moment: (moment.day - 1) % 7 + 1, 1),
    "g": (lambda moment: moment.toordinal() + _MODIFIED_JULIAN_DAY_OF_ORDINAL_ZERO, 19),
    "c": (lambda moment: _weekday(moment) + 1, 1),
    "H": (lambda moment: moment.hour, 2),
    "k": (lambda moment: moment.hour or 24, 2),
    "K": (lambda moment: moment.hour % 12, 2),
    "h": (lambda moment: moment.hour % 12 or 12, 2),
    "m": (lambda moment: moment.minute, 2),
    "s": (lambda moment: moment.second, 2),
    "n": (lambda moment: moment.microsecond * 1000, 19),
    "A": (lambda moment: _second_of_day(moment) * 1000 + moment.microsecond // 1000, 19),
    "N": (lambda moment: _second_of_day(moment) * 10**9 + moment.microsecond * 1000, 19),
}


def _number(letter: str, count: int) -> Field | None:
    if letter == "S" and count <= 9:
        return lambda moment: f"{moment.microsecond * 1000:09d}"[:count]
    if letter not in _NUMBERS or count > _NUMBERS[letter][1]:
        return None
    value = _NUMBERS[letter][0]
    return lambda moment: f"{value(moment):0{count}d}"


def _text(letter: str, count: int) -> Field | None:
    if letter == "G" and count <= 5:
        return _literal({4: "Anno Domini", 5: "A"}.get(count, "AD"))
    if letter == "a" and count == 1:
        return lambda moment: "AM" if moment.hour < 12 else "PM"
    if letter in "Qq" and 3 <= count <= 5:
        forms = {3: "Q{0}", 4: "{0}{1} quarter", 5: "{0}"}
        ordinals = ["st", "nd", "rd", "th"]
        return lambda moment: forms[count].format(_quarter(moment), ordinals[_quarter(moment) - 1])
    if letter in "ML" and 3 <= count <= 5:
        return lambda moment: _shorten(_MONTHS[moment.month - 1], count)
    if (letter == "E" and count <= 5) or (letter in "ec" and 3 <= count <= 5):
        return lambda moment: _shorten(_DAYS[_weekday(moment)], max(count, 3))
    return None


def _offset(letter: str, count: int) -> Field | None:
    zero = {"X": "Z", "x": "", "Z": "", "O": "GMT"}.get(letter)
    if zero is None or count > 5:
        return None
    if letter == "O" or (letter == "Z" and count == 4):
        if count not in (1, 4):
            return None
        return lambda moment: "GMT" + _hours_and_minutes(moment, ":", short=letter == "O" and count == 1)
    if letter == "Z":
        zero, count = ("Z", 5) if count == 5 else ("+0000", 2)

    def format_offset(moment: datetime) -> str:
        offset = _offset_minutes(moment)
        if offset == 0 and zero:
            return zero
        text = _hours_and_minutes(moment, ":" if count in (3, 5) else "", zero=True)
        return text[:3] if count == 1 and offset % 60 == 0 else text

    return format_offset


def _day_period(letter: str, count: int) -> Field | None:
    if letter != "B" or count not in (1, 4, 5):
        return None
    noon, midnight = ("n", "mi") if count == 5 else ("noon", "midnight")

    def name(moment: datetime) -> str:
        minute = moment.hour * 60 + moment.minute
        if minute in (0, 12 * 60):
            return noon if minute else midnight
        return next(name for end, name in _DAY_PERIODS if minute < end)

    return name


def _zone(letter: str, count: int) -> Field | None:
    if letter == "V" and count == 2:
        return lambda moment: getattr(moment.tzinfo, "key", None) or moment.tzname() or ""
    if letter == "z" and count <= 3:
        return lambda moment: moment.tzname() or ""
    if (letter, count) in (("z", 4), ("v", 1), ("v", 4)):
        raise UnsupportedTimestampPatternError(
            f"{letter * count!r} needs full or generic names of time zones, which are not known here"
        )
    return None


def _hours_and_minutes(moment: datetime, separator: str, *, short: bool = False, zero: bool = False) -> str:
    offset = _offset_minutes(moment)
    if offset == 0 and not zero:
        return ""
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset), 60)
    if short:
        return f"{sign}{hours}" + (f"{separator}{minutes:02d}" if minutes else "")
    return f"{sign}{hours:02d}{separator}{minutes:02d}"


def _offset_minutes(moment: datetime) -> int:
    return int((moment.utcoffset() or timedelta()).total_seconds()) // 60


def _shorten(name: str, count: int) -> str:
    return {3: name[:3], 4: name, 5: name[0]}[count]


def _weekday(moment: date) -> int:
    return moment.isoweekday() % 7


def _quarter(moment: date) -> int:
    return (moment.month + 2) // 3


def _second_of_day(moment: datetime) -> int:
    return (moment.hour * 60 + moment.minute) * 60 + moment.second


def _week(moment: datetime) -> tuple[int, int]:
    saturday = moment.date() + timedelta(days=6 - _weekday(moment))
    first_saturday = date(saturday.year, 1, 7 - _weekday(date(saturday.year, 1, 1)))
    return saturday.year, (saturday - first_saturday).days // 7 + 1
