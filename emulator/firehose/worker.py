"""Threads that run the stages of a delivery stream."""

import logging
import threading
from collections.abc import Callable

from emulator.firehose.clock import Clock

LOG = logging.getLogger(__name__)

_PAUSE_AFTER_ERROR_SECONDS = 1.0


class Worker:
    """A thread that calls `run` whenever it is due or woken; `run` returns when it is due again, or None."""

    def __init__(self, name: str, run: Callable[[], float | None], clock: Clock) -> None:
        self._run = run
        self._clock = clock
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Have `run` called soon."""
        self._woken.set()

    def stop(self) -> None:
        """Ask the thread to end after what it is doing."""
        self._stopping.set()
        self._woken.set()

    def join(self, timeout_seconds: float) -> bool:
        """Wait for the thread to end and tell whether it did."""
        if self._thread.ident is not None:
            self._thread.join(max(timeout_seconds, 0.0))
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            # Cleared before the work: what arrives meanwhile wakes the next turn.
            self._woken.clear()
            try:
                due_at = self._run()
            except Exception:
                # What was being done is still in its buffer and is done again.
                LOG.exception("%s: failed and goes on", self._thread.name)
                due_at = self._clock.monotonic() + _PAUSE_AFTER_ERROR_SECONDS
            if not self._stopping.is_set():
                self._woken.wait(None if due_at is None else max(due_at - self._clock.monotonic(), 0.0))
