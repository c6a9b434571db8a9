"""AttributeUpdates, the way to change an item that was there before update expressions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.AttributeUpdates.html
"""

from collections.abc import Mapping
from typing import Any

from emulator.dynamodb import attribute_value
from emulator.dynamodb.refusal import serialization_error, validation_error
from emulator.dynamodbstreams.number import canonical, total

_INVALID = "One or more parameter values were invalid: "
_ACTIONS = ("ADD", "PUT", "DELETE")
_SETS = ("SS", "NS", "BS")
# What ADD takes; it appends to lists, which the documentation does not say.
_ADDABLE = ("N", "L", *_SETS)

Update = Mapping[str, Any]
Value = Mapping[str, Any]


def check(updates: Mapping[str, Update]) -> None:
    """Refuse updates that have no value where their action needs one, or a value of a type that it does not take.

    Raises:
        ServiceError: as said, or a value or an action is not one.
    """
    if type(updates) is not dict or not all(type(update) is dict for update in updates.values()):
        raise serialization_error("Unexpected field type")
    faults = [
        f"Value '{update['Action']}' at 'attributeUpdates.{name}.member.action' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{', '.join(_ACTIONS)}]"
        for name, update in updates.items()
        if update.get("Action") is not None and update["Action"] not in _ACTIONS
    ]
    if faults:
        plural = "s" if len(faults) > 1 else ""
        raise validation_error(f"{len(faults)} validation error{plural} detected: {'; '.join(faults)}")
    attribute_value.check_form({name: update.get("Value") for name, update in updates.items()})
    for update in updates.values():
        _check_value(_action(update), update.get("Value"))


def removes_only(updates: Mapping[str, Update]) -> bool:
    """Tell whether updates make no item where there is none: only those do that delete, and nothing else."""
    return bool(updates) and all(_action(update) == "DELETE" for update in updates.values())


def updated(kind: str | None, content: Any, update: Update) -> dict[str, Any] | None:
    """Return what becomes of an attribute, which is of no kind where there is none; None where none is left.

    The members of a list are not looked at.

    Raises:
        ServiceError: the attribute and the value do not go together, or the sum is no number of DynamoDB.
    """
    action, value = _action(update), update.get("Value")
    if value is None:
        return None
    ((given, new),) = value.items()
    if action == "PUT":
        return dict(value)
    if kind is not None and kind != given:
        raise validation_error("Type mismatch for attribute to update")
    if action == "DELETE":
        left = [member for member in content or [] if member not in _members(given, new)]
        return {given: left} if left else None
    if kind is None:
        return dict(value)
    if given == "N":
        return {"N": total(content, new)}
    members = new if given == "L" else [one for one in _members(given, new) if one not in content]
    return {given: [*content, *members]}


def _action(update: Update) -> str:
    return update.get("Action") or "PUT"


def _check_value(action: str, value: Value | None) -> None:
    if value is None:
        if action != "DELETE":
            raise validation_error(
                f"{_INVALID}Only DELETE action is allowed when no attribute value is specified"
            )
        return
    attribute_value.check(value)
    ((kind, _),) = value.items()
    if action == "DELETE" and kind not in _SETS:
        raise validation_error(f"{_INVALID}DELETE action with value is not supported for the type {kind}")
    if action == "ADD" and kind not in _ADDABLE:
        raise validation_error(f"{_INVALID}ADD action is not supported for the type {kind}")


def _members(kind: str, members: list[str]) -> list[str]:
    """Return the members of a set as they are stored."""
    return [canonical(member) for member in members] if kind == "NS" else members
