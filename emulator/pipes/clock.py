"""The two times a pipe needs, as an argument so that tests can pass their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`monotonic` for waiting; `now`, in epoch seconds, for the age of records."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
