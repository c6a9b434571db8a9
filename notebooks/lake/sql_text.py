"""Quotes names and texts for DuckDB."""

from collections.abc import Iterable, Mapping


def literal(text: str) -> str:
    """Return a string constant."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a name as it is written, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'


def literals(texts: Iterable[str]) -> str:
    """Return a list of string constants."""
    return "[" + ", ".join(literal(text) for text in texts) + "]"


def struct(values: Mapping[str, str]) -> str:
    """Return a struct of string constants."""
    return "{" + ", ".join(f"{literal(name)}: {literal(value)}" for name, value in values.items()) + "}"
