"""What the rule of a function is: a template of DuckDB's SQL per number of arguments, or Python."""

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from .errors import UntranslatableError

# Stands where OVER (...) and FILTER (...) belong in the text of an aggregate that is wrapped into something else.
WINDOW_PLACE = "\x00"

_ATOMS = (
    exp.Column,
    exp.Literal,
    exp.Anonymous,
    exp.Cast,
    exp.Paren,
    exp.Null,
    exp.Array,
    exp.Bracket,
    exp.Boolean,
    exp.Dot,
    exp.CurrentTimestamp,
    exp.CurrentDate,
)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as it was written and as DuckDB's SQL.

    In a template `{0:p}` is an argument to put beside an operator, `{0:none}` one to leave out.
    """

    node: exp.Expr
    sql: str

    def __format__(self, format_spec: str) -> str:
        if format_spec == "none":
            return ""
        return f"({self.sql})" if format_spec == "p" and not isinstance(self.node, _ATOMS) else self.sql


@dataclass(frozen=True, slots=True)
class Call:
    """A function call to translate; `sql` writes any further node as DuckDB's SQL."""

    node: exp.Anonymous
    name: str
    arguments: Sequence[Argument]
    sql: Callable[[exp.Expr], str]

    def error(self, reason: str, hint: str = "") -> UntranslatableError:
        """Return the error that says why this call cannot be translated."""
        return UntranslatableError(self.node, f"{self.name}(): {reason}", hint)

    def text(self, index: int, what: str) -> str:
        """Return an argument that has to be a text literal.

        Raises:
            UntranslatableError: it is an expression.
        """
        node = self.arguments[index].node
        if not (isinstance(node, exp.Literal) and node.is_string):
            raise self.error(f"{what} has to be a text literal")
        return str(node.this)

    def function(self, index: int, parameters: int) -> exp.Lambda:
        """Return an argument that has to be a lambda function."""
        node = self.arguments[index].node
        if not isinstance(node, exp.Lambda) or len(node.expressions) != parameters:
            raise self.error(f"argument {index + 1} has to be a lambda function of {parameters} parameter(s)")
        return node


Rule = str | tuple[str, ...] | Callable[[Call], str]


def apply(rule: Rule, call: Call) -> str:
    """Return DuckDB's SQL for a call.

    Raises:
        UntranslatableError: the rule has nothing for that many arguments, or for these.
    """
    if callable(rule):
        return rule(call)
    templates = (rule,) if isinstance(rule, str) else rule
    for template in templates:
        if arity(template) in (None, len(call.arguments)):
            joined = ", ".join(argument.sql for argument in call.arguments)
            return template.format(*call.arguments, arguments=joined, over=WINDOW_PLACE)
    raise call.error(f"{len(call.arguments)} argument(s)")


def arity(template: str) -> int | None:
    """Return how many arguments a template takes; None: any number."""
    fields = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    if "arguments" in fields:
        return None
    return 1 + max((int(field) for field in fields if field.isdecimal()), default=-1)


def same(names: str) -> dict[str, Rule]:
    """Return rules for functions that DuckDB has under the same name, with the same meaning."""
    return {name: name + "({arguments})" for name in names.split()}


def replace_parameters(function: exp.Lambda, replacements: Mapping[int, str]) -> exp.Expr:
    """Return the body of a lambda function with parameters replaced by DuckDB's SQL, by their position."""
    names = {function.expressions[index].name: sql for index, sql in replacements.items()}

    def replaced(node: exp.Expr) -> exp.Expr:
        name = node.name if isinstance(node, exp.Column | exp.Identifier) else None
        if name in names and not (isinstance(node, exp.Column) and node.table):
            return exp.Var(this=names[name])
        return node

    body: exp.Expr = function.this.copy().transform(replaced)
    return body


def quoted(text: str) -> str:
    """Return a text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"
