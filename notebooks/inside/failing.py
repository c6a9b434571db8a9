"""Breaks the function for a while, as a bad deployment does."""

from collections.abc import Iterator
from contextlib import contextmanager

from .clients import Clients
from .function import handler, set_handler

# The name says what the true handler is, should the notebook end before it could put it back.
MISSING = "_that_is_missing"


@contextmanager
def broken_function(clients: Clients) -> Iterator[str]:
    """Have the function call a handler that does not exist; the true one is put back at the end."""
    true_handler = handler(clients)
    try:
        set_handler(clients, true_handler + MISSING)
        yield true_handler + MISSING
    finally:
        set_handler(clients, true_handler)
