"""What Scan and Query refuse of their filters and of the values that they give them.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from emulator.dynamodb.expressions.paths import KEY_WORDS
from emulator.dynamodb.expressions.placeholders import check_not_mixed
from emulator.dynamodb.expressions.tokens import Kind, Tokens
from emulator.dynamodb.refusal import validation_error

# KeyConditions may be beside expressions.
_OLDER = ("AttributesToGet", "QueryFilter", "ScanFilter", "ConditionalOperator")
# Those that may have values, by the member that filters without an expression.
_EXPRESSIONS = {
    "ScanFilter": ("FilterExpression",),
    "QueryFilter": ("FilterExpression", "KeyConditionExpression"),
}


def check(request: Mapping[str, Any], older: str, key_names: Callable[[], Collection[str]]) -> None:
    """Refuse members that do not go together, values that nothing uses, and filters of a Query on key attributes.

    `older` is QueryFilter or ScanFilter. Expressions are taken for well formed.

    Raises:
        ServiceError: as said.
    """
    expressions = _EXPRESSIONS[older]
    check_not_mixed(request, ("ProjectionExpression", *expressions), _OLDER)
    _check_values_used(request, expressions)
    if older == "QueryFilter":
        if request.get("KeyConditions") is None and request.get("KeyConditionExpression") is None:
            raise validation_error(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
            )
        _check_no_keys("Filter Expression", _names(request), key_names)
        _check_no_keys(older, request.get(older) or (), key_names)


def _check_values_used(request: Mapping[str, Any], expressions: tuple[str, ...]) -> None:
    values = request.get("ExpressionAttributeValues")
    if not values:
        return
    given = [name for name in expressions if request.get(name) is not None]
    if not given:
        verb = "are" if len(expressions) > 1 else "is"
        raise validation_error(
            "ExpressionAttributeValues can only be specified when using expressions: "
            f"{' and '.join(expressions)} {verb} null"
        )
    used = {token.text for name in given for token in Tokens(request[name], name) if token.kind is Kind.VALUE}
    if unused := [name for name in values if name not in used]:
        raise validation_error(
            f"Value provided in ExpressionAttributeValues unused in expressions: keys: {{{', '.join(unused)}}}"
        )


def _names(request: Mapping[str, Any]) -> list[str]:
    """Return the attributes with which the paths of a filter expression begin."""
    if request.get("FilterExpression") is None:
        return []
    given = request.get("ExpressionAttributeNames") or {}
    tokens = list(Tokens(request["FilterExpression"], "FilterExpression"))
    names = []
    for number, token in enumerate(tokens[:-1]):
        if number and tokens[number - 1].text == ".":
            continue
        if token.kind is Kind.NAME:
            names.append(given.get(token.text, token.text))
        elif (
            token.kind is Kind.WORD and token.text.upper() not in KEY_WORDS and tokens[number + 1].text != "("
        ):
            names.append(token.text)
    return names


def _check_no_keys(filter_: str, names: Collection[str], key_names: Callable[[], Collection[str]]) -> None:
    if not names:
        return
    keys = key_names()
    for name in names:
        if name in keys:
            raise validation_error(
                f"{filter_} can only contain non-primary key attributes: Primary key attribute: {name}"
            )
