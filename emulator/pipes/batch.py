"""Cutting the events of one shard into batches."""

from collections import deque

from emulator.pipes.event import Event

# A batch is dispatched before its payload exceeds this.
MAXIMUM_BATCH_BYTES = 6 * 1024 * 1024


class BatchBuffer:
    """Events that were read and not yet dispatched; `now` is monotonic seconds.

    A batch is due when it has the batch size, when its oldest event has waited for the batching window, or
    when another event would take it past 6 MB:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
    """

    def __init__(self, batch_size: int, maximum_batching_window_in_seconds: float) -> None:
        self._batch_size = batch_size
        self._window_seconds = maximum_batching_window_in_seconds
        self._events: deque[tuple[Event, float]] = deque()
        self._size_bytes = 0

    def __len__(self) -> int:
        return len(self._events)

    @property
    def is_full(self) -> bool:
        """Whether a batch can be cut without waiting for the window."""
        return len(self._events) >= self._batch_size or self._size_bytes > MAXIMUM_BATCH_BYTES

    def add(self, event: Event, now: float) -> None:
        """Append an event."""
        self._events.append((event, now))
        self._size_bytes += len(event.data)

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
            size_bytes = len(self._events[0][0].data)
            if batch and batch_bytes + size_bytes > MAXIMUM_BATCH_BYTES:
                break
            batch_bytes += size_bytes
            batch.append(self._events.popleft()[0])
        self._size_bytes -= batch_bytes
        return batch
