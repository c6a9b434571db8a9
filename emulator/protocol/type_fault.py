"""Finds in the body of a request what has another JSON type than the API's model."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from emulator.protocol import base64_text
from emulator.protocol.wording import Wording

# The texts that AWS takes for a boolean.
BOOLEANS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "yes", "y", "t", "1"), True),
    **dict.fromkeys(("false", "no", "n", "f", "0"), False),
}
NOT_FINITE = frozenset({"NaN", "Infinity", "-Infinity"})


class TypeFault(Exception):
    """A value has another type than its shape."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def find(shape: Shape, value: Any, wording: Wording) -> str | None:
    """Return AWS's message about the first value of another type, in the order of the body; None when there is none.

    What the model does not know is ignored, and null is the same as nothing. Members that a request carries outside
    its body are not looked at, and a body that is nested too deeply to be looked at has no such value.
    """
    try:
        _check(shape, value, wording, in_collection=False)
    except TypeFault as fault:
        return fault.message
    except RecursionError:
        return None
    return None


def _check(shape: Shape, value: Any, wording: Wording, *, in_collection: bool) -> None:
    if value is None or "location" in shape.serialization:
        return
    match shape:
        case StructureShape():
            _check_structure(shape, value, wording, in_collection)
        case ListShape():
            if not isinstance(value, list):
                raise TypeFault(wording.list(shape, value, in_collection))
            for item in value:
                _check(shape.member, item, wording, in_collection=True)
        case MapShape():
            if not isinstance(value, dict):
                raise TypeFault(wording.map(shape, value, in_collection))
            for item in value.values():
                _check(shape.value, item, wording, in_collection=True)
        case _:
            _check_scalar(shape, value, wording)


def _check_structure(shape: StructureShape, value: Any, wording: Wording, in_collection: bool) -> None:
    if shape.is_document_type:
        return
    if not isinstance(value, dict):
        raise TypeFault(wording.structure(shape, value, in_collection))
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    for name, item in value.items():
        member = members.get(name)
        if member is not None:
            _check(member, item, wording, in_collection=False)


def _check_scalar(shape: Shape, value: Any, wording: Wording) -> None:
    kind = shape.type_name
    if kind == "blob" and isinstance(value, str):
        fault = base64_text.fault(value)
        if fault is not None:
            raise TypeFault(wording.blob(value, fault))
    elif not _is_of(kind, shape, value):
        raise TypeFault(wording.scalar(shape, value))


def _is_of(kind: str, shape: Shape, value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case "integer" | "long":
            return is_number
        case "float" | "double":
            return is_number or (isinstance(value, str) and value in NOT_FINITE)
        case "boolean":
            return isinstance(value, bool) or (isinstance(value, str) and value.lower() in BOOLEANS)
        case "blob":
            return isinstance(value, bytes)
        case "timestamp":
            written = shape.serialization.get("timestampFormat") in ("iso8601", "rfc822")
            return is_number or isinstance(value, datetime) or (written and isinstance(value, str))
        case "string" | "character":
            return isinstance(value, str)
    return True
