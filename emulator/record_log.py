"""An append-only log with positions, retention and a byte cap: what a shard keeps its records in."""

import logging
import threading
from typing import Generic, NamedTuple, TypeVar

LOG = logging.getLogger(__name__)

# While the byte cap bites, one line in this time says how many records it cost.
TRIM_REPORT_INTERVAL_SECONDS = 60.0
_MEBIBYTE = 1024 * 1024

Record = TypeVar("Record")


class _Entry(NamedTuple):
    record: object
    size_bytes: int
    appended_at: float


_DROPPED = _Entry(None, 0, 0.0)


class RecordLog(Generic[Record]):
    """Keeps records in the order they were appended; position 1 is the first one ever appended.

    Times are epoch seconds given by the caller. Records older than the retention are trimmed, and so are the
    oldest ones above `maximum_bytes`, which `trimmed_by_size` counts and the emulator's log tells: under `name`, with
    what the limit is a limit of and what there is to do. A position is never given twice.
    """

    def __init__(
        self,
        retention_seconds: float,
        maximum_bytes: int,
        name: str = "a shard",
        limited: str = "a shard",
        remedy: str = "whoever had not read them has lost them: read faster or write less",
    ) -> None:
        self.name = name
        self.retention_seconds = retention_seconds
        self.maximum_bytes = maximum_bytes
        self.trimmed_by_size = 0
        # A list and the index of its first live entry: reading anywhere costs what is read, and the dead
        # prefix is cut off once it is the larger part.
        self._entries: list[_Entry] = []
        self._start = 0
        self._limited = limited
        self._remedy = remedy
        self._size_bytes = 0
        self._last_position = 0
        self._reported = 0
        self._reported_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def last_position(self) -> int:
        """Position of the newest record ever appended; 0 before the first."""
        return self._last_position

    @property
    def first_position(self) -> int:
        """Position of the oldest record kept; `last_position + 1` when none is."""
        with self._lock:
            return self._first_position()

    @property
    def size_bytes(self) -> int:
        """Sum of the sizes of the records kept."""
        return self._size_bytes

    def append(self, record: Record, size_bytes: int, now: float) -> int:
        """Add a record and return its position."""
        with self._lock:
            self._entries.append(_Entry(record, size_bytes, now))
            self._size_bytes += size_bytes
            self._last_position += 1
            self._trim(now)
            return self._last_position

    def read(self, after: int, limit: int, maximum_bytes: int) -> tuple[list[Record], int]:
        """Return records that follow position `after`, and the position to go on from.

        At least one record is returned when there is one, even if it alone exceeds `maximum_bytes`.
        """
        with self._lock:
            first = self._first_position()
            index = self._start + max(after + 1 - first, 0)
            records: list[Record] = []
            total_bytes = 0
            for entry in self._entries[index : index + limit]:
                total_bytes += entry.size_bytes
                if records and total_bytes > maximum_bytes:
                    break
                records.append(entry.record)  # type: ignore[arg-type]  # what append() put there
            return records, max(after, first - 1) + len(records)

    def last_position_before(self, moment: float) -> int:
        """Position of the newest record appended before `moment`: reading on from it starts at `moment`."""
        with self._lock:
            position = self._last_position
            for entry in reversed(self._entries[self._start :]):
                if entry.appended_at < moment:
                    break
                position -= 1
            return position

    def appended_at(self, position: int) -> float | None:
        """Time at which the record at `position` was appended, or None when it is not kept."""
        with self._lock:
            offset = position - self._first_position()
            live = len(self._entries) - self._start
            return self._entries[self._start + offset].appended_at if 0 <= offset < live else None

    def trim(self, now: float) -> None:
        """Forget what has outlived the retention."""
        with self._lock:
            self._trim(now)

    def shrink(self, maximum_bytes: int, now: float, keep: int = 1) -> None:
        """Trim the oldest records until the others take at most this much; the newest `keep` stay."""
        with self._lock:
            self._trim(now, maximum_bytes, keep)

    def forget(self, position: int) -> None:
        """Let go of everything up to a position: nobody reads it any more."""
        with self._lock:
            while self._start < len(self._entries) and self._first_position() <= position:
                self._drop_first()
            self._cut_off()

    def _first_position(self) -> int:
        return self._last_position - (len(self._entries) - self._start) + 1

    def _drop_first(self) -> None:
        self._size_bytes -= self._entries[self._start].size_bytes
        # The place stays until the dead prefix is cut off; what was in it need not.
        self._entries[self._start] = _DROPPED
        self._start += 1

    def _trim(self, now: float, maximum_bytes: int | None = None, keep: int = 1) -> None:
        limit = self.maximum_bytes if maximum_bytes is None else maximum_bytes
        horizon = now - self.retention_seconds
        entries = self._entries
        while self._start < len(entries) and entries[self._start].appended_at < horizon:
            self._drop_first()
        while self._size_bytes > limit and self._start < len(entries) - keep:
            self._drop_first()
            self.trimmed_by_size += 1
        if self.trimmed_by_size > self._reported and now >= self._reported_at + TRIM_REPORT_INTERVAL_SECONDS:
            self._report(now)
        self._cut_off()

    def _cut_off(self) -> None:
        if self._start > 1024 and self._start > len(self._entries) // 2:
            del self._entries[: self._start]
            self._start = 0

    def _report(self, now: float) -> None:
        LOG.warning(
            "%s: the emulator keeps at most %s of %s; %d records left before their retention ended, %d in all; %s",
            self.name,
            _size(self.maximum_bytes),
            self._limited,
            self.trimmed_by_size - self._reported,
            self.trimmed_by_size,
            self._remedy,
        )
        self._reported, self._reported_at = self.trimmed_by_size, now


def _size(count: int) -> str:
    whole, rest = divmod(count, _MEBIBYTE)
    return f"{count} bytes" if rest or not whole else f"{whole} MiB"
