"""Says what the generator does: a line per change, or a rate every few seconds, and outages."""

from collections import Counter
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Final

from generator.change import Change, ChangeKind

SUMMARY_SECONDS: Final = 5.0
# Above this rate there is a summary instead of a line per change.
HIGHEST_RATE_OF_LINES: Final = 10.0

_VERBS: Final = {
    ChangeKind.ORDER: "Ordered",
    ChangeKind.UPDATE: "Updated",
    ChangeKind.CANCELLATION: "Cancelled",
    ChangeKind.MALFORMED: "Malformed",
}


class Report:
    """The lines printed during a run, and the counts in them; nothing is said or counted once it is closed."""

    def __init__(self, say: Callable[[str], None], *, line_per_change: bool, start: float) -> None:
        self._say = say
        self._line_per_change = line_per_change
        self._counts: Counter[ChangeKind] = Counter()
        self._summary_time = start
        self._summary_total = 0
        self._outage_start: float | None = None
        self._closed = False
        self._lock = Lock()

    @property
    def total(self) -> int:
        """The number of changes written."""
        return self._counts.total()

    def written(self, changes: Iterable[Change], now: float) -> None:
        """Announce changes that are in the table."""
        with self._lock:
            if self._closed:
                return
            for change in changes:
                self._counts[change.kind] += 1
                if self._line_per_change:
                    self._say(f"{_VERBS[change.kind]} {change.order_id}: {change.text}")
            if not self._line_per_change:
                self._summarise(now)

    def unavailable(self, table_name: str, reason: object, now: float) -> None:
        """Note a failed write; the first one of an outage is said."""
        with self._lock:
            if self._outage_start is None and not self._closed:
                self._outage_start = now
                self._say(f"{table_name} cannot be written now, trying again until it can ({reason})")

    def available(self, table_name: str, now: float) -> None:
        """Note a successful write; the end of an outage is said."""
        with self._lock:
            if self._outage_start is not None and not self._closed:
                self._say(f"{table_name} can be written again after {now - self._outage_start:.1f} s")
                self._outage_start = None

    def close(self) -> str:
        """Say and count nothing more, and return how many changes of each kind were written."""
        with self._lock:
            self._closed = True
        parts = [_counted(self._counts[kind], kind.value) for kind in ChangeKind]
        return f"{_counted(self.total, 'change')} written ({', '.join(parts)})"

    def _summarise(self, now: float) -> None:
        seconds = now - self._summary_time
        if seconds >= SUMMARY_SECONDS:
            rate = (self.total - self._summary_total) / seconds
            self._say(f"{rate:,.0f} changes/s in the last {seconds:.0f} s, {self.total:,} since the start")
            self._summary_time, self._summary_total = now, self.total


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
