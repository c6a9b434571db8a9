"""Infers column types from JSON values and merges those of many objects.

A type is a DuckDB type's name; a JSON object's is a mapping of its fields, a list's is a list of one type. As in
a crawler of AWS Glue, text stays text: what looks like a time is not taken for one.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from .sql_text import identifier

Type: TypeAlias = "str | dict[str, Type] | list[Type]"

NULL = "NULL"
TEXT = "VARCHAR"
# Each holds every value of those before it.
_SIGNED = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_UNSIGNED = ("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
# The narrowest signed type for the values of an unsigned one.
_SIGNED_FOR = {"UTINYINT": "SMALLINT", "USMALLINT": "INTEGER", "UINTEGER": "BIGINT", "UBIGINT": "HUGEINT"}
_FLOATING = ("FLOAT", "DOUBLE")
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_DECIMAL_DIGITS = 38
_TIMES = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")


def type_of(value: Any) -> Type:
    """Return the type of a value of `json.loads`."""
    if isinstance(value, str):
        return TEXT
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, int):
        return _integer_type(value)
    if isinstance(value, float):
        return "DOUBLE"
    if isinstance(value, dict):
        return {name: type_of(item) for name, item in value.items()}
    item_type: Type = NULL
    for item in value:
        item_type = merge(item_type, type_of(item))
    return [item_type]


def _integer_type(value: int) -> str:
    if -(2**31) <= value < 2**31:
        return "INTEGER"
    if -(2**63) <= value < 2**63:
        return "BIGINT"
    return "HUGEINT" if -(2**127) <= value < 2**127 else "DOUBLE"


def merge(one: Type, other: Type) -> Type:
    """Return the narrowest type that holds the values of both; text holds everything."""
    if one == other or other == NULL:
        return one
    if one == NULL:
        return other
    if isinstance(one, dict) and isinstance(other, dict):
        return merge_fields(one, other)
    if isinstance(one, list) and isinstance(other, list):
        return [merge(one[0], other[0])]
    if isinstance(one, str) and isinstance(other, str):
        return _merge_names(one, other)
    return TEXT


def merge_fields(one: Mapping[str, Type], other: Mapping[str, Type]) -> dict[str, Type]:
    """Merge the columns of two objects; new ones come last."""
    return {name: merge(one.get(name, NULL), other.get(name, NULL)) for name in (*one, *other)}


def _merge_names(one: str, other: str) -> str:
    for ladder in (_UNSIGNED, _FLOATING, _TIMES):
        if one in ladder and other in ladder:
            return max(one, other, key=ladder.index)
    signed = [_SIGNED_FOR.get(name, name) for name in (one, other)]
    if all(name in _SIGNED for name in signed):
        return max(signed, key=_SIGNED.index)
    decimals = [decimal for name in (one, other) if (decimal := _decimal(name)) is not None]
    if len(decimals) == 2:
        return _merge_decimals(decimals)
    return "DOUBLE" if is_number(one) and is_number(other) else TEXT


def is_number(type_: Type) -> bool:
    """Return whether a type is one of numbers."""
    return isinstance(type_, str) and (
        type_ in (*_SIGNED, *_UNSIGNED, *_FLOATING) or _decimal(type_) is not None
    )


def _decimal(name: str) -> tuple[int, int] | None:
    found = _DECIMAL.fullmatch(name)
    return (int(found.group(1)), int(found.group(2))) if found else None


def _merge_decimals(decimals: list[tuple[int, int]]) -> str:
    scale = max(scale for _, scale in decimals)
    precision = max(precision - own_scale for precision, own_scale in decimals) + scale
    return f"DECIMAL({precision},{scale})" if precision <= _DECIMAL_DIGITS else "DOUBLE"


def with_wide_integers(type_: Type) -> Type:
    """Return the type with BIGINT for every integer: how large the values happen to be decides nothing."""
    if isinstance(type_, list):
        return [with_wide_integers(type_[0])]
    if isinstance(type_, dict):
        return {name: with_wide_integers(item) for name, item in type_.items()}
    return "BIGINT" if type_ == "INTEGER" else type_


def duckdb_type(type_: Type) -> str:
    """Return the type as DuckDB writes it; a column without a value is text."""
    if isinstance(type_, list):
        return f"{duckdb_type(type_[0])}[]"
    if isinstance(type_, dict):
        names = {name.lower() for name in type_}
        # A struct has at least one field, and no two whose names differ in case only.
        if not names or len(names) < len(type_) or "" in names:
            return TEXT
        return (
            f"STRUCT({', '.join(f'{identifier(name)} {duckdb_type(item)}' for name, item in type_.items())})"
        )
    return TEXT if type_ == NULL else type_
