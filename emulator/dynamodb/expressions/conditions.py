"""Conditions and filters: what an item must be like.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from collections.abc import Callable
from dataclasses import dataclass

from emulator.dynamodb.expressions import values
from emulator.dynamodb.expressions.functions import (
    OF_CONDITIONS,
    check_function,
    check_operand_count,
    check_operand_type,
)
from emulator.dynamodb.expressions.paths import KEY_WORDS, Path, parse_all, parse_path
from emulator.dynamodb.expressions.placeholders import Placeholders
from emulator.dynamodb.expressions.tokens import Kind, Tokens
from emulator.dynamodb.expressions.values import Attributes, Value

Condition = Callable[[Attributes | None], bool]

MAXIMUM_OPERATORS = 300
MAXIMUM_IN_OPERANDS = 100
_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}
_TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
_SIZED = ("S", "B", "SS", "NS", "BS", "L", "M")


@dataclass(slots=True)
class _Operand:
    """Something that has a value: a path, a value of the request, or a function of either."""

    of: Callable[[Attributes | None], Value | None]
    path: Path | None = None
    given: Value | None = None
    function: str | None = None
    in_parentheses: bool = False

    @property
    def known_type(self) -> str | None:
        """The type, where the request says it."""
        return "N" if self.function is not None else self.given.type if self.given is not None else None


@dataclass(slots=True)
class _Test:
    """Something that holds or does not."""

    holds: Condition
    function: str | None = None
    in_parentheses: bool = False


_Node = _Operand | _Test


def parse_condition(text: str, usage: str, placeholders: Placeholders) -> Condition:
    """Return the condition that a text says; `usage` is the name of the request's member that has it.

    Raises:
        ServiceError: the text is no condition, or its operators do not take the values of the request.
    """
    tokens = Tokens(text, usage)
    parser = _Parser(tokens, placeholders)
    condition = parser.condition()
    if tokens.current.kind is not Kind.END:
        raise tokens.syntax_error()
    return condition.holds


@dataclass(slots=True)
class _Group:
    """What has been read of the inside of a pair of parentheses, or of the whole."""

    any_of: _Test | None = None
    all_of: _Test | None = None
    negations: int = 0


class _Parser:
    """Reads by precedence: OR, then AND, then NOT, then comparisons. Nested groups are on a stack of its own."""

    def __init__(self, tokens: Tokens, placeholders: Placeholders) -> None:
        self._tokens = tokens
        self._placeholders = placeholders
        self._operators = 0

    def condition(self) -> _Test:
        """Read the whole."""
        tokens, groups = self._tokens, [_Group()]
        while True:
            while tokens.take_word("NOT"):
                self._count_operator()
                groups[-1].negations += 1
            if tokens.take_sign("("):
                groups.append(_Group())
                continue
            node = self._primary()
            while True:
                group = groups[-1]
                node = self._negated(group, self._comparison(node))
                if tokens.take_word("AND"):
                    group.all_of = self._both(group, self.test(node))
                    break
                if tokens.take_word("OR"):
                    group.any_of = self._either(group, self._both(group, self.test(node)))
                    group.all_of = None
                    break
                if group.any_of is not None or group.all_of is not None:
                    node = self._either(group, self._both(group, self.test(node)))
                if len(groups) == 1:
                    return self.test(node)
                tokens.expect(")")
                groups.pop()
                node = self._in_parentheses(node)

    def _both(self, group: _Group, right: _Test) -> _Test:
        if group.all_of is None:
            return right
        self._count_operator()
        first, second = group.all_of.holds, right.holds
        return _Test(lambda item: first(item) and second(item))

    def _either(self, group: _Group, right: _Test) -> _Test:
        if group.any_of is None:
            return right
        self._count_operator()
        first, second = group.any_of.holds, right.holds
        return _Test(lambda item: first(item) or second(item))

    def _negated(self, group: _Group, node: _Node) -> _Node:
        negations, group.negations = group.negations, 0
        if not negations:
            return node
        holds = self.test(node).holds
        return _Test(holds) if negations % 2 == 0 else _Test(lambda item: not holds(item))

    def _in_parentheses(self, node: _Node) -> _Node:
        if node.in_parentheses:
            raise self._tokens.invalid("The expression has redundant parentheses;")
        node.in_parentheses = True
        return node

    def test(self, node: _Node) -> _Test:
        """Return a node that must be a test."""
        if isinstance(node, _Test):
            return node
        if node.function is not None:
            raise self._misused(node.function)
        raise self._tokens.syntax_error()

    def _comparison(self, left: _Node) -> _Node:
        """Return what is compared with `left`, or `left` where nothing is."""
        tokens = self._tokens
        token = tokens.current
        if token.kind is Kind.SIGN and token.text in ("=", "<>", *_COMPARISONS):
            operand = self._operand(left)
            tokens.take()
            return self._compared(token.text, operand, self._next_operand())
        if token.kind is Kind.WORD and token.text.upper() == "BETWEEN":
            operand = self._operand(left)
            tokens.take()
            return self._between(operand)
        if token.kind is Kind.WORD and token.text.upper() == "IN":
            operand = self._operand(left)
            tokens.take()
            return self._in(operand)
        return left

    def _compared(self, sign: str, left: _Operand, right: _Operand) -> _Test:
        self._count_operator()
        self._check_distinct(sign, [left, right])
        first, second = left.of, right.of
        if sign == "=":
            return _Test(lambda item: values.equal(first(item), second(item)))
        if sign == "<>":
            return _Test(lambda item: not values.equal(first(item), second(item)))
        for operand in (left, right):
            check_operand_type(sign, operand.known_type, values.ORDERED, self._tokens)
        is_so = _COMPARISONS[sign]

        def holds(item: Attributes | None) -> bool:
            order = values.order(first(item), second(item))
            return order is not None and is_so(order)

        return _Test(holds)

    def _between(self, operand: _Operand) -> _Test:
        self._count_operator()
        lower = self._next_operand()
        if not self._tokens.take_word("AND"):
            raise self._tokens.syntax_error()
        upper = self._next_operand()
        for one in (operand, lower, upper):
            check_operand_type("BETWEEN", one.known_type, values.ORDERED, self._tokens)
        if lower.given is not None and upper.given is not None:
            self._check_bounds(lower.given, upper.given)

        def holds(item: Attributes | None) -> bool:
            value = operand.of(item)
            below, above = values.order(value, lower.of(item)), values.order(value, upper.of(item))
            return below is not None and above is not None and below >= 0 and above <= 0

        return _Test(holds)

    def _check_bounds(self, lower: Value, upper: Value) -> None:
        bounds = f"lower bound operand: {values.shown(lower)}, upper bound operand: {values.shown(upper)}"
        if lower.type != upper.type:
            raise self._tokens.invalid(
                f"The BETWEEN operator requires same data type for lower and upper bounds; {bounds}"
            )
        if (values.order(lower, upper) or 0) > 0:
            raise self._tokens.invalid(
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
                f"{bounds}"
            )

    def _in(self, operand: _Operand) -> _Test:
        self._count_operator()
        self._tokens.expect("(")
        choices = self._operands()
        self._tokens.expect(")")
        if len(choices) > MAXIMUM_IN_OPERANDS:
            raise self._tokens.invalid(
                "Too many operands for operator or function; operator or function: IN, "
                f"number of operands: {len(choices)}"
            )
        of = operand.of

        def holds(item: Attributes | None) -> bool:
            value = of(item)
            return any(values.equal(value, choice.of(item)) for choice in choices)

        return _Test(holds)

    def _primary(self) -> _Node:
        tokens = self._tokens
        token = tokens.current
        if token.kind is Kind.VALUE:
            tokens.take()
            value = self._placeholders.value(token.text, tokens)
            return _Operand(lambda item: value, given=value)
        if token.kind is Kind.WORD and token.text.upper() not in KEY_WORDS and tokens.is_call():
            tokens.enter()
            check_function(token.text, OF_CONDITIONS, tokens)
            operands = self._operands()
            tokens.leave()
            return self._call(token.text, operands)
        path = parse_path(tokens, self._placeholders)
        return _Operand(path.find, path=path)

    def _next_operand(self) -> _Operand:
        """Read an operand, which may be in parentheses."""
        if not self._tokens.take_sign("("):
            return self._operand(self._primary())
        operand = self._operand(self._primary())
        self._tokens.expect(")")
        return operand

    def _operands(self) -> list[_Operand]:
        """Read operands up to the parenthesis at their end."""
        operands: list[_Operand] = []
        parse_all(self._tokens, lambda: operands.append(self._next_operand()))
        return operands

    def _operand(self, node: _Node) -> _Operand:
        if isinstance(node, _Operand):
            return node
        if node.function is not None:
            raise self._misused(node.function)
        raise self._tokens.syntax_error()

    def _call(self, name: str, operands: list[_Operand]) -> _Node:
        tokens = self._tokens
        check_operand_count(name, len(operands), tokens)
        self._check_distinct(name, operands)
        first = operands[0]
        of, kind = first.of, first.known_type
        match name:
            case "size":
                check_operand_type(name, kind, _SIZED, tokens)
                return _Operand(lambda item: values.size(of(item)), function=name)
            case "attribute_exists" | "attribute_not_exists":
                if first.path is None:
                    raise tokens.invalid(
                        f"Operator or function requires a document path; operator or function: {name}"
                    )
                exists = name == "attribute_exists"
                return _Test(lambda item: (of(item) is not None) == exists, name)
            case "attribute_type":
                wanted = self._type_name(operands[1])
                return _Test(lambda item: (value := of(item)) is not None and value.type == wanted, name)
        second = operands[1].of
        if name == "begins_with":
            for operand in operands:
                check_operand_type(name, operand.known_type, ("S", "B"), tokens)
            return _Test(lambda item: values.begins_with(of(item), second(item)), name)
        return _Test(lambda item: values.contains(of(item), second(item)), name)

    def _type_name(self, operand: _Operand) -> str:
        """Return the type that attribute_type asks for, which the request must say."""
        kind = operand.known_type or f"{{{','.join(_TYPES)}}}"
        check_operand_type("attribute_type", kind, ("S",), self._tokens)
        name = str(operand.given.value) if operand.given is not None else ""
        if name not in _TYPES:
            raise self._tokens.invalid(
                f"Invalid attribute type name found; type: {name}, valid types: {{{','.join(_TYPES)}}}"
            )
        return name

    def _check_distinct(self, name: str, operands: list[_Operand]) -> None:
        path = operands[0].path
        if path is not None and any(operand.path == path for operand in operands[1:]):
            raise self._tokens.invalid(
                "The first operand must be distinct from the remaining operands for this operator or function; "
                f"operator: {name}, first operand: {path}"
            )

    def _count_operator(self) -> None:
        self._operators += 1
        if self._operators > MAXIMUM_OPERATORS:
            raise self._tokens.invalid(
                f"The expression contains too many operators; operator count: {self._operators}"
            )

    def _misused(self, function: str) -> Exception:
        return self._tokens.invalid(
            f"The function is not allowed to be used this way in an expression; function: {function}"
        )
