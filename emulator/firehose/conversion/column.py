"""A batch's values of one column."""

import math
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

from emulator.firehose.conversion.coercion import coercion
from emulator.firehose.conversion.hive_type import HiveType, Primitive
from emulator.firehose.conversion.json_object import JsonObject
from emulator.firehose.conversion.mismatch import MismatchError
from emulator.firehose.conversion.rule import Rules
from emulator.firehose.conversion.scalar import INTEGER_BITS
from emulator.firehose.conversion.schema import Column

_Ready = Callable[[Sequence[Any]], bool]


class ColumnReader:
    """Takes a column's values out of rows; most are what the column wants, and are not looked at one by one."""

    def __init__(self, column: Column, rules: Rules) -> None:
        self._key = rules.json_key(column.name)
        self._coerce = coercion(column.type, rules)
        self._types, self._ready = _readiness(column.type)

    def read(self, rows: Sequence[JsonObject], mismatches: MutableMapping[int, str]) -> list[Any]:
        """Return the values; rows that do not fit are added to `mismatches` with the reason."""
        key = self._key
        values = [row.get(key) for row in rows]
        kinds = set(map(type, values)) - {type(None)}
        if not kinds or (kinds <= self._types and self._ready(values)):
            return values
        for number, value in enumerate(values):
            if value is None:
                continue
            try:
                values[number] = self._coerce(value)
            except MismatchError as error:
                values[number] = None
                mismatches.setdefault(number, str(error))
        return values


def _readiness(hive_type: HiveType) -> tuple[frozenset[type], _Ready]:
    """Return the types of values that a column takes as they are, and the test that they must pass together."""
    match hive_type:
        case Primitive("string" | "char" | "varchar"):
            return frozenset({str}), lambda values: True
        case Primitive("boolean"):
            return frozenset({bool}), lambda values: True
        case Primitive("double"):
            return frozenset({float}), lambda values: all(
                math.isfinite(value) for value in values if value is not None
            )
        case Primitive(name) if name in INTEGER_BITS:
            return frozenset({int}), _within(2 ** (INTEGER_BITS[name] - 1))
        case _:
            return frozenset(), lambda values: False


def _within(limit: int) -> _Ready:
    def ready(values: Sequence[Any]) -> bool:
        numbers = [value for value in values if value is not None]
        return bool(-limit <= min(numbers) and max(numbers) < limit)

    return ready
