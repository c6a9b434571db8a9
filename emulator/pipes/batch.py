"""Cutting the events of one shard into batches."""

from collections import deque

from emulator.pipes.event import Event

# A batch is dispatched before its payload exceeds this.
MAXIMUM_BATCH_BYTES = 6 * 1024 * 1024
# What is around the events of a payload takes at most this, and each event has a comma.
ENVELOPE_BYTES = len(b'{"Records":[]}')
SEPARATOR_BYTES = 1


class BatchBuffer:
    """Events that were read and not yet dispatched; `now` is monotonic seconds.

    A batch is due when it has the batch size, when its oldest event has waited for the batching window, or
    when another event would take its payload past 6 MB, of which `reserved_bytes` are for what comes beside the
    events. An event that is too large by itself is a batch of its own.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
    """

    def __init__(
        self, batch_size: int, maximum_batching_window_in_seconds: float, reserved_bytes: int = 0
    ) -> None:
        self._batch_size = batch_size
        self._maximum_bytes = MAXIMUM_BATCH_BYTES - ENVELOPE_BYTES - reserved_bytes
        self._window_seconds = maximum_batching_window_in_seconds
        self._events: deque[tuple[Event, float]] = deque()
        self._size_bytes = 0

    def __len__(self) -> int:
        return len(self._events)

    @property
    def is_full(self) -> bool:
        """Whether a batch can be cut without waiting for the window."""
        return len(self._events) >= self._batch_size or self._size_bytes > self._maximum_bytes

    def add(self, event: Event, now: float) -> None:
        """Append an event."""
        self._events.append((event, now))
        self._size_bytes += len(event.data) + SEPARATOR_BYTES

    def due_at(self) -> float | None:
        """Return when the window of the next batch ends; None when there are no events."""
        return self._events[0][1] + self._window_seconds if self._events else None

    def take(self, now: float, *, drain: bool = False) -> list[Event]:
        """Cut the next batch if it is due, or if `drain` asks for whatever is there."""
        due_at = self.due_at()
        if due_at is None or not (drain or self.is_full or now >= due_at):
            return []
        batch: list[Event] = []
        batch_bytes = 0
        while self._events and len(batch) < self._batch_size:
            size_bytes = len(self._events[0][0].data) + SEPARATOR_BYTES
            if batch and batch_bytes + size_bytes > self._maximum_bytes:
                break
            batch_bytes += size_bytes
            batch.append(self._events.popleft()[0])
        self._size_bytes -= batch_bytes
        return batch
