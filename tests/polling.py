"""Waiting on a condition."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

# Costs nothing where the condition comes true, on however slow a machine.
PATIENCE_SECONDS = 180.0
# The same for boto3's waiters.
WAITER_CONFIG = {"Delay": 1, "MaxAttempts": 180}


def poll_until(
    description: str,
    check: Callable[[], Result | None],
    timeout_seconds: float = PATIENCE_SECONDS,
    interval_seconds: float = 0.05,
) -> Result:
    """Return the first truthy result of `check`.

    Raises:
        AssertionError: nothing truthy came within the time; the message names what was waited for and the last result.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        result = check()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_seconds:g} s for {description}; last seen: {result!r}")
        time.sleep(interval_seconds)
