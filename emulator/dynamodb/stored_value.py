"""moto's attribute values, made of those that expressions bring about."""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from emulator.dynamodb.expressions.paths import Path
from emulator.dynamodb.expressions.values import Attributes, Value


def stored_value(value: Value) -> DynamoType:
    """Return a value as items have it; one that is in an item already is shared, not copied: nobody changes it."""
    if type(value) is DynamoType:
        return value
    content = value.value
    # Not by its constructor, which would copy all that is inside.
    stored = DynamoType({"NULL": True})
    stored.type = value.type
    stored.value = content
    if value.type == "L":
        stored.value = [stored_value(member) for member in content]
    elif value.type == "M":
        stored.value = {name: stored_value(member) for name, member in content.items()}
    return stored


def plain(value: Value) -> dict[str, Any]:
    """Return a value as JSON has it."""
    content = value.value
    match value.type:
        case "L":
            return {"L": [plain(member) for member in content]}
        case "M":
            return {"M": plain_attributes(content)}
    return {value.type: content}


def plain_attributes(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Return attributes as JSON has them."""
    return {name: plain(value) for name, value in attributes.items()}


def plain_at(paths: Iterable[Path], attributes: Attributes) -> dict[str, Any]:
    """Return what an item has at some paths, inside of no more than leads to them."""
    tree: dict[str | int, Any] = {}
    for path in paths:
        value = path.find(attributes)
        if value is None:
            continue
        inside = tree
        for part in path.parts[:-1]:
            inside = inside.setdefault(part, {})
        inside[path.parts[-1]] = value
    return {str(name): _plain_at(value) for name, value in tree.items()}


def _plain_at(value: dict[str | int, Any] | Value) -> dict[str, Any]:
    if not isinstance(value, dict):
        return plain(value)
    if isinstance(next(iter(value)), int):
        return {"L": [_plain_at(value[index]) for index in sorted(value, key=int)]}
    return {"M": {str(name): _plain_at(inner) for name, inner in value.items()}}
