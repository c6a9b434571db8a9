"""Reads something again and again in a thread of its own, with a bounded share of the time."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")

logger = logging.getLogger(__name__)

# A reading that takes long is repeated less often.
HIGHEST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value]):
    """The value that was read last, and why the latest attempt failed, if it did."""

    value: Value | None = None
    failure: str | None = None


class Refresher(Generic[Value]):
    """Calls `read` every so many seconds; `changed` is set after each call."""

    def __init__(
        self,
        name: str,
        read: Callable[[], Value],
        every_seconds: float,
        changed: threading.Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._every_seconds = every_seconds
        self._changed = changed
        self._clock = clock
        self._stopped = threading.Event()
        self.reading: Reading[Value] = Reading()
        # A daemon: nobody who pressed Ctrl-C waits for long for a call that hangs.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self, first: Value | None = None) -> None:
        """Begin; with a first value, after the interval."""
        self.reading = Reading(first)
        self._thread.start()

    def stop(self) -> None:
        """Begin no further reading."""
        self._stopped.set()

    def has_ended(self, within_seconds: float) -> bool:
        """Wait for the reading that is under way after `stop`; tell whether it came to its end in time."""
        self._thread.join(within_seconds)
        return not self._thread.is_alive()

    def refresh(self) -> float:
        """Read once; return for how many seconds to wait."""
        began = self._clock()
        try:
            self.reading = Reading(self._read())
        except Exception as error:
            # The view goes on with what it has and says so.
            self.reading = Reading(self.reading.value, one_line(error))
            logger.debug("a refresh failed", exc_info=True)
        self._changed.set()
        return max(self._every_seconds, (self._clock() - began) * (1 / HIGHEST_SHARE - 1))

    def _run(self) -> None:
        pause = self._every_seconds if self.reading.value is not None else 0.0
        while not self._stopped.wait(pause):
            pause = self.refresh()


def one_line(error: Exception) -> str:
    """Return an error's message without line breaks; its class where it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__
