"""Item images as a change record carries them, and their size."""

import base64
from collections.abc import Mapping
from typing import Any

from emulator.dynamodbstreams.number import canonical

Image = dict[str, dict[str, Any]]


def image(attributes: Mapping[str, Mapping[str, Any]]) -> Image:
    """Return a copy of DynamoDB JSON attributes as boto3's shapes have them: binary values as bytes.

    Numbers are written in DynamoDB's one way, so that equal images are no change however they were given.
    """
    return {name: _value(value) for name, value in attributes.items()}


def size_bytes(attributes: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the UTF-8 bytes of the names and values of an image, which is what `SizeBytes` adds up."""
    size = 0
    for name, value in attributes.items():
        size += len(name.encode()) + _value_size(value)
    return size


def _value(value: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return {"S": content}
        case "N":
            return {"N": canonical(content)}
        case "B":
            return {"B": _bytes(content)}
        case "BS":
            return {"BS": [_bytes(member) for member in content]}
        case "L":
            return {"L": [_value(member) for member in content]}
        case "M":
            return {"M": {name: _value(member) for name, member in content.items()}}
        case "NS":
            return {"NS": [canonical(member) for member in content]}
        case "SS":
            return {"SS": list(content)}
    return {kind: content}


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else base64.b64decode(content)


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S" | "N":
            return len(content.encode())
        case "B":
            return len(content)
        case "SS" | "NS":
            return sum(len(member.encode()) for member in content)
        case "BS":
            return sum(len(member) for member in content)
        case "L":
            return sum(_value_size(member) for member in content)
        case "M":
            return size_bytes(content)
    return 1  # BOOL and NULL
