"""From JSON to values of primitive columns."""

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from emulator.firehose.conversion.hive_type import Primitive
from emulator.firehose.conversion.json_object import JsonNumber, json_text
from emulator.firehose.conversion.mismatch import InexactNumberError, MismatchError
from emulator.firehose.conversion.rule import Rules
from emulator.firehose.conversion.timestamp import decimal_from, read_date

Coerce = Callable[[Any], Any]

INTEGER_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_INTEGER = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_HEXADECIMAL = re.compile(r"0[xX]([+-]?[0-9a-fA-F]{1,30})")
_FLOAT = re.compile(r"[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)", re.ASCII)
_LARGEST_FLOAT = 3.4028234663852886e38
_FIRST_INEXACT = 2**53
_DECIMAL_CONTEXT = Context(prec=80, rounding=ROUND_HALF_UP)


def scalar_coercion(primitive: Primitive, rules: Rules) -> Coerce:
    """Return the function that makes a column's value from one in JSON that is not null.

    It raises MismatchError for a value that does not fit. What fits when: as AWS was seen to do it, and else as
    the deserializers' sources do, except that no value is cut off or replaced.
    """
    match primitive.name:
        case "boolean":
            return _boolean
        case "float" | "double":
            return _floating(rules, single=primitive.name == "float")
        case "decimal":
            return _decimal(*primitive.parameters)
        case "date":
            return read_date
        case "timestamp":
            return rules.timestamp
        case name if name in INTEGER_BITS:
            return _integer(name, rules)
        case _:
            return _text(rules)


def _boolean(value: object) -> bool:
    if type(value) is bool:
        return value
    if type(value) is str and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _mismatch(value)


def _integer(name: str, rules: Rules) -> Coerce:
    limit = 2 ** (INTEGER_BITS[name] - 1)

    def coerce(value: object) -> int:
        number = value if type(value) is int else _whole_number(value, rules)
        if not -limit <= number < limit:
            raise MismatchError.because(f"Value out of range. {number} is not of type {name}")
        return number

    return coerce


def _whole_number(value: object, rules: Rules) -> int:
    if type(value) is str:
        _refuse_text(rules)
        if match := _HEXADECIMAL.fullmatch(value):
            return int(match.group(1), 16)
        if _INTEGER.fullmatch(value):
            return int(value)
    elif type(value) is float and value.is_integer():
        if abs(value) >= _FIRST_INEXACT:
            raise InexactNumberError
        return int(value)
    elif type(value) is JsonNumber:
        number = Decimal(value)
        if number.adjusted() < 30 and number == number.to_integral_value():
            return int(number)
    raise _mismatch(value)


def _floating(rules: Rules, *, single: bool) -> Coerce:
    def coerce(value: object) -> float:
        number = _number(value, rules)
        named = type(value) is str and value.strip().lstrip("+-") == "Infinity"
        if not named and (math.isinf(number) or (single and abs(number) > _LARGEST_FLOAT)):
            raise MismatchError.because(f"Value out of range. {value} is not of the column's type")
        return number

    return coerce


def _number(value: object, rules: Rules) -> float:
    if type(value) is str:
        _refuse_text(rules)
        text = value.strip()
        if not _FLOAT.fullmatch(text):
            raise MismatchError.input_string(value)
        return float(text.rstrip("fFdD"))
    if type(value) is int or type(value) is float or type(value) is JsonNumber:
        try:
            return float(value)
        except OverflowError:
            return math.inf
    raise _mismatch(value)


def _decimal(precision: int, scale: int) -> Coerce:
    unit = Decimal(1).scaleb(-scale)

    def coerce(value: object) -> Decimal:
        if type(value) is float:
            raise InexactNumberError
        number = decimal_from(str(value)) if type(value) in (int, str, JsonNumber) else None
        if number is None:
            raise _mismatch(value)
        if not number or number.adjusted() < -scale - 1:
            return Decimal(0).quantize(unit)
        if number.adjusted() < precision - scale:
            rounded = number.quantize(unit, context=_DECIMAL_CONTEXT)
            if rounded.adjusted() < precision - scale:
                return rounded
        raise MismatchError.because(
            f"Value out of range. {value} is not of type decimal({precision},{scale})"
        )

    return coerce


def _text(rules: Rules) -> Coerce:
    def coerce(value: object) -> str:
        if type(value) is str:
            return value
        if type(value) is float:
            raise InexactNumberError
        if isinstance(value, dict | list) and not rules.lenient:
            raise MismatchError(
                "One or more fields have incorrect format. Exception when validating field (root)"
            )
        return json_text(value, lower_case_keys=rules.lower_case_keys)

    return coerce


def _refuse_text(rules: Rules) -> None:
    if not rules.lenient:
        raise MismatchError.because(
            "Current token (VALUE_STRING) not numeric, can not use numeric value accessors"
        )


def _mismatch(value: object) -> MismatchError:
    return MismatchError.input_string(
        value if isinstance(value, str) else json_text(value, lower_case_keys=False)
    )
