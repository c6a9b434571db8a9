"""jq queries, which must not hold up the emulator: jq runs to the end without letting other threads run."""

import re
from itertools import islice
from typing import Any, Protocol

import jq

from emulator.firehose.jq_process import QueryProcess

# Only these can make a query endless; without them, what it does is bounded by the record.
_ENDLESS = re.compile(r"\b(def|recurse|while|until|repeat|range|combinations)\b")
# The emulator's environment is nobody's data; this also leaves no room for modules, which are files.
_WITHOUT_ENVIRONMENT = "def env: {}; {} as $ENV | "


class Query(Protocol):
    """A query that was compiled."""

    def results(self, text: str) -> list[Any]:
        """Return the first two results for a JSON text, or fewer if it has no more.

        Raises:
            ValueError: jq cannot apply the query, or does not come to an end with it.
        """


def compile_query(query: str) -> Query:
    """Return a query that can be applied; one that might not end is given a process of its own.

    Raises:
        ValueError: it is not a jq query.

    https://jqlang.org/manual/v1.6/
    """
    # By itself first, so that the message counts lines and columns as its author does.
    jq.compile(query)
    without_environment = _WITHOUT_ENVIRONMENT + query
    program = _Program(without_environment)
    return QueryProcess(without_environment) if _ENDLESS.search(query) else program


class _Program:
    """A query that is applied in this process."""

    def __init__(self, query: str) -> None:
        self._program = jq.compile(query)

    def results(self, text: str) -> list[Any]:
        return list(islice(self._program.input_text(text), 2))
