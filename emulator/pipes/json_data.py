"""JSON values and text as the bytes that travel through a pipe."""

import json
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def json_data(value: Any) -> bytes:
    """Return compact JSON as UTF-8."""
    return utf8(compact_json(value))


def compact_json(value: Any) -> str:
    """Return JSON without spaces, in the characters of its texts."""
    return _ENCODER.encode(value)


def utf8(text: str) -> bytes:
    """Return text as UTF-8; half of a surrogate pair, which UTF-8 does not have, becomes its JSON escape.

    JSON may hold one: a program that cuts a text in the middle of an emoji writes it.
    """
    return text.encode(errors="backslashreplace")
