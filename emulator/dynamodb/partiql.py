"""Puts PartiQL statements into the form that moto's parser reads."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_UPDATE = re.compile(r"\s*UPDATE\b", re.IGNORECASE)
# Quoted texts and names are left alone.
_TOKEN = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")"""
    r"""|(?P<parameter>\?)"""
    r"""|=\s*(?P<literal>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])""",
    re.IGNORECASE,
)
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "true": {"BOOL": True},
    "false": {"BOOL": False},
    "null": {"NULL": True},
}


def with_parameters(
    statement: str, parameters: Sequence[Mapping[str, Any]]
) -> tuple[str, list[Mapping[str, Any]]]:
    """Return an UPDATE whose numbers, booleans and nulls are parameters; moto reads texts and parameters only.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.update.html
    """
    if not _UPDATE.match(statement):
        return statement, list(parameters)
    given = iter(parameters)
    result: list[Mapping[str, Any]] = []

    def replace(match: re.Match[str]) -> str:
        if match["parameter"]:
            result.extend(value for value in [next(given, None)] if value is not None)
        elif literal := match["literal"]:
            result.append(_WORDS.get(literal.lower(), {"N": literal}))
            return "=?"
        return match[0]

    rewritten = _TOKEN.sub(replace, statement)
    return rewritten, [*result, *given]
