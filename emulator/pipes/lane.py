"""A part of a shard whose events are delivered in order, one batch after the other."""

from collections.abc import Callable

from emulator.pipes.batch import BatchBuffer
from emulator.pipes.clock import Clock
from emulator.pipes.delivery import Delivery
from emulator.pipes.event import Event


class Lane:
    """Batches and delivers; a failing batch blocks its lane and no other.

    Nothing more is read from the shard while `capacity` events wait in one lane.
    """

    def __init__(self, buffer: BatchBuffer, delivery: Delivery, capacity: int, clock: Clock) -> None:
        self._buffer = buffer
        self._delivery = delivery
        self._capacity = capacity
        self._clock = clock

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits and nothing is in flight."""
        return not self._buffer and self._delivery.is_idle

    @property
    def has_room(self) -> bool:
        """Whether more may be read."""
        return len(self._buffer) < self._capacity

    @property
    def delivered(self) -> int:
        """How many events the target has accepted."""
        return self._delivery.delivered

    def add(self, event: Event, now: float) -> None:
        """Append an event."""
        self._buffer.add(event, now)

    def due_at(self) -> float | None:
        """Return when there is something to do; None when nothing waits."""
        return self._delivery.retry_at if self._delivery.retry_at is not None else self._buffer.due_at()

    def deliver_batch(self, *, drain: bool) -> bool:
        """Deliver one batch if one is due; False when there is nothing more to do for now."""
        return self.takes_batch(drain=drain) and self._delivery.attempt()

    def takes_batch(self, *, drain: bool) -> bool:
        """Return whether there is a batch to attempt now, cutting the next one if it is due."""
        now = self._clock.monotonic()
        retry_at = self._delivery.retry_at
        if retry_at is not None and now < retry_at:
            return False
        if self._delivery.is_idle:
            batch = self._buffer.take(now, drain=drain)
            if not batch:
                return False
            self._delivery.begin(batch)
        return True


def deliver(lanes: list[Lane], stopping: Callable[[], bool], *, drain: bool) -> None:
    """Deliver what is due, a batch of each lane in turn; `stopping` is asked before each."""
    busy = lanes
    while busy and not stopping():
        busy = [lane for lane in busy if not stopping() and lane.deliver_batch(drain=drain)]
