"""Dates and times: https://trino.io/docs/current/functions/datetime.html. The session is in UTC, as Athena's."""

from collections.abc import Mapping

from .function import Call, Rule, quoted, same
from .kind import is_kind
from .pattern import (
    ZONE_WHEN_FORMATTED,
    ZONE_WHEN_PARSED,
    PatternError,
    from_joda,
    from_mysql,
    has_year,
)

UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")


def _unit(call: Call) -> str:
    unit = call.text(0, "the unit").lower()
    if unit not in UNITS:
        raise call.error(f"the unit {unit!r}", f"one of {', '.join(UNITS)}")
    return unit


def _date_add(call: Call) -> str:
    unit = _unit(call)
    _, value, moment = call.arguments
    result = f"{moment:p} + INTERVAL ({value}) {unit.upper()}"
    return f"CAST({result} AS DATE)" if is_kind(moment.node, "DATE") else f"({result})"


def _date_diff(call: Call) -> str:
    # Trino counts whole units that went by; DuckDB's date_diff counts the boundaries between them.
    return f"date_sub({quoted(_unit(call))}, {call.arguments[1]}, {call.arguments[2]})"


def _date_trunc(call: Call) -> str:
    result = f"date_trunc({quoted(_unit(call))}, {call.arguments[1]})"
    return f"CAST({result} AS DATE)" if is_kind(call.arguments[1].node, "DATE") else result


def _date_format(call: Call) -> str:
    return f"strftime({call.arguments[0]}, {quoted(_mysql(call))})"


def _date_parse(call: Call) -> str:
    return _strptime(call, _mysql(call))


def _format_datetime(call: Call) -> str:
    return f"strftime({call.arguments[0]}, {quoted(_joda(call, ZONE_WHEN_FORMATTED))})"


def _parse_datetime(call: Call) -> str:
    return f"CAST({_strptime(call, _joda(call, ZONE_WHEN_PARSED))} AS TIMESTAMPTZ)"


def _strptime(call: Call, pattern: str) -> str:
    text = call.arguments[0]
    if has_year(pattern):
        return f"strptime({text}, {quoted(pattern)})"
    return f"strptime('1970 ' || {text:p}, {quoted('%Y ' + pattern)})"


def _mysql(call: Call) -> str:
    try:
        return from_mysql(call.text(1, "the format"))
    except PatternError as error:
        raise call.error(str(error)) from None


def _joda(call: Call, zones: Mapping[str, str]) -> str:
    pattern = call.text(1, "the pattern")
    try:
        return from_joda(pattern, zones)
    except PatternError as error:
        raise call.error(str(error)) from None


# Athena's timestamps have milliseconds.
_ISO_8601 = (
    "CASE typeof({0}) WHEN 'DATE' THEN strftime({0}, '%Y-%m-%d') "
    "WHEN 'TIMESTAMP WITH TIME ZONE' THEN strftime({0}, '%Y-%m-%dT%H:%M:%S.%gZ') "
    "ELSE strftime({0}, '%Y-%m-%dT%H:%M:%S.%g') END"
)

DATE_TIME: dict[str, Rule] = {
    **same("year quarter month day hour minute second week now"),
    # A time with a zone is an instant in DuckDB: its local time in another zone is a time without one.
    "at_timezone": "(CAST({0} AS TIMESTAMPTZ) AT TIME ZONE {1})",
    "current_timestamp": ("current_timestamp", "current_timestamp{0:none}"),
    "current_timezone": "'UTC'",
    "date": "CAST({0} AS DATE)",
    "date_add": _date_add,
    "date_diff": _date_diff,
    "date_format": _date_format,
    "date_parse": _date_parse,
    "date_trunc": _date_trunc,
    "day_of_month": "day({0})",
    "day_of_week": "isodow({0})",
    "day_of_year": "dayofyear({0})",
    "dow": "isodow({0})",
    "doy": "dayofyear({0})",
    "format_datetime": _format_datetime,
    "from_iso8601_date": "CAST({0} AS DATE)",
    "from_iso8601_timestamp": "CAST({0} AS TIMESTAMPTZ)",
    "from_unixtime": ("to_timestamp({0})", "(to_timestamp({0}) AT TIME ZONE {1})"),
    "last_day_of_month": "last_day({0})",
    "localtimestamp": ("localtimestamp", "localtimestamp{0:none}"),
    "millisecond": "(millisecond({0}) % 1000)",
    "parse_datetime": _parse_datetime,
    "to_iso8601": _ISO_8601,
    "to_milliseconds": "epoch_ms({0})",
    "to_unixtime": "epoch({0})",
    "week_of_year": "week({0})",
    "with_timezone": "(CAST({0} AS TIMESTAMP) AT TIME ZONE {1})",
    "year_of_week": "isoyear({0})",
    "yow": "isoyear({0})",
}
