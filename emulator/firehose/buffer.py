"""The buffer that stands before the processor and again before the destination."""

from collections import deque
from typing import Generic, NamedTuple, TypeVar

from emulator.firehose.configuration import BufferingHints

Item = TypeVar("Item")


class _Buffered(NamedTuple):
    item: object
    size_bytes: int
    added_at: float


class Buffer(Generic[Item]):
    """Collects items until their size or the age of the first of them meets the buffering hints.

    Has no thread and no clock: `now` is monotonic seconds, given by the caller. Items stay until they are
    forgotten, so a delivery that fails loses nothing: take, deliver, then forget. The interval begins with
    the first buffered item. Not safe for threads; the caller locks.

    https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html
    """

    def __init__(self, hints: BufferingHints) -> None:
        self.hints = hints
        self._buffered: deque[_Buffered] = deque()
        self._size_bytes = 0

    def __len__(self) -> int:
        return len(self._buffered)

    @property
    def size_bytes(self) -> int:
        """Sum of the sizes of everything buffered."""
        return self._size_bytes

    def first(self) -> Item | None:
        """Return the oldest item, or None while the buffer is empty."""
        return self._buffered[0].item if self._buffered else None  # type: ignore[return-value]

    def add(self, item: Item, size_bytes: int, now: float) -> None:
        """Buffer one more item behind the others."""
        self._buffered.append(_Buffered(item, size_bytes, now))
        self._size_bytes += size_bytes

    def due(self, now: float) -> bool:
        """Tell whether the first of the two hints is met."""
        due_at = self.due_at()
        return due_at is not None and due_at <= now

    def due_at(self) -> float | None:
        """Return when the hints are met if nothing more arrives; None while the buffer is empty."""
        if not self._buffered:
            return None
        first_added_at = self._buffered[0].added_at
        if self._size_bytes >= self.hints.size_in_bytes:
            return first_added_at
        return first_added_at + self.hints.interval_in_seconds

    def take(self) -> list[Item]:
        """Return the oldest items, up to and including the one that meets the size hint, without removing them."""
        taken: list[Item] = []
        size_bytes = 0
        for buffered in self._buffered:
            if size_bytes >= self.hints.size_in_bytes:
                break
            taken.append(buffered.item)  # type: ignore[arg-type]  # what add() put there
            size_bytes += buffered.size_bytes
        return taken

    def forget(self, count: int) -> None:
        """Remove the `count` oldest items, once they are safe elsewhere."""
        for _ in range(count):
            self._size_bytes -= self._buffered.popleft().size_bytes

    def clear(self) -> None:
        """Remove everything, as deleting a delivery stream does."""
        self._buffered.clear()
        self._size_bytes = 0
