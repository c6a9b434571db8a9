"""What is said about a query that cannot be translated."""

from sqlglot import exp


class TranslationError(ValueError):
    """A query that DuckDB cannot run as Athena would; the message says where and what, `hint` what to do instead."""

    def __init__(self, query: str, offset: int, reason: str, hint: str = "") -> None:
        before = query[:offset]
        self.line = before.count("\n") + 1
        self.column = offset - (before.rfind("\n") + 1) + 1
        self.reason = reason
        self.hint = hint
        text = f"line {self.line}, column {self.column}: {reason}"
        super().__init__(f"{text} ({hint})" if hint else text)


class UntranslatableError(Exception):
    """The reason why one node of the syntax tree has no equal in DuckDB; `offset` is its place in the query."""

    def __init__(self, node: exp.Expr | None, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.offset = offset_of(node)


def offset_of(node: exp.Expr | None) -> int:
    """Return where a node begins in the query: its own position, its first positioned descendant's, or its parent's."""
    while node is not None:
        offsets = [child.meta["start"] for child in node.walk() if "start" in child.meta]
        if offsets:
            return min(map(int, offsets))
        node = node.parent
    return 0
