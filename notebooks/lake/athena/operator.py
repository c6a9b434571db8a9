"""Operators that mean something else in DuckDB, or another type."""

from sqlglot import exp
from sqlglot.generator import Generator

from .errors import UntranslatableError
from .kind import is_kind, kind

# The fields of EXTRACT, and DuckDB's name where it differs.
EXTRACT_FIELDS = {
    **{field: field for field in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")},
    "DAY_OF_MONTH": "DAY",
    "DAY_OF_WEEK": "ISODOW",
    "DOW": "ISODOW",
    "DAY_OF_YEAR": "DOY",
    "DOY": "DOY",
    "YEAR_OF_WEEK": "ISOYEAR",
    "YOW": "ISOYEAR",
    "TIMEZONE_HOUR": "TIMEZONE_HOUR",
    "TIMEZONE_MINUTE": "TIMEZONE_MINUTE",
}


def quotient(generator: Generator, division: exp.Div) -> str:
    """Return a division: as in Trino the type of DuckDB's `//` is its operands', but for decimals.

    By zero it is NULL; in Athena the query fails.
    """
    scale = _quotient_scale(kind(division.left), kind(division.right))
    if scale is None:
        return generator.binary(division, "//")
    return f"CAST(round({generator.binary(division, '/')}, {scale}) AS DECIMAL(38, {scale}))"


def _quotient_scale(left: exp.DataType | None, right: exp.DataType | None) -> int | None:
    """Return the scale of a decimal quotient, as far as the types are known: the larger of the two operands'."""
    if left is None or right is None or exp.DType.DECIMAL not in (left.this, right.this):
        return None
    left_scale, right_scale = _scale(left), _scale(right)
    return None if left_scale is None or right_scale is None else max(left_scale, right_scale)


def _scale(type_: exp.DataType) -> int | None:
    if type_.this in exp.DataType.INTEGER_TYPES:
        return 0
    if type_.this != exp.DType.DECIMAL:
        return None
    return int(type_.expressions[1].name) if len(type_.expressions) > 1 else 0


def total(generator: Generator, expression: exp.Add | exp.Sub, sign: str) -> str:
    """Return a sum or difference; a date stays a date, which DuckDB makes a timestamp."""
    if sign == "-" and is_kind(expression.left, "DATE") and is_kind(expression.right, "DATE"):
        # An interval in Trino, a number of days in DuckDB.
        left, right = generator.sql(expression.left), generator.sql(expression.right)
        return f"CAST({left} AS TIMESTAMP) - CAST({right} AS TIMESTAMP)"
    text = generator.binary(expression, sign)
    is_interval = isinstance(expression.left, exp.Interval) or isinstance(expression.right, exp.Interval)
    return f"CAST({text} AS DATE)" if is_interval and is_kind(expression, "DATE") else text


def concatenation(generator: Generator, expression: exp.DPipe) -> str:
    """Return text with text, arrays with arrays, and arrays with elements, which DuckDB does not join."""
    sides = []
    for side, other in ((expression.left, expression.right), (expression.right, expression.left)):
        is_element = is_kind(other, "ARRAY") and kind(side) is not None and not is_kind(side, "ARRAY")
        sides.append(f"[{generator.sql(side)}]" if is_element else generator.sql(side))
    return " || ".join(sides)


def at_time_zone(generator: Generator, expression: exp.AtTimeZone) -> str:
    """Return the local time in a zone; DuckDB would read a time without zone as a local time of that zone."""
    this, zone = generator.sql(expression, "this"), generator.sql(expression, "zone")
    instant = this if is_kind(expression.this, "TIMESTAMPTZ") else f"CAST({this} AS TIMESTAMPTZ)"
    return f"({instant} AT TIME ZONE {zone})"


def extract(generator: Generator, expression: exp.Extract) -> str:
    """Return a part of a time; DuckDB's DOW begins with Sunday as 0."""
    field = expression.this.name.upper()
    if field not in EXTRACT_FIELDS:
        raise UntranslatableError(expression, f"EXTRACT({field} ...) cannot be translated")
    return f"EXTRACT({EXTRACT_FIELDS[field]} FROM {generator.sql(expression, 'expression')})"


def interval(generator: Generator, expression: exp.Interval) -> str:
    """Return an interval of one unit, or of a span of units in one text."""
    unit = expression.args.get("unit")
    if isinstance(unit, exp.IntervalSpan):
        return _interval_span(expression, unit.this.name, unit.expression.name)
    return f"INTERVAL {generator.sql(expression, 'this')} {generator.sql(expression, 'unit')}"


def _interval_span(expression: exp.Interval, first: str, last: str) -> str:
    text = expression.this.name
    if (first, last) == ("YEAR", "MONTH"):
        years, _, months = text.partition("-")
        return f"INTERVAL '{years} years {months} months'"
    if (first, last) == ("DAY", "SECOND"):
        days, _, time = text.partition(" ")
        return f"INTERVAL '{days} days {time}'"
    raise UntranslatableError(expression, f"INTERVAL ... {first} TO {last} cannot be translated")
