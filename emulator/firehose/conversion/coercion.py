"""From JSON to values of columns of any type."""

from typing import Any

from emulator.firehose.conversion.hive_type import Array, HiveType, Map, Primitive, Struct
from emulator.firehose.conversion.json_object import JsonNumber, json_text
from emulator.firehose.conversion.mismatch import MismatchError
from emulator.firehose.conversion.rule import Rules
from emulator.firehose.conversion.scalar import Coerce, scalar_coercion

_JAVA_NAMES = {bool: "Boolean", int: "Long", float: "Double", JsonNumber: "Double", str: "String"}


def coercion(hive_type: HiveType, rules: Rules) -> Coerce:
    """Return the function that makes a column's value from one in JSON that is not null.

    It raises MismatchError for a value that does not fit, at whatever depth.
    """
    match hive_type:
        case Primitive():
            return scalar_coercion(hive_type, rules)
        case Array(element):
            return _array(coercion(element, rules), rules)
        case Map(key, value):
            return _map(coercion(key, rules), coercion(value, rules), rules, numeric_key=_numeric(key))
        case Struct(fields):
            members = [(name, rules.json_key(name), coercion(each, rules)) for name, each in fields]
            return _struct(members, rules)


def _array(element: Coerce, rules: Rules) -> Coerce:
    def coerce(value: object) -> list[Any]:
        if not isinstance(value, list):
            if not rules.lenient:
                raise MismatchError.because("java.io.IOException: Start of Array expected")
            return [element(value)]
        return [None if each is None else element(each) for each in value]

    return coerce


def _map(key: Coerce, value: Coerce, rules: Rules, *, numeric_key: bool) -> Coerce:
    def coerce(json_value: object) -> list[tuple[Any, Any]]:
        if not isinstance(json_value, dict):
            if not rules.lenient:
                raise MismatchError.because("java.io.IOException: Start of Object expected")
            raise MismatchError.because(f"{_described(json_value)} is not a map")
        entries: dict[Any, Any] = {}
        for name, each in json_value.items():
            name = name.lower() if rules.lower_case_keys else name
            # A key is always text in JSON; one that is to be a number is read as if it were written as one.
            json_key = JsonNumber(name) if numeric_key and _is_number(name) else name
            entries[key(json_key)] = None if each is None else value(each)
        return list(entries.items())

    return coerce


def _struct(members: list[tuple[str, str, Coerce]], rules: Rules) -> Coerce:
    plain = rules.plain()

    def coerce(value: object) -> dict[str, Any]:
        if isinstance(value, dict):
            given = plain(value)
            found = [given.get(key) for _, key, _ in members]
        elif isinstance(value, list) and rules.lenient:
            found = value[: len(members)] + [None] * (len(members) - len(value))
        elif rules.lenient:
            raise MismatchError.because(f"Data is not JSONObject  but {_described(value)}")
        else:
            raise MismatchError.because("java.io.IOException: Start of Object expected")
        return {
            name: None if each is None else member(each)
            for (name, _, member), each in zip(members, found, strict=True)
        }

    return coerce


def _numeric(key: Primitive) -> bool:
    return key.name not in ("string", "char", "varchar", "boolean", "date", "timestamp")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and "_" not in text


def _described(value: object) -> str:
    java_name = _JAVA_NAMES.get(type(value), "Object")
    return f"java.lang.{java_name} with value {_plain_text(value)}"


def _plain_text(value: object) -> str:
    return value if isinstance(value, str) else json_text(value, lower_case_keys=False)
