"""Time, as an argument."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the data plane gets the time from and waits."""

    def monotonic(self) -> float:
        """Seconds, for measuring and waiting."""
        ...

    def time(self) -> float:
        """Epoch seconds, for what is written down."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def time(self) -> float:
        """Epoch seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def backoff(attempts: int, first_seconds: float, maximum_seconds: float) -> float:
    """Return how long to wait after the `attempts`-th failure in a row: doubling, up to a maximum."""
    return min(first_seconds * 2.0 ** min(attempts - 1, 20), maximum_seconds)
