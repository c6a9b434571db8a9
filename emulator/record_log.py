"""An append-only log with positions, retention and a byte cap: what a shard keeps its records in."""

import logging
import marshal
import threading
from array import array
from typing import Generic, TypeVar

LOG = logging.getLogger(__name__)

# While the byte cap bites, one line in this time says how many records it cost.
TRIM_REPORT_INTERVAL_SECONDS = 60.0
_MEBIBYTE = 1024 * 1024

Record = TypeVar("Record")


# What a kept record takes beside its own bytes: the object around them, their place, time and size.
_OVERHEAD_BYTES = 64
_NOTHING = b""


class RecordLog(Generic[Record]):
    """Keeps records in the order they were appended; position 1 is the first one ever appended.

    Records are plain data (dicts, lists, strings, bytes, numbers) and kept as bytes: as objects they would take five
    times the memory. Every reader gets its own copy. Times are epoch seconds given by the caller. Records older than
    the retention are trimmed, and so are the oldest ones once all take more than `maximum_bytes` of memory, which
    `trimmed_by_size` counts and the emulator's log tells: under `name`, with what the limit is a limit of and what
    there is to do. A position is never given twice.
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
        # Columns and the index of their first live entry: reading anywhere costs what is read, and the dead
        # prefix is cut off once it is the larger part.
        self._records: list[bytes] = []
        self._sizes = array("Q")
        self._times = array("d")
        self._start = 0
        self._limited = limited
        self._remedy = remedy
        self._kept_bytes = 0
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
    def kept_bytes(self) -> int:
        """Memory that the records kept take."""
        return self._kept_bytes

    def append(self, record: Record, size_bytes: int, now: float) -> int:
        """Add a record, of `size_bytes` for its readers' limits, and return its position."""
        packed = marshal.dumps(record)  # type: ignore[arg-type]  # plain data, as the class says
        with self._lock:
            self._records.append(packed)
            self._sizes.append(size_bytes)
            self._times.append(now)
            self._kept_bytes += len(packed) + _OVERHEAD_BYTES
            self._last_position += 1
            self._trim(now)
            return self._last_position

    def read(self, after: int, limit: int, maximum_bytes: int) -> tuple[list[Record], int]:
        """Return records that follow position `after`, and the position to go on from.

        At least one record is returned when there is one, even if it alone exceeds `maximum_bytes`.
        """
        with self._lock:
            first = self._first_position()
            start = self._start + max(after + 1 - first, 0)
            end, total_bytes = start, 0
            for size_bytes in self._sizes[start : start + limit]:
                total_bytes += size_bytes
                if end > start and total_bytes > maximum_bytes:
                    break
                end += 1
            packed = self._records[start:end]
        return [marshal.loads(record) for record in packed], max(after, first - 1) + len(packed)

    def last_position_before(self, moment: float) -> int:
        """Position of the newest record appended before `moment`: reading on from it starts at `moment`."""
        with self._lock:
            position = self._last_position
            for index in range(len(self._times) - 1, self._start - 1, -1):
                if self._times[index] < moment:
                    break
                position -= 1
            return position

    def appended_at(self, position: int) -> float | None:
        """Time at which the record at `position` was appended, or None when it is not kept."""
        with self._lock:
            offset = position - self._first_position()
            live = len(self._records) - self._start
            return self._times[self._start + offset] if 0 <= offset < live else None

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
            while self._start < len(self._records) and self._first_position() <= position:
                self._drop_first()
            self._cut_off()

    def _first_position(self) -> int:
        return self._last_position - (len(self._records) - self._start) + 1

    def _drop_first(self) -> None:
        self._kept_bytes -= len(self._records[self._start]) + _OVERHEAD_BYTES
        # The place stays until the dead prefix is cut off; what was in it need not.
        self._records[self._start] = _NOTHING
        self._start += 1

    def _trim(self, now: float, maximum_bytes: int | None = None, keep: int = 1) -> None:
        limit = self.maximum_bytes if maximum_bytes is None else maximum_bytes
        horizon = now - self.retention_seconds
        while self._start < len(self._records) and self._times[self._start] < horizon:
            self._drop_first()
        while self._kept_bytes > limit and self._start < len(self._records) - keep:
            self._drop_first()
            self.trimmed_by_size += 1
        if self.trimmed_by_size > self._reported and now >= self._reported_at + TRIM_REPORT_INTERVAL_SECONDS:
            self._report(now)
        self._cut_off()

    def _cut_off(self) -> None:
        if self._start > 1024 and self._start > len(self._records) // 2:
            for column in (self._records, self._sizes, self._times):
                del column[: self._start]
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
