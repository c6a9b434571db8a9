"""Puts PartiQL statements into the form that moto's parser reads."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulator.dynamodb.expressions import values
from emulator.dynamodb.expressions.values import Plain
from emulator.dynamodbstreams.number import canonical

# Quoted texts and names are left alone.
_QUOTED_OR_PARAMETER = r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?P<parameter>\?)"""
_LITERAL = r"(?P<literal>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])"
_TOKENS = {
    "UPDATE": re.compile(rf"{_QUOTED_OR_PARAMETER}|(?P<equals>=)\s*{_LITERAL}", re.IGNORECASE),
    # moto wants spaces around a comparison.
    "SELECT": re.compile(
        rf"{_QUOTED_OR_PARAMETER}|\s*(?P<equals>(?<![<>!])=)\s*(?:{_LITERAL})?|\s*(?P<other>[<>!]=|<>|[<>])\s*",
        re.IGNORECASE,
    ),
}
_SIGNS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
INEQUALITIES = frozenset({*_SIGNS, "<>", "!="})
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "true": {"BOOL": True},
    "false": {"BOOL": False},
    "null": {"NULL": True},
}


def with_parameters(
    statement: str, parameters: Sequence[Mapping[str, Any]]
) -> tuple[str, list[Mapping[str, Any]]]:
    """Return a statement and its parameters as moto's parser reads them.

    An UPDATE or SELECT has parameters in place of the numbers, booleans and nulls that something equals, as moto reads
    only texts there. Numbers are written as they are stored: moto compares their text.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
    """
    stored = [_as_stored(value) for value in parameters]
    token = _TOKENS.get(keyword(statement))
    if token is None:
        return statement, stored
    space = " " if token is _TOKENS["SELECT"] else ""
    given = iter(stored)
    result: list[Mapping[str, Any]] = []

    def replace(match: re.Match[str]) -> str:
        found = match.groupdict()
        if found["parameter"]:
            result.extend(value for value in [next(given, None)] if value is not None)
        elif literal := found["literal"]:
            result.append(_WORDS.get(literal.lower()) or {"N": canonical(literal)})
            return f"{space}={space}?"
        elif operator := found["equals"] or found.get("other"):
            return f"{space}{operator}{space}"
        return match[0]

    rewritten = token.sub(replace, statement)
    return rewritten, [*result, *given]


def keyword(statement: str) -> str:
    """Return the first word of a statement, which says what it does; empty when there is none."""
    return "".join(statement.split(maxsplit=1)[:1]).upper()


def compares(sign: str, value: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> bool:
    """Tell whether an attribute is less or more than a value, or another; None is an attribute that is not there.

    The value of a literal is a text, as moto reads it, and stands for a number beside one.
    """
    ((kind, content),) = wanted.items()
    if kind == "S" and value is not None and "N" in value:
        kind = "N"
    found = Plain(*next(iter(value.items()))) if value is not None else None
    if sign in ("<>", "!="):
        return not values.equal(found, Plain(kind, _in_one_way(kind, content)))
    order = values.order(found, Plain(kind, _in_one_way(kind, content)))
    return order is not None and _SIGNS[sign](order)


def _in_one_way(kind: str, content: Any) -> Any:
    return canonical(content) if kind == "N" else content


def _as_stored(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a value with its numbers in the form in which they are stored."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return {"N": canonical(content)}
        case "NS":
            return {"NS": [canonical(member) for member in content]}
        case "L":
            return {"L": [_as_stored(member) for member in content]}
        case "M":
            return {"M": {name: _as_stored(member) for name, member in content.items()}}
    return value
