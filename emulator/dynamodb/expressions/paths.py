"""Document paths: an attribute, or what is inside it."""

from collections.abc import Callable
from dataclasses import dataclass

from emulator.dynamodb.expressions.placeholders import Placeholders
from emulator.dynamodb.expressions.tokens import Kind, Tokens
from emulator.dynamodb.expressions.values import Attributes, Value

KEY_WORDS = frozenset({"BETWEEN", "IN", "AND", "OR", "NOT"})
MAXIMUM_DEPTH = 32
MAXIMUM_INDEX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Path:
    """The name of an attribute, then names in maps and indexes in lists."""

    parts: tuple[str | int, ...]

    def find(self, attributes: Attributes | None) -> Value | None:
        """Return what an item has there; None where there is nothing."""
        found = (attributes or {}).get(str(self.parts[0]))
        for part in self.parts[1:]:
            if found is None:
                return None
            if isinstance(part, str):
                found = found.value.get(part) if found.type == "M" else None
            else:
                found = found.value[part] if found.type == "L" and part < len(found.value) else None
        return found

    def __str__(self) -> str:
        parts = (f"[{part}]" if isinstance(part, int) else part for part in self.parts)
        return f"[{', '.join(parts)}]"


def parse_path(tokens: Tokens, placeholders: Placeholders) -> Path:
    """Read a path.

    Raises:
        ServiceError: there is none, a name is reserved or not defined, or an index is too large.
    """
    parts: list[str | int] = [_name(tokens, placeholders)]
    while True:
        if tokens.take_sign("."):
            parts.append(_name(tokens, placeholders))
        elif tokens.take_sign("["):
            parts.append(_index(tokens))
            tokens.expect("]")
        else:
            break
    if len(parts) > MAXIMUM_DEPTH:
        raise tokens.invalid(f"The document path has too many nesting elements; nesting levels: {len(parts)}")
    return Path(tuple(parts))


def _index(tokens: Tokens) -> int:
    token = tokens.current
    if token.kind is not Kind.NUMBER or (token.text.startswith("0") and token.text != "0"):
        raise tokens.syntax_error()
    index = int(token.text)
    if index > MAXIMUM_INDEX:
        raise tokens.invalid(f"List index is not within the allowable range; index: [{token.text}]")
    tokens.take()
    return index


def parse_all(tokens: Tokens, parse: Callable[[], None]) -> None:
    """Read a list whose members are separated by commas."""
    parse()
    while tokens.take_sign(","):
        parse()


def _name(tokens: Tokens, placeholders: Placeholders) -> str:
    token = tokens.current
    if token.kind is Kind.NAME:
        tokens.take()
        return placeholders.name(token.text, tokens)
    if token.kind is not Kind.WORD or token.text.upper() in KEY_WORDS:
        raise tokens.syntax_error()
    tokens.take()
    if placeholders.is_reserved(token.text):
        raise tokens.invalid(f"Attribute name is a reserved keyword; reserved keyword: {token.text}")
    return token.text
