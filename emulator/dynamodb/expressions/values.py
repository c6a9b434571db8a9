"""Attribute values as conditions compare them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

SETS = {"SS": "S", "NS": "N", "BS": "B"}
ORDERED = ("S", "N", "B")


class Value(Protocol):
    """An attribute value: its type, and its content as JSON has it, with values as members of lists and maps.

    Numbers are written in DynamoDB's one way, so that equal numbers have equal texts.
    """

    type: str
    value: Any


Attributes = Mapping[str, Value]


@dataclass(slots=True)
class Plain:
    """A value that is in no item."""

    type: str
    value: Any


def equal(first: Value | None, second: Value | None) -> bool:
    """Tell whether two values are of one type and the same; what is not there equals nothing."""
    if first is None or second is None or first.type != second.type:
        return False
    one, other = first.value, second.value
    match first.type:
        case "L":
            return len(one) == len(other) and all(map(equal, one, other))
        case "M":
            return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)
        case "SS" | "NS" | "BS":
            return members(first).keys() == members(second).keys()
        case "B":
            return _bytes(one) == _bytes(other)
    return bool(one == other)


def order(first: Value | None, second: Value | None) -> int | None:
    """Return less than, 0 or more than 0; None where the two have no order.

    Texts and binary values are in the order of their bytes.
    """
    if first is None or second is None or first.type != second.type or first.type not in ORDERED:
        return None
    one, other = _sortable(first), _sortable(second)
    return int(one > other) - int(one < other)


def begins_with(value: Value | None, prefix: Value | None) -> bool:
    """Tell whether a text or binary value begins with another."""
    if value is None or prefix is None or value.type != prefix.type or value.type not in ("S", "B"):
        return False
    return bool(_sortable(value).startswith(_sortable(prefix)))


def contains(value: Value | None, part: Value | None) -> bool:
    """Tell whether a text or binary value has a part, or a set or list a member."""
    if value is None or part is None:
        return False
    if value.type in ("S", "B"):
        return value.type == part.type and _sortable(part) in _sortable(value)
    if value.type == "L":
        return any(equal(member, part) for member in value.value)
    if SETS.get(value.type) != part.type:
        return False
    return any(equal(Plain(part.type, member), part) for member in value.value)


def size(value: Value | None) -> Value | None:
    """Return how long a text or binary value is, or how many members a set, list or map has; None for others."""
    if value is None or value.type in ("N", "BOOL", "NULL"):
        return None
    return Plain("N", str(len(_bytes(value.value) if value.type == "B" else value.value)))


def members(value: Value) -> dict[Any, Any]:
    """Return the members of a set by what makes them the same: bytes have more than one text."""
    return {_bytes(member) if value.type == "BS" else member: member for member in value.value}


def shown(value: Value) -> str:
    """Return a value as DynamoDB's messages print it."""
    return f"AttributeValue: {{{value.type}:{value.value}}}"


def _sortable(value: Value) -> Any:
    if value.type == "N":
        return Decimal(value.value)
    return value.value.encode() if value.type == "S" else _bytes(value.value)


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else base64.b64decode(content)
