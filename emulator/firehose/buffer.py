"""The buffer that stands before the processor and again before the destination."""

from collections import deque
from typing import Generic, TypeVar

from emulator.firehose.configuration import BufferingHints

Item = TypeVar("Item")


class Buffer(Generic[Item]):
    """Collects items until their size or the age of the first of them meets the buffering hints.

    Has no thread and no clock: `now` is monotonic seconds, given by the caller. Items stay until they are
    forgotten, so a delivery that fails loses nothing: take, deliver, then forget. Items that were set aside
    stay too, but no longer count for the hints, so that the next ones can be taken meanwhile. The interval
    begins with the first item that waits. Not safe for threads; the caller locks.

    https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html
    """

    def __init__(self, hints: BufferingHints) -> None:
        self.hints = hints
        # Plain tuples of item, size and time: one is made for every record.
        self._waiting: deque[tuple[Item, int, float]] = deque()
        self._aside: deque[tuple[Item, int, float]] = deque()
        self._waiting_bytes = 0
        self._aside_bytes = 0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._aside)

    @property
    def size_bytes(self) -> int:
        """Sum of the sizes of everything buffered."""
        return self._waiting_bytes + self._aside_bytes

    def first(self) -> Item | None:
        """Return the oldest item, or None while the buffer is empty."""
        items = self._aside or self._waiting
        return items[0][0] if items else None

    def add(self, item: Item, size_bytes: int, now: float) -> None:
        """Buffer one more item behind the others."""
        self._waiting.append((item, size_bytes, now))
        self._waiting_bytes += size_bytes

    def due(self, now: float) -> bool:
        """Tell whether the first of the two hints is met."""
        due_at = self.due_at()
        return due_at is not None and due_at <= now

    def due_at(self) -> float | None:
        """Return when the hints are met if nothing more arrives; None while nothing waits."""
        if not self._waiting:
            return None
        first_added_at = self._waiting[0][2]
        if self._waiting_bytes >= self.hints.size_in_bytes:
            return first_added_at
        return first_added_at + self.hints.interval_in_seconds

    def take(self) -> list[Item]:
        """Return the oldest items that wait, up to the one that meets the size hint, without removing them."""
        taken: list[Item] = []
        wanted_bytes = self.hints.size_in_bytes
        size_bytes = 0
        for item, item_bytes, _ in self._waiting:
            if size_bytes >= wanted_bytes:
                break
            taken.append(item)
            size_bytes += item_bytes
        return taken

    def set_aside(self, count: int) -> None:
        """Keep the `count` oldest items that wait, but let the hints concern those behind them only."""
        for _ in range(min(count, len(self._waiting))):
            buffered = self._waiting.popleft()
            self._aside.append(buffered)
            self._waiting_bytes -= buffered[1]
            self._aside_bytes += buffered[1]

    def forget(self, count: int) -> None:
        """Remove the `count` oldest items, once they are safe elsewhere."""
        for _ in range(count):
            if self._aside:
                self._aside_bytes -= self._aside.popleft()[1]
            else:
                self._waiting_bytes -= self._waiting.popleft()[1]
