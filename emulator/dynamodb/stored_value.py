"""moto's attribute values, made of those that expressions bring about."""

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from emulator.dynamodb.expressions.values import Value


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
