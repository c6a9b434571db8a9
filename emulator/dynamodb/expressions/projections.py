"""Projections: what of an item is asked for.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
"""

from collections.abc import Mapping
from typing import Any

from emulator.dynamodb import attribute_value
from emulator.dynamodb.expressions.changes import Change, ChangeTree
from emulator.dynamodb.expressions.paths import Path, parse_all, parse_path
from emulator.dynamodb.expressions.placeholders import Placeholders
from emulator.dynamodb.expressions.tokens import Kind, Tokens
from emulator.dynamodb.refusal import validation_error

_NO_CHANGE = Change(new=lambda _, old: old)


def parse_projection(text: str, placeholders: Placeholders) -> list[Path]:
    """Return the paths that a text lists.

    Raises:
        ServiceError: the text is no list of paths, or two of them lead to the same place.
    """
    tokens, tree = Tokens(text, "ProjectionExpression"), ChangeTree()

    def parse() -> None:
        fault = tree.add(parse_path(tokens, placeholders), _NO_CHANGE)
        if fault:
            raise tokens.invalid(fault)

    parse_all(tokens, parse)
    if tokens.current.kind is not Kind.END:
        raise tokens.syntax_error()
    return tree.paths


def attributes_to_get(request: Mapping[str, Any]) -> list[Path] | None:
    """Return the paths of AttributesToGet; None where it is not there.

    Raises:
        ServiceError: it is empty, or has a name twice, or one that is empty or too long.
    """
    names = request.get("AttributesToGet")
    if names is None:
        return None
    if not names:
        raise validation_error(
            "1 validation error detected: Value '[]' at 'attributesToGet' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"
        )
    for name in names:
        attribute_value.check_name(name)
        if names.count(name) > 1:
            raise validation_error(
                f"One or more parameter values were invalid: Duplicate value in attribute name: {name}"
            )
    return [Path((name,)) for name in names]
