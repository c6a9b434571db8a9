"""One shard of the data stream that is the source: where its reading stands, and when it goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import dropwhile
from typing import Any, Literal

from emulator.firehose.checkpoint import Checkpoint
from emulator.firehose.clock import backoff

# AWS reads a shard about once a second; a sandbox is watched by people who wait.
POLL_SECONDS = 0.2
# Kinesis serves a shard five times a second, all readers together: one that was refused goes as slow as AWS.
THROTTLED_POLL_SECONDS = 1.0
_THROTTLED_FOR_SECONDS = 60.0
_FIRST_RETRY_SECONDS = 0.5
_MAXIMUM_RETRY_SECONDS = 10.0


@dataclass(slots=True)
class Shard:
    """One shard's reading: a position that survives, and an iterator that does not matter.

    `starting_sequence_number` is the shard's own, and tells it from one of another data stream of this name.
    """

    shard_id: str
    parents: frozenset[str]
    starting_sequence_number: str | None
    starting_position: Literal["LATEST", "TRIM_HORIZON"]
    checkpoint: Checkpoint = field(default_factory=Checkpoint)
    iterator: str | None = None
    # Whether the iterator stands for the time of creation instead of a place.
    by_timestamp: bool = False
    read_at: float = 0.0
    failures: int = 0
    throttled_until: float = 0.0
    ended: bool = False
    # Whether Kinesis said that there is no such shard, or no such data stream.
    missing: bool = False

    def place(self, started_at: datetime, *, at_creation: bool) -> dict[str, Any]:
        """Return what GetShardIterator is to be asked for: the place after the last record read."""
        if self.checkpoint.last_read is not None:
            return {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": self.checkpoint.last_read,
            }
        if self.starting_position == "TRIM_HORIZON" or at_creation:
            return {"ShardIteratorType": self.starting_position}
        return {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": started_at}

    def wanted(
        self, entries: Sequence[Mapping[str, Any]], started_at: datetime
    ) -> Sequence[Mapping[str, Any]]:
        """Leave out what AT_TIMESTAMP gave from before the creation: clients send it in whole seconds.

        Only records at the front that arrived within that second are left out, and only until one arrived
        later: behind it is everything that LATEST would have given, whatever the clocks say.
        """
        if not self.by_timestamp:
            return entries
        second = started_at.replace(microsecond=0)
        # Arrival has millisecond precision.
        start = started_at.replace(microsecond=started_at.microsecond // 1000 * 1000)
        return list(dropwhile(lambda entry: second <= entry["ApproximateArrivalTimestamp"] < start, entries))

    def was_read(self, now: float, *, behind: bool) -> None:
        """Note a page: the next one follows at once while there is more, unless Kinesis refused lately."""
        self.failures = 0
        if now < self.throttled_until:
            self.read_at = now + THROTTLED_POLL_SECONDS
        else:
            self.read_at = now if behind else now + POLL_SECONDS

    def was_throttled(self, now: float) -> None:
        """Note that Kinesis had enough: the iterator stays good, and its limits are those of a second."""
        self.throttled_until = now + _THROTTLED_FOR_SECONDS
        self.postpone(now)
        self.read_at = max(self.read_at, now + THROTTLED_POLL_SECONDS)

    def postpone(self, now: float) -> None:
        """Note that a request failed: the next one waits, longer every time."""
        self.failures += 1
        self.read_at = now + retry_wait(self.failures)


def retry_wait(failures: int) -> float:
    """Return how many seconds to wait after so many failed requests in a row."""
    return backoff(failures, _FIRST_RETRY_SECONDS, _MAXIMUM_RETRY_SECONDS)
