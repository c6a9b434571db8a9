"""Points in time in JSON, as nanoseconds since the epoch in UTC."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from emulator.firehose.conversion.joda_pattern import compile_joda
from emulator.firehose.conversion.json_object import JsonNumber
from emulator.firehose.conversion.mismatch import InexactNumberError, MismatchError

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_JAVA_SQL = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# Numbers from here on are milliseconds, smaller ones are seconds: observed on AWS.
_FIRST_MILLISECONDS = 10**12
_NANOSECONDS = 10**9
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MOST_DIGITS = 20


def openx_timestamp(value: object) -> int:
    """Read a time as the OpenX JSON SerDe does.

    Raises:
        MismatchError: it is in none of the documented formats.

    https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
    """
    if type(value) is str:
        match = _ISO.fullmatch(value) or _JAVA_SQL.fullmatch(value)
        return _checked(_from_match(match) if match else _from_number(value), value)
    if type(value) is int or type(value) is JsonNumber:
        return _checked(_from_number(str(value)), value)
    if type(value) is float:
        raise InexactNumberError
    raise _unsupported(value)


def hive_timestamp(formats: Sequence[str]) -> Callable[[object], int]:
    """Return a function that reads times as the Hive JSON SerDe does: by the formats, then as JDBC writes them.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_HiveJsonSerDe.html
    """
    parsers = [_from_milliseconds if each == "millis" else compile_joda(each) for each in formats]

    def read(value: object) -> int:
        if type(value) is float:
            raise InexactNumberError
        if type(value) not in (str, int, JsonNumber):
            raise _unsupported(value)
        text = str(value)
        for parse in parsers:
            nanoseconds = parse(text)
            if nanoseconds is not None:
                return _checked(nanoseconds, value)
        match = _JAVA_SQL.fullmatch(text)
        return _checked(_from_match(match) if match else None, value)

    return read


def read_date(value: object) -> date:
    """Read a day, whose month and day may have one digit.

    Raises:
        MismatchError: it is not a day.
    """
    match = _DATE.fullmatch(value) if type(value) is str else None
    try:
        if match is not None:
            return date(*(int(part) for part in match.groups()))
    except ValueError:
        pass
    raise MismatchError.input_string(str(value))


def nanoseconds_since_epoch(moment: datetime, nanosecond: int) -> int:
    """Return the time between the epoch and a whole second of UTC with a fraction."""
    days = moment.toordinal() - _EPOCH_ORDINAL
    seconds = ((days * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second
    return seconds * _NANOSECONDS + nanosecond


def _from_match(match: re.Match[str]) -> int | None:
    *numbers, fraction = match.groups()
    try:
        moment = datetime(*map(int, numbers))  # type: ignore[arg-type]
    except ValueError:
        return None
    return nanoseconds_since_epoch(moment, int(fraction.ljust(9, "0")) if fraction else 0)


def _from_number(text: str) -> int | None:
    number = decimal_from(text)
    if not number or number.adjusted() < -_MOST_DIGITS:
        return None if number is None else 0
    if number.adjusted() > _MOST_DIGITS:
        return None
    return int((number * (_NANOSECONDS if abs(number) < _FIRST_MILLISECONDS else 10**6)).to_integral_value())


def _from_milliseconds(text: str) -> int | None:
    if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return None
    return int(text) * 10**6


def decimal_from(text: str) -> Decimal | None:
    """Return the number that a text is; None if it is none."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _checked(nanoseconds: int | None, value: object) -> int:
    """Return nanoseconds that fit into 64 bits; other times become unrelated ones on AWS."""
    if nanoseconds is None or not -(2**63) <= nanoseconds < 2**63:
        raise _unsupported(value)
    return nanoseconds


def _unsupported(value: object) -> MismatchError:
    return MismatchError.because(
        f"Encountered invalid or unsupported timestamp format. For input string: {str(value)!r}"
    )
