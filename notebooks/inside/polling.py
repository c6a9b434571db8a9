"""Waiting on a condition."""

import time
from collections.abc import Callable
from typing import TypeVar

from .errors import InsideError

# Kinesis takes five reads per second of a shard.
INTERVAL_SECONDS = 0.2
Found = TypeVar("Found")


def wait_until(
    description: str,
    look: Callable[[], Found | None],
    timeout_seconds: float,
    meanwhile: Callable[[], object] = lambda: None,
    interval_seconds: float = INTERVAL_SECONDS,
) -> Found:
    """Return the first truthy answer of `look`; `meanwhile` is called before each look.

    Raises:
        InsideError: none came in time.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        meanwhile()
        found = look()
        if found:
            return found
        if time.monotonic() >= deadline:
            raise InsideError(
                f"waited {timeout_seconds:.0f} s for {description}: see `make status` and `make logs`"
            )
        time.sleep(interval_seconds)
