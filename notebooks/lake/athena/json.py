"""JSON: https://trino.io/docs/current/functions/json.html."""

import re

from .function import Argument, Call, Rule, quoted

# $["a b"] and $['a'] are $."a b" and $."a" in DuckDB.
_BRACKETED_NAME = re.compile(r"""\[\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*\]""")
_STANDARD_PATH = re.compile(r"""(?:(?:lax|strict) )?\$(?:\.(?:\w+|"[^"]+")|\[\d+\])*""")


def _path(argument: Argument) -> str:
    node = argument.node
    if not (node.is_string):
        return argument.sql
    return quoted(_BRACKETED_NAME.sub(lambda match: f'."{match[1] or match[2]}"', node.name))


def _standard_path(call: Call) -> str:
    """Return a path of the SQL standard's functions, which begins with lax or strict.

    Raises:
        UntranslatableError: it selects more than one value.
    """
    path = call.text(1, "the path")
    if not _STANDARD_PATH.fullmatch(path):
        raise call.error(f"the path {path!r}", "names and indexes can be translated")
    return quoted(path.removeprefix("lax ").removeprefix("strict "))


def _json_value(call: Call) -> str:
    return _scalar(call.arguments[0], _standard_path(call))


def _json_query(call: Call) -> str:
    return f"CAST(TRY({call.arguments[0]:p} -> {_standard_path(call)}) AS VARCHAR)"


def _json_exists(call: Call) -> str:
    return f"coalesce(TRY(json_exists({call.arguments[0]}, {_standard_path(call)})), false)"


def _json_extract(call: Call) -> str:
    # Trino answers with NULL for text that is not JSON.
    return f"TRY({call.arguments[0]:p} -> {_path(call.arguments[1])})"


def _json_extract_scalar(call: Call) -> str:
    return _scalar(call.arguments[0], _path(call.arguments[1]))


def _scalar(document: Argument, path: str) -> str:
    is_scalar = f"json_type({document}, {path}) NOT IN ('ARRAY', 'OBJECT')"
    return f"TRY(CASE WHEN {is_scalar} THEN {document:p} ->> {path} END)"


def _json_size(call: Call) -> str:
    part = f"({call.arguments[0]:p} -> {_path(call.arguments[1])})"
    return (
        f"CASE json_type({part}) WHEN 'ARRAY' THEN CAST(json_array_length({part}) AS BIGINT) "
        f"WHEN 'OBJECT' THEN len(json_keys({part})) ELSE 0 END"
    )


JSON: dict[str, Rule] = {
    "is_json_scalar": "(json_type({0}) NOT IN ('ARRAY', 'OBJECT'))",
    "json_array_contains": "list_contains(TRY_CAST({0} AS VARCHAR[]), CAST({1} AS VARCHAR))",
    "json_array_get": "({0:p} -> CAST({1} AS BIGINT))",
    "json_array_length": "CASE json_type({0}) WHEN 'ARRAY' THEN CAST(json_array_length({0}) AS BIGINT) END",
    "json_exists": _json_exists,
    "json_extract": _json_extract,
    "json_extract_scalar": _json_extract_scalar,
    "json_format": "CAST({0} AS VARCHAR)",
    "json_parse": "json({0})",
    "json_query": _json_query,
    "json_size": _json_size,
    "json_value": _json_value,
}
