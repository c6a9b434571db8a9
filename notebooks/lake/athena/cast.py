"""CAST, TRY_CAST and typed literals."""

import re
from typing import Protocol

from sqlglot import exp

from .function import quoted
from .kind import is_kind

LITERAL_TYPES = (exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.TIME)
_ZONED_TIMESTAMP = re.compile(r"(\d+-\d+-\d+)(?: (\d+:\d+)(:[\d.]+)?)? ?([A-Za-z+-].*)")
# How Athena writes a time as text: its timestamps have milliseconds.
_TEXT_OF_TIME = {"TIMESTAMP": "%Y-%m-%d %H:%M:%S.%g", "TIMESTAMPTZ": "%Y-%m-%d %H:%M:%S.%g UTC"}


class PartWriter(Protocol):
    """What writes the SQL of a node inside another one."""

    def part(self, node: exp.Expr) -> str: ...


def cast(writer: PartWriter, expression: exp.Cast, prefix: str) -> str:
    """Return the cast with Trino's result; `prefix` is TRY_ for TRY_CAST."""
    value, to = expression.this, expression.to
    if value.is_string and not prefix and to.this in LITERAL_TYPES:
        return _literal(to.this.value, value.name)
    function, this = f"{prefix}CAST", writer.part(value)
    if to.this in exp.DataType.INTEGER_TYPES and is_kind(value, "DOUBLE"):
        # Trino rounds a half up, DuckDB to the even neighbour.
        this = f"floor({this} + 0.5)"
    match to.this:
        case exp.DType.JSON:
            return f"to_json({this})"
        case exp.DType.VARCHAR | exp.DType.TEXT | exp.DType.CHAR:
            text = _text(value, this, function)
            # DuckDB keeps what is beyond the length.
            return f"left({text}, {writer.part(to.expressions[0])})" if to.expressions else text
        case exp.DType.DECIMAL if not to.expressions:
            return f"{function}({this} AS DECIMAL(38, 0))"
        case exp.DType.TIMESTAMP | exp.DType.TIMESTAMPTZ | exp.DType.TIME | exp.DType.TIMETZ:
            return f"{function}({this} AS {to.this.value})"
    return f"{function}({this} AS {writer.part(to)})"


def _text(value: exp.Expr, this: str, function: str) -> str:
    if is_kind(value, "JSON"):
        return f"({this} ->> '$')"
    for type_, pattern in _TEXT_OF_TIME.items():
        if is_kind(value, type_):
            return f"strftime({this}, {quoted(pattern)})"
    return f"{function}({this} AS VARCHAR)"


def _literal(type_: str, text: str) -> str:
    """Return a DATE, TIME or TIMESTAMP literal; one with a zone to the second, with no space before an offset."""
    match = _ZONED_TIMESTAMP.fullmatch(text)
    if match is None:
        return f"{type_} {quoted(text)}"
    date, minutes, seconds, zone = match.groups()
    time = f"{minutes or '00:00'}{seconds or ':00'}"
    return f"TIMESTAMPTZ {quoted(f'{date} {time}{zone}' if zone[0] in '+-' else f'{date} {time} {zone}')}"
