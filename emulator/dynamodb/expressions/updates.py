"""Update expressions: what becomes of an item.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from collections.abc import Callable
from dataclasses import dataclass

from emulator.dynamodb.expressions.changes import Change, ChangeTree, combined
from emulator.dynamodb.expressions.functions import (
    OF_UPDATES,
    check_function,
    check_operand_count,
    check_operand_type,
)
from emulator.dynamodb.expressions.paths import Path, parse_all, parse_path
from emulator.dynamodb.expressions.placeholders import Placeholders
from emulator.dynamodb.expressions.tokens import Kind, Tokens
from emulator.dynamodb.expressions.values import SETS, Attributes, Plain, Value
from emulator.dynamodb.refusal import validation_error
from emulator.dynamodbstreams.number import difference, total

_SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")
# As the messages about ADD and DELETE call them.
_TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "SS": "STRING_SET",
    "NS": "NUMBER_SET",
    "BS": "BINARY_SET",
    "L": "LIST",
    "M": "MAP",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
}
_WRONG_TYPE = "An operand in the update expression has an incorrect data type"


@dataclass(slots=True)
class _Operand:
    """Something that has a value in an item; None where an attribute is not there."""

    of: Callable[[Attributes], Value | None]
    path: Path | None = None
    known_type: str | None = None
    function: str | None = None
    is_calculated: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """A parsed update expression; `known_types` are those of the attributes that the request gives a value."""

    tree: ChangeTree
    removes_only: bool
    known_types: dict[str | int, str]

    @property
    def paths(self) -> list[Path]:
        """What the expression names to change, in its order."""
        return self.tree.paths

    def apply(self, attributes: Attributes) -> dict[str, Value]:
        """Return the attributes of an item after the update, and leave those given as they are.

        All operands are read from the item as it was, and indexes of lists count its members as they were.

        Raises:
            ServiceError: a path leads nowhere, or an operand is missing or of a type that its operator does not take.
        """
        return self.tree.apply(attributes)


def parse_update(text: str, placeholders: Placeholders) -> Update:
    """Return the update that a text says.

    Raises:
        ServiceError: the text is no update, or two of its paths lead to the same place.
    """
    tokens = Tokens(text, "UpdateExpression")
    parser = _Parser(tokens, placeholders)
    seen: set[str] = set()
    while tokens.current.kind is not Kind.END:
        section = tokens.current.text.upper()
        if tokens.current.kind is not Kind.WORD or section not in _SECTIONS:
            raise tokens.syntax_error()
        tokens.take()
        if section in seen:
            raise tokens.invalid(f'The "{section}" section can only be used once in an update expression;')
        seen.add(section)
        parser.section(section)
    return Update(parser.tree, seen.isdisjoint({"SET", "ADD"}), parser.known_types)


class _Parser:
    def __init__(self, tokens: Tokens, placeholders: Placeholders) -> None:
        self._tokens = tokens
        self._placeholders = placeholders
        self.tree = ChangeTree()
        self.known_types: dict[str | int, str] = {}

    def section(self, name: str) -> None:
        """Read the actions that follow the name of a section."""
        read = {"SET": self._set, "REMOVE": self._remove}.get(name, lambda: self._combine(name))
        parse_all(self._tokens, read)

    def _set(self) -> None:
        path = parse_path(self._tokens, self._placeholders)
        self._tokens.expect("=")
        value = self._value()
        self._add(path, Change(new=lambda item, _: _present(value.of(item))), value.known_type)

    def _remove(self) -> None:
        self._add(parse_path(self._tokens, self._placeholders), Change(new=lambda _, __: None))

    def _combine(self, section: str) -> None:
        """Read an action of ADD or DELETE."""
        tokens = self._tokens
        path = parse_path(tokens, self._placeholders)
        token = tokens.current
        if token.kind is not Kind.VALUE:
            raise tokens.syntax_error()
        tokens.take()
        value = self._placeholders.value(token.text, tokens)
        if value.type not in SETS and not (section == "ADD" and value.type == "N"):
            raise tokens.invalid(
                f"Incorrect operand type for operator or function; operator: {section}, "
                f"operand type: {_TYPE_NAMES[value.type]}, typeSet: ALLOWED_FOR_{section}_OPERAND"
            )
        self._add(path, Change(new=lambda _, old: combined(section, old, value)), value.type)

    def _add(self, path: Path, change: Change, known_type: str | None = None) -> None:
        if known_type is not None and len(path.parts) == 1:
            self.known_types[path.parts[0]] = known_type
        fault = self.tree.add(path, change)
        if fault:
            raise self._tokens.invalid(fault)

    def _value(self) -> _Operand:
        """Read an operand, or two with a plus or minus between them; parentheses may be around each and all."""
        tokens = self._tokens
        if not tokens.take_sign("("):
            return self._calculated(self._operand())
        value = self._calculated(self._operand())
        tokens.expect(")")
        return value if value.is_calculated else self._calculated(value)

    def _calculated(self, left: _Operand) -> _Operand:
        """Return an operand, or what a plus or minus and another operand behind it make of it."""
        tokens = self._tokens
        for sign, calculate in (("+", total), ("-", difference)):
            if not tokens.take_sign(sign):
                continue
            right = self._operand()
            for operand in (left, right):
                check_operand_type(sign, operand.known_type, ("N",), tokens)
            return _Operand(_calculation(left, right, calculate), known_type="N", is_calculated=True)
        return left

    def _operand(self) -> _Operand:
        tokens = self._tokens
        opened = 0
        while tokens.take_sign("("):
            opened += 1
        operand = self._bare_operand()
        for _ in range(opened):
            tokens.expect(")")
        return operand

    def _bare_operand(self) -> _Operand:
        tokens = self._tokens
        token = tokens.current
        if token.kind is Kind.VALUE:
            tokens.take()
            value = self._placeholders.value(token.text, tokens)
            return _Operand(lambda _: value, known_type=value.type)
        if token.kind is Kind.WORD and tokens.is_call():
            tokens.enter()
            check_function(token.text, OF_UPDATES, tokens)
            operands: list[_Operand] = []
            parse_all(tokens, lambda: operands.append(self._operand()))
            tokens.leave()
            return self._call(token.text, operands)
        path = parse_path(tokens, self._placeholders)
        return _Operand(path.find, path=path)

    def _call(self, name: str, operands: list[_Operand]) -> _Operand:
        tokens = self._tokens
        check_operand_count(name, len(operands), tokens)
        if any(operand.function == "list_append" for operand in operands):
            raise tokens.invalid(
                "The function is not allowed to be used this way in an expression; function: list_append"
            )
        first, second = operands
        if name == "if_not_exists":
            if first.path is None:
                raise tokens.invalid(
                    f"Operator or function requires a document path; operator or function: {name}"
                )
            return _Operand(lambda item: first.of(item) or second.of(item), function=name)
        for operand in operands:
            check_operand_type(name, operand.known_type, ("L",), tokens)
        return _Operand(lambda item: _appended(first.of(item), second.of(item)), function=name)


def _calculation(
    left: _Operand, right: _Operand, calculate: Callable[[str, str], str]
) -> Callable[[Attributes], Value]:
    def result(item: Attributes) -> Value:
        first, second = _present(left.of(item)), _present(right.of(item))
        if first.type != "N" or second.type != "N":
            raise validation_error(_WRONG_TYPE)
        return Plain("N", calculate(first.value, second.value))

    return result


def _appended(first: Value | None, second: Value | None) -> Value:
    one, other = _present(first), _present(second)
    if one.type != "L" or other.type != "L":
        raise validation_error(_WRONG_TYPE)
    return Plain("L", [*one.value, *other.value])


def _present(value: Value | None) -> Value:
    if value is None:
        raise validation_error(
            "The provided expression refers to an attribute that does not exist in the item"
        )
    return value
