"""Reads JSON lines, and JSON values that stand side by side as Firehose writes them by default."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from .body import HEAD_BYTES, TAIL_BYTES
from .schema import Type, merge, merge_fields, type_of

# What a value of any shape can raise: too deep for the parser included.
_UNREADABLE = (ValueError, RecursionError)
_REPLACED = "\ufffd"
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(slots=True)
class Rows:
    """What is in a text: its columns, and its rows as JSON lines."""

    fields: dict[str, Type] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_newline_delimited: bool = True
    unreadable_lines: list[int] = field(default_factory=list)


def all_rows(content: bytes) -> Rows:
    """Read the rows of a whole object."""
    text = content.decode("utf-8-sig", errors="replace")
    rows = read_rows(text)
    if _REPLACED in text and _REPLACED.encode() not in content:
        rows.problems.append("not UTF-8: what cannot be read is replaced")
    return rows


def sample_rows(head: bytes, tail: bytes) -> Rows:
    """Read the beginning of a large object and, where rows end with newlines, its end."""
    rows = read_rows(head[:HEAD_BYTES].decode("utf-8-sig", errors="replace"), is_whole=False)
    _, newline, last_lines = (tail or head[-TAIL_BYTES:]).partition(b"\n")
    if newline:
        last = read_rows(last_lines.decode("utf-8", errors="replace"))
        rows.fields = merge_fields(rows.fields, last.fields)
        rows.problems += last.problems
    return rows


def read_rows(text: str, is_whole: bool = True) -> Rows:
    """Read the rows of a text; `is_whole` is false for one that is cut, whose last line is left out then.

    What is no row is named among the problems, and the rows around it are read.
    """
    rows = Rows()
    position = _after_space(text, 0)
    while position < len(text):
        position = _read_line(rows, text, position, is_whole)
    if rows.unreadable_lines:
        count, first = len(rows.unreadable_lines), rows.unreadable_lines[0]
        rows.problems.append(
            f"{count} {'line is' if count == 1 else 'lines are'} not JSON: line {first} first"
        )
    return rows


def _read_line(rows: Rows, text: str, start: int, is_whole: bool) -> int:
    """Read the line that begins at `start`, or one value of several; return where the next begins."""
    end = text.find("\n", start)
    is_last = end < 0
    line = text[start:] if is_last else text[start:end]
    try:
        value = _DECODER.decode(line)
    except _UNREADABLE:
        return _read_value(rows, text, start, is_whole)
    _add(rows, value, line)
    return len(text) if is_last else _after_space(text, end)


def _read_value(rows: Rows, text: str, start: int, is_whole: bool) -> int:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except _UNREADABLE:
        return _skip_line(rows, text, start, is_whole)
    # A newline in a JSON text never stands in a string.
    _add(rows, value, text[start:end].replace("\n", " "))
    next_start = _after_space(text, end)
    if "\n" in text[start:end] or (next_start < len(text) and "\n" not in text[end:next_start]):
        rows.is_newline_delimited = False
    return next_start


def _skip_line(rows: Rows, text: str, start: int, is_whole: bool) -> int:
    end = text.find("\n", start)
    if end >= 0:
        rows.unreadable_lines.append(text.count("\n", 0, start) + 1)
        return _after_space(text, end)
    if is_whole:
        rows.problems.append(f"truncated: the beginning of a row follows {len(rows.lines)} whole ones")
    return len(text)


def _add(rows: Rows, value: Any, line: str) -> None:
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        rows.is_newline_delimited = False
        for item in value:
            _add(rows, item, json.dumps(item))
        return
    if not isinstance(value, dict):
        rows.problems.append("a JSON value is not an object")
        return
    rows.lines.append(line)
    fields = rows.fields
    for name, item in value.items():
        found = type_of(item)
        known = fields.get(name)
        if known != found:
            fields[name] = found if known is None else merge(known, found)


def _after_space(text: str, position: int) -> int:
    """Return where the next value begins."""
    space = _SPACE.match(text, position)
    return space.end() if space is not None else position


def _refuse(constant: str) -> NoReturn:
    # NaN and Infinity: Python reads them, JSON has none.
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
