"""The words and signs of an expression."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from emulator.dynamodb import attribute_value
from emulator.dynamodb.refusal import validation_error
from emulator.errors import ServiceError

MAXIMUM_BYTES = 4096
# DynamoDB has no such limit; functions are read by recursion here.
_MAXIMUM_DEPTH = 100

_TOKEN = re.compile(
    r"\s*(?:(?P<WORD>[A-Za-z][A-Za-z0-9_]*)|(?P<NAME>#[A-Za-z0-9_]+)|(?P<VALUE>:[A-Za-z0-9_]+)|(?P<NUMBER>[0-9]+)"
    r"|(?P<SIGN><=|>=|<>|[=<>()\[\].,+-])|(?P<OTHER>\S))",
    re.ASCII,
)


class Kind(Enum):
    """What a token is; OTHER is what no expression has."""

    WORD = auto()
    NAME = auto()
    VALUE = auto()
    NUMBER = auto()
    SIGN = auto()
    OTHER = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where in the text it is."""

    kind: Kind
    text: str
    start: int
    end: int


class Tokens:
    """An expression from its beginning to its end, one token at a time.

    Raises:
        ServiceError: it is empty or longer than DynamoDB takes it. `usage` is the name of the request's member.
    """

    def __init__(self, text: str, usage: str) -> None:
        self._text = text
        self._usage = usage
        if not text.strip():
            raise self.invalid("The expression can not be empty;")
        size = len(attribute_value.text_bytes(text))
        if size > MAXIMUM_BYTES:
            raise self.invalid(
                f"Expression size has exceeded the maximum allowed size; expression size: {size}"
            )
        self._tokens = [
            Token(Kind[match.lastgroup or ""], match[match.lastgroup or ""], match.start(), match.end())
            for match in _TOKEN.finditer(text)
        ]
        self._tokens.append(Token(Kind.END, "<EOF>", len(text), len(text)))
        self._position = 0
        self._depth = 0

    def __iter__(self) -> Iterator[Token]:
        """Return all tokens, those behind and ahead; the last is the end."""
        return iter(self._tokens)

    @property
    def current(self) -> Token:
        """The next token, which stays the next."""
        return self._tokens[self._position]

    def take(self) -> Token:
        """Return the next token and go on to the one after it."""
        token = self.current
        if token.kind is not Kind.END:
            self._position += 1
        return token

    def take_sign(self, sign: str) -> bool:
        """Go past a sign if it is next, and tell whether it was."""
        if self.current.kind is Kind.SIGN and self.current.text == sign:
            self.take()
            return True
        return False

    def take_word(self, word: str) -> bool:
        """Go past a key word, in any case, if it is next, and tell whether it was."""
        if self.current.kind is Kind.WORD and self.current.text.upper() == word:
            self.take()
            return True
        return False

    def is_call(self) -> bool:
        """Tell whether a parenthesis follows the next token."""
        return self._tokens[min(self._position + 1, len(self._tokens) - 1)].text == "("

    def enter(self) -> None:
        """Go past the name of a function and its parenthesis.

        Raises:
            ServiceError: functions are in functions deeper than any expression needs.
        """
        self.take()
        self.take()
        self._depth += 1
        if self._depth > _MAXIMUM_DEPTH:
            raise self.invalid("The expression has too many functions in functions;")

    def leave(self) -> None:
        """Go past the parenthesis at the end of a function's operands."""
        self.expect(")")
        self._depth -= 1

    def expect(self, sign: str) -> None:
        """Go past a sign.

        Raises:
            ServiceError: something else is next.
        """
        if not self.take_sign(sign):
            raise self.syntax_error()

    def syntax_error(self) -> ServiceError:
        """Return the error that the next token has no place where it is."""
        before = self._tokens[max(self._position - 1, 0)]
        after = self._tokens[min(self._position + 1, len(self._tokens) - 1)]
        near = self._text[before.start : after.end].strip()
        return self.invalid(f'Syntax error; token: "{self.current.text}", near: "{near}"')

    def invalid(self, fault: str) -> ServiceError:
        """Return the error of this expression."""
        return validation_error(f"Invalid {self._usage}: {fault}")
