"""Recognises CSV and finds out its dialect."""

import csv
import re
from itertools import islice
from tempfile import NamedTemporaryFile

import duckdb

from .body import READABLE_COMPRESSIONS, Body
from .copies import Copies
from .finding import Finding
from .listing import StoredObject
from .schema import Type
from .sql_text import literal

_NAME = re.compile(r"\.[ct]sv(\.(gz|zip))?$", re.IGNORECASE)
_DELIMITERS = (",", "\t", ";", "|")
_LINES_LOOKED_AT = 20
# As a crawler of AWS Glue: times are left as text.
_TYPES = ["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR"]


def is_csv(text: str, key: str, is_whole: bool) -> bool:
    """Return whether a text is CSV: by its name, or because its lines have the same number of fields."""
    if "\x00" in text:
        return False
    if _NAME.search(key):
        return True
    lines = text.splitlines()[:_LINES_LOOKED_AT]
    if not is_whole and len(lines) < _LINES_LOOKED_AT:
        lines.pop()
    return any(_is_regular(lines, delimiter) for delimiter in _DELIMITERS)


def _is_regular(lines: list[str], delimiter: str) -> bool:
    try:
        widths = {len(row) for row in islice(csv.reader(lines, delimiter=delimiter), _LINES_LOOKED_AT)}
    except csv.Error:
        return False
    return len(lines) > 1 and len(widths) == 1 and widths != {1}


def csv_finding(
    connection: duckdb.DuckDBPyConnection, copies: Copies, stored: StoredObject, body: Body
) -> Finding:
    """Return the columns and the dialect; an object that was read whole leaves a copy."""
    content = body.head if body.is_whole else body.head[: body.head.rfind(b"\n") + 1]
    try:
        fields, dialect, rows = _sniff(connection, content)
    except duckdb.Error:
        return Finding(problems=("CSV that cannot be read",))
    is_copied = body.is_whole and copies.write(stored.key, content)
    if not is_copied and body.compression not in READABLE_COMPRESSIONS:
        return Finding(problems=("not read, because it cannot be copied to this machine",))
    return Finding(
        "csv",
        fields=fields,
        rows=rows if body.is_whole else None,
        problems=(body.problem,) if body.problem else (),
        compression="uncompressed" if is_copied else body.compression,
        dialect=dialect,
        is_copied=is_copied,
    )


def _sniff(
    connection: duckdb.DuckDBPyConnection, content: bytes
) -> tuple[dict[str, Type], dict[str, str], int]:
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        sniffed = connection.execute(
            f"""SELECT Delimiter, Quote, Escape, SkipRows, HasHeader, Columns, Prompt
                FROM sniff_csv({literal(file.name)}, sample_size = -1, auto_type_candidates = {_TYPES})"""
        ).fetchall()
        delimiter, quote, escape, skipped, has_header, columns, reader = sniffed[0]
        counted = connection.execute(f"SELECT count(*) {reader.rstrip(';')}").fetchall()
    dialect = {
        "delim": delimiter,
        "quote": _given(quote),
        "escape": _given(escape),
        "skip": str(skipped),
        "header": str(bool(has_header)).lower(),
    }
    return {column["name"]: column["type"] for column in columns}, dialect, int(counted[0][0])


def _given(character: str) -> str:
    """Return a character of the dialect, or nothing where the sniffer has found none."""
    return "" if character in ("(empty)", "\x00") else character
