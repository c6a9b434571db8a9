"""The buffers of one stage: one for each active partition."""

import threading
from collections.abc import Container, Hashable, Sequence
from typing import Generic, Protocol, TypeVar

from emulator.firehose.buffer import Buffer
from emulator.firehose.clock import Clock
from emulator.firehose.configuration import BufferingHints


class Buffered(Protocol):
    """What a stage buffers: records, or output made of them."""

    @property
    def data(self) -> bytes: ...

    @property
    def approximate_arrival_timestamp(self) -> int: ...


Key = TypeVar("Key", bound=Hashable)
BufferedItem = TypeVar("BufferedItem", bound=Buffered)


class PartitionBuffers(Generic[Key, BufferedItem]):
    """Keeps one buffer for each key, from the first item buffered for it until the last one is forgotten.

    A stage whose records are not partitioned has one key. What is held is counted as it comes and goes, so
    that asking costs the same with 500 partitions as with one. Any thread may add; one at a time may take.

    https://docs.aws.amazon.com/firehose/latest/dev/buffering.html
    """

    def __init__(self, hints: BufferingHints, clock: Clock) -> None:
        self._hints = hints
        self._clock = clock
        self._lock = threading.Lock()
        self._buffers: dict[Key, Buffer[BufferedItem]] = {}
        self._received_bytes: dict[Key, int] = {}
        self._count = 0
        self._size_bytes = 0

    def __len__(self) -> int:
        return self._count

    @property
    def size_bytes(self) -> int:
        """Sum of the sizes of everything buffered."""
        return self._size_bytes

    @property
    def active_count(self) -> int:
        """How many partitions hold something."""
        return len(self._buffers)

    @property
    def oldest_arrival(self) -> int | None:
        """When the oldest item at the head of a buffer arrived, in epoch milliseconds; None if all are empty."""
        with self._lock:
            first = [buffer.first() for buffer in self._buffers.values()]
        return min((item.approximate_arrival_timestamp for item in first if item is not None), default=None)

    def active(self, key: Key) -> bool:
        """Tell whether something is buffered for a partition."""
        return key in self._buffers

    def configure(self, hints: BufferingHints) -> None:
        """Take new buffering hints for every partition."""
        with self._lock:
            self._hints = hints
            for buffer in self._buffers.values():
                buffer.hints = hints

    def add(self, key: Key, items: Sequence[BufferedItem]) -> bool:
        """Buffer items for one partition and tell whether there is something new to wait for."""
        if not items:
            return False
        now = self._clock.monotonic()
        with self._lock:
            was_empty = not self._buffers
            buffer = self._buffers.get(key)
            if buffer is None:
                buffer = self._buffers[key] = Buffer(self._hints)
            before = buffer.size_bytes
            for item in items:
                buffer.add(item, len(item.data), now)
            added_bytes = buffer.size_bytes - before
            self._received_bytes[key] = self._received_bytes.get(key, 0) + added_bytes
            self._size_bytes += added_bytes
            self._count += len(items)
            return was_empty or buffer.due(now)

    def due(self, *, draining: bool = False) -> list[Key]:
        """Return the partitions whose hints are met; when draining, all in which something waits."""
        now = self._clock.monotonic()
        due: list[Key] = []
        with self._lock:
            for key, buffer in self._buffers.items():
                due_at = buffer.due_at()
                if due_at is not None and (draining or due_at <= now):
                    due.append(key)
        return due

    def due_at(self, ignoring: Container[Key] = ()) -> float | None:
        """Return when the hints of the first partition are met if nothing more arrives."""
        with self._lock:
            times = [buffer.due_at() for key, buffer in self._buffers.items() if key not in ignoring]
        return min((time for time in times if time is not None), default=None)

    def largest_first(self) -> list[Key]:
        """Return the active partitions, the one that holds most first."""
        with self._lock:
            return sorted(self._buffers, key=lambda key: self._buffers[key].size_bytes, reverse=True)

    def take(self, key: Key) -> list[BufferedItem]:
        """Return the oldest items of a partition, up to its size hint, without removing them."""
        with self._lock:
            buffer = self._buffers.get(key)
            return [] if buffer is None else buffer.take()

    def set_aside(self, key: Key, count: int) -> None:
        """Keep the oldest items that wait, but let the hints concern those behind them only."""
        with self._lock:
            buffer = self._buffers.get(key)
            if buffer is not None:
                buffer.set_aside(count)

    def forget(self, key: Key, count: int) -> None:
        """Remove the oldest items of a partition, once they are safe elsewhere; the last one ends it."""
        with self._lock:
            buffer = self._buffers.get(key)
            if buffer is None:
                # Deleting the delivery stream has emptied the buffers meanwhile.
                return
            before = (len(buffer), buffer.size_bytes)
            buffer.forget(min(count, len(buffer)))
            self._count -= before[0] - len(buffer)
            self._size_bytes -= before[1] - buffer.size_bytes
            if not buffer:
                del self._buffers[key]

    def received_bytes(self) -> list[int]:
        """Return how much each partition received since this was last asked."""
        with self._lock:
            received, self._received_bytes = self._received_bytes, {}
        return list(received.values())

    def clear(self) -> None:
        """Forget everything, as deleting the delivery stream does."""
        with self._lock:
            self._buffers.clear()
            self._count = self._size_bytes = 0
