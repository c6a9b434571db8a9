"""Invocations that are under way at once: one for each lane of each shard."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from emulator.pipes.batch import BatchBuffer
from emulator.pipes.checkpoint import CheckpointTracker
from emulator.pipes.clock import Clock
from emulator.pipes.delivery import Delivery
from emulator.pipes.lane import Lane


@dataclass(slots=True)
class Attempt:
    """One attempt to deliver a batch; `error` is a failure of the emulator, not of the function."""

    done: bool = False
    error: Exception | None = None


# Begins an attempt and returns, maybe before it is done.
Begin = Callable[[Callable[[], object]], Attempt]


class Invocations:
    """Runs each attempt in a thread of its own; `wake` is called when one is done."""

    def __init__(self, name: str, wake: Callable[[], None]) -> None:
        self._name = name
        self._wake = wake
        self._running = 0
        self._ended = threading.Condition()

    def begin(self, deliver: Callable[[], object]) -> Attempt:
        """Begin an attempt."""
        attempt = Attempt()
        with self._ended:
            self._running += 1
        threading.Thread(target=self._run, args=(deliver, attempt), name=self._name, daemon=True).start()
        return attempt

    def wait(self) -> None:
        """Wait for the attempts that are under way."""
        with self._ended:
            self._ended.wait_for(lambda: not self._running)

    def _run(self, deliver: Callable[[], object], attempt: Attempt) -> None:
        try:
            deliver()
        except Exception as error:  # noqa: BLE001 - the lane raises it again where it is logged
            attempt.error = error
        attempt.done = True
        with self._ended:
            self._running -= 1
            self._ended.notify_all()
        self._wake()


class InvokingLane(Lane):
    """A lane whose batch is delivered while other lanes and shards go on."""

    def __init__(
        self, buffer: BatchBuffer, delivery: Delivery, capacity: int, clock: Clock, begin: Begin
    ) -> None:
        super().__init__(buffer, delivery, capacity, clock)
        self._begin = begin
        self._attempt: Attempt | None = None

    @property
    def is_invoking(self) -> bool:
        """Whether an attempt is under way."""
        return self._attempt is not None and not self._attempt.done

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits and nothing is in flight."""
        return self._attempt is None and super().is_empty

    def due_at(self) -> float | None:
        """Return when there is something to do; None when nothing waits, or only for the function."""
        if self._attempt is not None:
            return self._clock.monotonic() if self._attempt.done else None
        return super().due_at()

    def deliver_batch(self, *, drain: bool) -> bool:
        """Begin to deliver a batch if one is due and none is in flight; False, as there is no more to do for now."""
        if self._attempt is not None:
            if not self._attempt.done:
                return False
            error, self._attempt = self._attempt.error, None
            if error is not None:
                raise error
        if (invoke := self._next_invocation(drain=drain)) is not None:
            self._attempt = self._begin(invoke)
        return False

    def _next_invocation(self, *, drain: bool) -> Callable[[], object] | None:
        """Return what is to be done while other lanes go on; None when nothing is due."""
        return self._delivery.attempt if self.takes_batch(drain=drain) else None


class SharedTracker(CheckpointTracker):
    """A tracker that is told by several threads what is done."""

    def __init__(self, advance: Callable[[str], None]) -> None:
        super().__init__(advance)
        self._lock = threading.RLock()

    def read(self, sequence_number: str, lane: int | None) -> None:
        """Note the next event of the shard."""
        with self._lock:
            super().read(sequence_number, lane)

    def done_through(self, lane: int, sequence_number: str) -> None:
        """Note that a lane has nothing pending up to a sequence number."""
        with self._lock:
            super().done_through(lane, sequence_number)

    def settle(self) -> None:
        """Move the checkpoint over everything that is done."""
        with self._lock:
            super().settle()
