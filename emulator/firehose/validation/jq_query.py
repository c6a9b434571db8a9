"""The keys that the jq query of a MetadataExtraction processor makes, as far as its text tells."""

import re

_OPENING, _CLOSING = "([{", ")]}"
_KEY = re.compile(r"\s*(?:\$?([A-Za-z_][A-Za-z0-9_]*)|\"([^\"\\]*)\")\s*(?::|$)", re.DOTALL)


def keys_of(query: str) -> list[str] | None:
    """Return the keys of a query that is one object construction, or None if they cannot be told from its text.

    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html
    """
    text = query.strip()
    if not text.startswith("{"):
        return None
    parts = _parts(text)
    if parts is None:
        return None
    keys: list[str] = []
    for part in parts:
        match = _KEY.match(part)
        if match is None:
            return None
        keys.append(match.group(1) or match.group(2) or "")
    return keys


def _parts(text: str) -> list[str] | None:
    """Split what is between the outermost braces at its commas; None when text follows the closing brace."""
    parts, start, depth, position = [], 1, 0, 0
    while position < len(text):
        character = text[position]
        if character == '"':
            position = _string_end(text, position)
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
            if depth == 0:
                if text[position + 1 :].strip():
                    return None
                parts.append(text[start:position])
                return [part for part in parts if part.strip()]
        elif character == "," and depth == 1:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    return None


def _string_end(text: str, start: int) -> int:
    """Return where the string that begins at `start` ends; expressions inside it may hold strings again."""
    position, depth = start + 1, 0
    while position < len(text):
        if text[position] == "\\":
            depth += text[position + 1 : position + 2] == "("
            position += 1
        elif depth and text[position] in "()":
            depth += 1 if text[position] == "(" and text[position - 1] != "\\" else 0
            depth -= text[position] == ")"
        elif text[position] == '"':
            if not depth:
                return position
            position = _string_end(text, position)
        position += 1
    return position
