"""Has the function log what it is given and what it answers, for a while."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from .clients import Clients
from .function import code, handler, set_code, set_handler, with_files
from .orders import ID_PREFIX

MODULE = "inside_observer"
HANDLER = f"{MODULE}.lambda_handler"
# Goes along in the zip file, should the notebook end before it could put it back.
ORIGINAL_NAME = f"{MODULE}_original.zip"
CONFIGURATION_NAME = f"{MODULE}.json"


@contextmanager
def observed_function(clients: Clients) -> Iterator[None]:
    """Wrap the function's code in one that logs the records of our own orders; the code is put back at the end.

    The event is the one that the delivery stream sends, and the answer the function's own.
    """
    true_handler, original = handler(clients), code(clients)
    try:
        # The old handler goes on working while the code changes under it, and the other way round at the end.
        set_code(clients, wrapped(original, true_handler))
        set_handler(clients, HANDLER)
        yield
    finally:
        set_handler(clients, true_handler)
        set_code(clients, original)


def wrapped(original: bytes, true_handler: str) -> bytes:
    """Return the function's zip file with the observer in it."""
    observer = files(__package__ or "inside").joinpath("observer.py").read_bytes()
    told = {"handler": true_handler, "order_id_prefix": ID_PREFIX}
    return with_files(
        original,
        {
            f"{MODULE}.py": observer,
            CONFIGURATION_NAME: json.dumps(told).encode(),
            ORIGINAL_NAME: original,
        },
    )
