"""Checking a request against the API's model, with the messages of AWS's own validator."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

_JSON_TYPES = {bool: "boolean", int: "integer", float: "number", list: "array"}


def model_errors(request: Mapping[str, Any], shape: Shape) -> list[str]:
    """Return what is wrong with a request, in the words of the validator that Pipes uses.

    Only the text for a number below its minimum was recorded on AWS; the others are those of the same library.
    """
    return list(_errors(request, shape))


def missing_parameter_message(field: str) -> str:
    """Return the message for a parameter block that the source or target needs."""
    fields = {"ValidationErrorFields": [{"Name": field, "Message": "Missing required parameter."}]}
    return json.dumps(fields, separators=(",", ":"))


def _errors(value: Any, shape: Shape) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure_errors(value, shape)
    elif isinstance(shape, ListShape):
        yield from _size_errors("array", "elements", len(value), shape)
        for member in value:
            yield from _errors(member, shape.member)
    elif isinstance(shape, MapShape):
        yield from _size_errors("object", "properties", len(value), shape)
        for key, member in value.items():
            yield from _errors(key, shape.key)
            yield from _errors(member, shape.value)
    elif shape.type_name == "string":
        if isinstance(value, str):
            yield from _text_errors(value, shape)
        else:
            found = _JSON_TYPES.get(type(value), "object")
            yield (f'instance type ({found}) does not match any allowed primitive type (allowed: ["string"])')
    elif shape.type_name in ("integer", "long"):
        yield from _number_errors(value, shape)


def _structure_errors(value: Mapping[str, Any], shape: StructureShape) -> Iterator[str]:
    given = {name: member for name, member in value.items() if member is not None}
    missing = sorted(set(shape.required_members) - given.keys())
    if missing:
        yield f"object has missing required properties ({json.dumps(missing, separators=(',', ':'))})"
    for name, member in given.items():
        if name in shape.members:
            yield from _errors(member, shape.members[name])


def _size_errors(kind: str, members: str, size: int, shape: Shape) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if maximum is not None and size > maximum:
        yield f"{kind} has too many {members}: at most {maximum} are allowed but instance has {size}"
    if minimum is not None and size < minimum:
        yield f"{kind} has too few {members}: at least {minimum} are required but instance has {size}"


def _text_errors(value: str, shape: Shape) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    pattern = shape.metadata.get("pattern")
    if maximum is not None and len(value) > maximum:
        yield f'string "{value}" is too long (length: {len(value)}, maximum allowed: {maximum})'
    if minimum is not None and len(value) < minimum:
        yield f'string "{value}" is too short (length: {len(value)}, required minimum: {minimum})'
    elif pattern and not re.fullmatch(pattern, value, re.DOTALL):
        yield f'ECMA 262 regex "{pattern}" does not match input string "{value}"'
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        allowed = json.dumps(sorted(shape.enum), separators=(",", ":"))
        yield f'instance value ("{value}") not found in enum (possible values: {allowed})'


def _number_errors(value: int, shape: Shape) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if minimum is not None and value < minimum:
        yield f"numeric instance is lower than the required minimum (minimum: {minimum}, found: {value})"
    if maximum is not None and value > maximum:
        yield f"numeric instance is greater than the required maximum (maximum: {maximum}, found: {value})"
