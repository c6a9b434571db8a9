"""The names and values that a request gives its expressions, each of which must be used."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from emulator.dynamodb import attribute_value
from emulator.dynamodb.expressions.tokens import Tokens
from emulator.dynamodb.expressions.values import Value
from emulator.dynamodb.refusal import serialization_error, validation_error
from emulator.errors import ServiceError

MAXIMUM_NAME_CHARACTERS = 255
_PLACEHOLDERS = {
    "ExpressionAttributeNames": re.compile("#[A-Za-z0-9_]+", re.ASCII),
    "ExpressionAttributeValues": re.compile(":[A-Za-z0-9_]+", re.ASCII),
}


class Placeholders:
    """Looks names and values up, and remembers which were looked up.

    Raises:
        ServiceError: there are placeholders but no expression, a placeholder is none, or a value is none.
    """

    def __init__(
        self,
        request: Mapping[str, Any],
        make: Callable[[Mapping[str, Any]], Value],
        is_reserved: Callable[[str], bool],
    ) -> None:
        self._names: Mapping[str, str] = _given(request, "ExpressionAttributeNames")
        values = _given(request, "ExpressionAttributeValues")
        self._values = {name: _made(name, value, make) for name, value in values.items()}
        self.is_reserved = is_reserved
        self._unused_names = dict.fromkeys(self._names)
        self._unused_values = dict.fromkeys(self._values)

    def name(self, placeholder: str, tokens: Tokens) -> str:
        """Return the attribute name that a placeholder stands for."""
        if placeholder not in self._names:
            raise tokens.invalid(
                "An expression attribute name used in the document path is not defined; "
                f"attribute name: {placeholder}"
            )
        self._unused_names.pop(placeholder, None)
        return self._names[placeholder]

    def value(self, placeholder: str, tokens: Tokens) -> Value:
        """Return the value that a placeholder stands for."""
        if placeholder not in self._values:
            raise tokens.invalid(
                "An expression attribute value used in expression is not defined; "
                f"attribute value: {placeholder}"
            )
        self._unused_values.pop(placeholder, None)
        return self._values[placeholder]

    @property
    def used_names(self) -> list[str]:
        """The names that an expression has used."""
        return [name for name in self._names if name not in self._unused_names]

    @property
    def used_values(self) -> list[str]:
        """The values that an expression has used."""
        return [name for name in self._values if name not in self._unused_values]

    def check_all_used(self) -> None:
        """Refuse what no expression has used."""
        for member, unused in (("Names", self._unused_names), ("Values", self._unused_values)):
            if unused:
                raise validation_error(
                    f"Value provided in ExpressionAttribute{member} unused in expressions: "
                    f"keys: {{{', '.join(unused)}}}"
                )


def check_presence(request: Mapping[str, Any], expressions: tuple[str, ...], others: tuple[str, ...]) -> None:
    """Refuse names and values without an expression, and expressions beside the members that were there before them."""
    check_not_mixed(request, expressions, others)
    if any(request.get(name) is not None for name in expressions):
        return
    if request.get("ExpressionAttributeNames") is not None:
        raise validation_error("ExpressionAttributeNames can only be specified when using expressions")
    if request.get("ExpressionAttributeValues") is not None:
        verb = "are" if len(expressions) > 1 else "is"
        raise validation_error(
            "ExpressionAttributeValues can only be specified when using expressions: "
            f"{' and '.join(expressions)} {verb} null"
        )


def check_not_mixed(
    request: Mapping[str, Any], expressions: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """Refuse expressions beside the members that were there before them."""
    given = [name for name in expressions if request.get(name) is not None]
    older = [name for name in others if request.get(name) is not None]
    if given and older:
        raise validation_error(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(older)}}} Expression parameters: {{{', '.join(given)}}}"
        )


def _given(request: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    """Return the names or values of a request, none where it has none."""
    given = request.get(member)
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise serialization_error("Unexpected field type")
    if not given:
        raise validation_error(f"{member} must not be empty")
    for key, value in given.items():
        if not _PLACEHOLDERS[member].fullmatch(key):
            raise validation_error(f'{member} contains invalid key: Syntax error; key: "{key}"')
        if len(key) > MAXIMUM_NAME_CHARACTERS:
            raise validation_error(
                f"{member} contains invalid key: The expression attribute map contains a key that is too long; "
                f"key: {key}, maximum length: {MAXIMUM_NAME_CHARACTERS}"
            )
        if member == "ExpressionAttributeNames" and not isinstance(value, str):
            raise serialization_error("Unexpected field type")
        if member == "ExpressionAttributeNames":
            attribute_value.check_name(value)
    return given


def _made(name: str, value: Any, make: Callable[[Mapping[str, Any]], Value]) -> Value:
    try:
        attribute_value.check_form({name: value})
        attribute_value.check(value)
    except ServiceError as error:
        if error.code != "ValidationException":
            raise
        raise validation_error(
            f"ExpressionAttributeValues contains invalid value: {error.message} for key {name}"
        ) from error
    return make(value)
