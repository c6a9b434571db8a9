"""Tells queries from other statements: SHOW, DESCRIBE and EXPLAIN are answered, all else is refused."""

import re
from collections.abc import Callable

from .errors import TranslationError
from .function import quoted

QUERY_WORDS = ("SELECT", "WITH", "VALUES", "TABLE", "(")
# What is refused, and what to do instead.
REFUSED = {
    "CREATE TABLE": "the lake is read-only: the crawler finds the tables; use WITH ... AS for a result in between",
    "CREATE EXTERNAL TABLE": "the crawler finds tables and partitions by itself: refresh the lake",
    "CREATE VIEW": "use WITH ... AS",
    "CREATE OR REPLACE VIEW": "use WITH ... AS",
    "CREATE DATABASE": "a bucket is one database here",
    "CREATE": "the lake is read-only",
    "UNLOAD": "the lake is read-only: use the result's .write_parquet(path)",
    "MSCK REPAIR": "the crawler finds partitions by itself: refresh the lake",
    "ALTER": "the crawler finds columns and partitions by itself: refresh the lake",
    "DROP": "the lake is read-only",
    "INSERT": "the lake is read-only",
    "UPDATE": "the lake is read-only",
    "DELETE": "the lake is read-only",
    "MERGE": "the lake is read-only",
    "VACUUM": "the lake is read-only",
    "OPTIMIZE": "the lake is read-only",
    "PREPARE": "write the values into the query",
    "EXECUTE": "write the values into the query",
    "DEALLOCATE": "write the values into the query",
    "USE": "a bucket is one database here",
    "SET": "there are no session properties here",
    "SHOW PARTITIONS": "SELECT DISTINCT the partition columns",
    "SHOW CREATE": "DESCRIBE the table",
    "SHOW DATABASES": "a bucket is one database here",
    "SHOW SCHEMAS": "a bucket is one database here",
    "SHOW": "SHOW TABLES and SHOW COLUMNS can be translated",
}
_COMMENTS = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
_NAME = r"""(?:"[^"]+"|`[^`]+`|\w+)"""
_TABLE = rf"(?:{_NAME}\s*\.\s*){{0,2}}({_NAME})"
_SHOW_TABLES = re.compile(
    rf"SHOW\s+TABLES(?:\s+(?:IN|FROM)\s+{_NAME})?(?:\s+(?:LIKE\s+)?'([^']*)')?", re.IGNORECASE
)
_SHOW_COLUMNS = re.compile(
    rf"SHOW\s+COLUMNS\s+(?:IN|FROM)\s+{_TABLE}(?:\s+(?:IN|FROM)\s+{_NAME})?", re.IGNORECASE
)
_DESCRIBE = re.compile(rf"(?:DESCRIBE|DESC)\s+(?:EXTENDED\s+|FORMATTED\s+)?{_TABLE}", re.IGNORECASE)
_EXPLAIN = re.compile(r"EXPLAIN\s+(ANALYZE\s+)?(?:VERBOSE\s+)?(?:\([^)]*\)\s*)?", re.IGNORECASE)


def translate_statement(query: str, translate_query: Callable[[str, int], str]) -> str:
    """Return DuckDB's statement; `translate_query` translates what follows from an offset on.

    Raises:
        TranslationError: it is neither a query nor one of the statements that only look.
    """
    offset = _start(query)
    text = query[offset:].rstrip().rstrip(";").rstrip()
    if not text:
        raise TranslationError(query, offset, "there is no query")
    if match := _EXPLAIN.match(text):
        inner = offset + match.end()
        return ("EXPLAIN ANALYZE " if match[1] else "EXPLAIN ") + translate_query(query, inner)
    if text.upper().startswith(QUERY_WORDS):
        return translate_query(query, offset)
    if match := _SHOW_TABLES.fullmatch(text):
        return _show_tables(match[1])
    if match := _SHOW_COLUMNS.fullmatch(text):
        return _columns("column_name AS field", match[1])
    if match := _DESCRIBE.fullmatch(text):
        return _columns("column_name AS col_name, lower(data_type) AS data_type", match[1])
    raise _refusal(query, offset, text)


def _refusal(query: str, offset: int, text: str) -> TranslationError:
    words = " ".join(text.upper().split()[:4])
    for statement, hint in REFUSED.items():
        if words.startswith(statement):
            return TranslationError(query, offset, f"{statement} cannot be translated", hint)
    return TranslationError(query, offset, f"{text.split()[0]} begins no query", "SELECT or WITH does")


def _show_tables(pattern: str | None) -> str:
    names = "SELECT table_name AS tab_name FROM information_schema.tables WHERE table_schema = 'main'"
    if pattern:
        # A regular expression of Hive's, in which * stands for any text.
        names += f" AND regexp_full_match(table_name, {quoted(pattern.replace('*', '.*'))})"
    return f"{names} ORDER BY table_name"


def _columns(columns: str, table: str) -> str:
    name = quoted(table.strip('"`').lower())
    source = f"information_schema.columns WHERE lower(table_name) = {name}"
    return f"SELECT {columns} FROM {source} ORDER BY ordinal_position"


def _start(query: str) -> int:
    match = _COMMENTS.match(query)
    return match.end() if match else 0
