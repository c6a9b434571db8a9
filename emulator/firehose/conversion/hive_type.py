"""The types of a Glue table's columns, which are Hive's.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-common.html (ColumnTypeString)
https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\s*(?:(`(?:[^`]|``)+`|[\w$.-]+)|([<>,:()]))")
_MAXIMUM_DEPTH = 32
_ALIASES = {"integer": "int", "numeric": "decimal", "dec": "decimal", "real": "float"}
_PLAIN_NAMES = frozenset(
    "boolean tinyint smallint int bigint float double string binary date timestamp".split()  # noqa: SIM905
)
_MAXIMUM_LENGTHS = {"char": 255, "varchar": 65_535}
_MAXIMUM_PRECISION = 38
# What Hive takes `decimal` without precision and scale for.
_DEFAULT_DECIMAL = (10, 0)


class HiveTypeError(ValueError):
    """The text is not a type of Hive that a record can be converted to."""


@dataclass(frozen=True, slots=True)
class Primitive:
    """A type without parts; `parameters` are a decimal's precision and scale, or a length."""

    name: str
    parameters: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Array:
    """`array<element>`."""

    element: "HiveType"


@dataclass(frozen=True, slots=True)
class Map:
    """`map<key,value>`; Hive's keys are primitive."""

    key: Primitive
    value: "HiveType"


@dataclass(frozen=True, slots=True)
class Struct:
    """`struct<name:type,...>`."""

    fields: tuple[tuple[str, "HiveType"], ...]


HiveType = Primitive | Array | Map | Struct


def parse_type(text: str) -> HiveType:
    """Read a column's type.

    Raises:
        HiveTypeError: there is no such type, or it is written wrongly.
    """
    parser = _Parser(text)
    parsed = parser.type(0)
    parser.end()
    return parsed


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text.strip()
        self._position = 0

    def type(self, depth: int) -> HiveType:
        if depth > _MAXIMUM_DEPTH:
            raise HiveTypeError(f"The type is nested more than {_MAXIMUM_DEPTH} deep")
        word = self._word().lower()
        match word:
            case "array":
                return Array(self._between_angles(depth)[0])
            case "map":
                key, value = self._between_angles(depth, 2)
                if not isinstance(key, Primitive):
                    raise self._wrong()
                return Map(key, value)
            case "struct":
                return self._struct(depth)
            case _:
                return self._primitive(_ALIASES.get(word, word))

    def end(self) -> None:
        if self._position != len(self._text):
            raise self._wrong()

    def _between_angles(self, depth: int, count: int = 1) -> list[HiveType]:
        self._expect("<")
        types = [self.type(depth + 1)]
        for _ in range(count - 1):
            self._expect(",")
            types.append(self.type(depth + 1))
        self._expect(">")
        return types

    def _struct(self, depth: int) -> Struct:
        self._expect("<")
        fields: dict[str, HiveType] = {}
        while not fields or self._accept(","):
            name = self._word()
            self._expect(":")
            if name.lower() in {known.lower() for known in fields}:
                raise self._wrong()
            fields[name] = self.type(depth + 1)
        self._expect(">")
        return Struct(tuple(fields.items()))

    def _primitive(self, name: str) -> Primitive:
        if name in _PLAIN_NAMES:
            if name == "double" and self._peek().lower() == "precision":
                self._word()
            return Primitive(name)
        parameters = self._parameters()
        if name == "decimal":
            precision, scale = {0: _DEFAULT_DECIMAL, 1: (*parameters, 0), 2: parameters}.get(
                len(parameters), (0, 0)
            )
            if 1 <= precision <= _MAXIMUM_PRECISION and scale <= precision:
                return Primitive(name, (precision, scale))
        elif len(parameters) == 1 and 1 <= parameters[0] <= _MAXIMUM_LENGTHS.get(name, 0):
            return Primitive(name, parameters)
        raise self._wrong()

    def _parameters(self) -> tuple[int, ...]:
        if self._peek() != "(":
            return ()
        numbers: list[int] = []
        while self._accept("(" if not numbers else ","):
            word = self._word()
            if not re.fullmatch(r"[0-9]{1,5}", word):
                raise self._wrong()
            numbers.append(int(word))
        self._expect(")")
        return tuple(numbers)

    def _peek(self) -> str:
        match = _TOKEN.match(self._text, self._position)
        return match.group(1) or match.group(2) if match else ""

    def _accept(self, symbol: str) -> bool:
        match = _TOKEN.match(self._text, self._position)
        if match is None or match.group(2) != symbol:
            return False
        self._position = match.end()
        return True

    def _expect(self, symbol: str) -> None:
        if not self._accept(symbol):
            raise self._wrong()

    def _word(self) -> str:
        match = _TOKEN.match(self._text, self._position)
        if match is None or match.group(1) is None:
            raise self._wrong()
        self._position = match.end()
        word = match.group(1)
        return word[1:-1].replace("``", "`") if word.startswith("`") else word

    def _wrong(self) -> HiveTypeError:
        return HiveTypeError(f"{self._text!r} is not a type")
