"""Says when the next changes are due, from the time that the last ones were due."""

from typing import Final

# Changes that fall due within this time are written together.
GROUP_SECONDS: Final = 0.1
HIGHEST_GROUP_SIZE: Final = 25
LONGEST_LAG_SECONDS: Final = 1.0


def group_size(interval_seconds: float) -> int:
    """Return how many changes are written at a time: 1 up to 10 changes a second, up to a full batch above."""
    return max(1, min(HIGHEST_GROUP_SIZE, int(GROUP_SECONDS / interval_seconds)))


class Schedule:
    """The times at which changes are due, independent of how long it takes to write them.

    What could not be written in time is made up for, up to a second's worth: after an outage the changes that were
    not drawn meanwhile stay undrawn.
    """

    def __init__(self, interval_seconds: float, start: float) -> None:
        self._interval_seconds = interval_seconds
        self._due = start

    def seconds_until_due(self, now: float) -> float:
        """Return how long to wait for the next change; 0 when it is due."""
        return max(0.0, self._due - now)

    def advance(self, count: int, now: float) -> None:
        """Note that this many changes have been written."""
        self._due = max(self._due + count * self._interval_seconds, now - LONGEST_LAG_SECONDS)
