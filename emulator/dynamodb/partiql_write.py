"""Reads PartiQL's INSERT and DELETE statements, with literals and parameters of every type.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.dynamodb.refusal import validation_error
from emulator.dynamodbstreams.number import canonical

Value = Mapping[str, Any]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")*")
      | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[A-Za-z_][\w.-]*)
      | (?P<sign><<|>>|[{}\[\],:?=])
    )""",
    re.VERBOSE,
)
_END = ("end", "")
_WORDS: Mapping[str, Value] = {
    "TRUE": {"BOOL": True},
    "FALSE": {"BOOL": False},
    "NULL": {"NULL": True},
}
_SETS = {"S": "SS", "N": "NS", "B": "BS"}
_RETURNING = "RETURNING ALL OLD *"


def table_name(statement: str) -> str:
    """Return the table that an INSERT or a DELETE writes to.

    Raises:
        ServiceError: the statement is not well formed.
    """
    return _Reader(statement, ()).begin()


def read_insert(statement: str, parameters: Sequence[Value]) -> tuple[str, dict[str, Value]]:
    """Return the table of an INSERT and its item.

    Raises:
        ServiceError: the statement is not well formed, or has another number of parameters.
    """
    reader = _Reader(statement, parameters)
    name = reader.begin()
    reader.expect("VALUE")
    item = reader.value()
    if "M" not in item:
        raise _malformed("a tuple is expected after VALUE")
    reader.end()
    return name, item["M"]


def read_delete(statement: str, parameters: Sequence[Value]) -> tuple[str, list[tuple[str, Value]]]:
    """Return the table of a DELETE and what the item's attributes equal.

    Raises:
        ServiceError: the statement is not well formed, has another number of parameters, or asks for more than that
            attributes equal something.
    """
    reader = _Reader(statement.strip().removesuffix(_RETURNING), parameters)
    name = reader.begin()
    reader.expect("WHERE")
    equal = [reader.equality()]
    while reader.accept("AND"):
        equal.append(reader.equality())
    reader.end()
    return name, equal


class _Reader:
    """Reads a statement from the left to the right."""

    def __init__(self, statement: str, parameters: Sequence[Value]) -> None:
        self._tokens = list(_tokens(statement))
        self._position = 0
        self._parameters = list(parameters)

    def begin(self) -> str:
        """Read the first two words and the table's name, and return the name."""
        if self.accept("INSERT"):
            self.expect("INTO")
        else:
            self.expect("DELETE")
            self.expect("FROM")
        return self._name("a table")

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self._kind() != "end":
            raise _malformed(f"unexpected {self._text()}")
        if self._parameters:
            raise _parameters_do_not_match()

    def accept(self, word: str) -> bool:
        """Read a word or sign if it is the next."""
        if self._kind() not in ("word", "sign") or self._text().upper() != word:
            return False
        self._position += 1
        return True

    def expect(self, word: str) -> None:
        """Read a word or sign that has to be the next."""
        if not self.accept(word):
            raise _malformed(f"{word} is expected instead of {self._text() or 'the end'}")

    def equality(self) -> tuple[str, Value]:
        """Read an attribute's name, the sign and a value."""
        name = self._name("an attribute")
        self.expect("=")
        return name, self.value()

    def value(self) -> Value:
        """Read a literal, a parameter, or what is made of them."""
        if self.accept("?"):
            if not self._parameters:
                raise _parameters_do_not_match()
            return self._parameters.pop(0)
        if self.accept("{"):
            return {"M": dict(self._members("}", self._member))}
        if self.accept("["):
            return {"L": list(self._members("]", self.value))}
        if self.accept("<<"):
            return _set_of(list(self._members(">>", self.value)))
        kind, text = self._next()
        match kind:
            case "text":
                return {"S": _unquoted(text)}
            case "number":
                return {"N": canonical(text)}
            case "word" if text.upper() in _WORDS:
                return _WORDS[text.upper()]
        raise _malformed(f"a value is expected instead of {text or 'the end'}")

    def _members(self, closing: str, read: Any) -> Iterator[Any]:
        if self.accept(closing):
            return
        yield read()
        while self.accept(","):
            yield read()
        self.expect(closing)

    def _member(self) -> tuple[str, Value]:
        kind, text = self._next()
        if kind not in ("text", "name"):
            raise _malformed(f"a quoted name is expected instead of {text or 'the end'}")
        self.expect(":")
        return _unquoted(text), self.value()

    def _name(self, what: str) -> str:
        kind, text = self._next()
        if kind not in ("word", "name"):
            raise _malformed(f"the name of {what} is expected instead of {text or 'the end'}")
        return _unquoted(text) if kind == "name" else text

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._position]
        self._position += token is not _END
        return token

    def _kind(self) -> str:
        return self._tokens[self._position][0]

    def _text(self) -> str:
        return self._tokens[self._position][1]


def _tokens(statement: str) -> Iterator[tuple[str, str]]:
    statement = statement.rstrip()
    position = 0
    while position < len(statement):
        match = _TOKEN.match(statement, position)
        if match is None:
            raise _malformed(f"unexpected {statement[position:].strip()[:1]}")
        kind = match.lastgroup or ""
        yield kind, match[kind]
        position = match.end()
    yield _END


def _set_of(members: list[Value]) -> Value:
    kinds = {kind for member in members for kind in member}
    if len(kinds) != 1 or not kinds <= set(_SETS):
        raise _malformed("the members of a set are texts, numbers or binary values, of one type")
    (kind,) = kinds
    return {_SETS[kind]: [member[kind] for member in members]}


def _unquoted(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote)


def _malformed(fault: str) -> Exception:
    return validation_error(f"Statement wasn't well formed, can't be processed: {fault}")


def _parameters_do_not_match() -> Exception:
    return validation_error("Number of parameters in request and statement don't match.")
