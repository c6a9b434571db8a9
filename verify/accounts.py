"""The result of the accounting: what became of every change."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

# What a hop may take beyond its buffers: polls, retries of a failing call, the clock's whole seconds.
SLACK = timedelta(seconds=20)


class Outcome(StrEnum):
    """What became of one change."""

    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"
    DEAD_LETTER = "dead-letter queue"
    PENDING = "pending"
    BEFORE_PIPE = "before the pipe"
    BEFORE_DELIVERY_STREAM = "before the delivery stream"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Overdue:
    """When a change that has not come through is too old to be under way, at each of the two hops."""

    at_pipe: timedelta
    at_delivery_stream: timedelta


@dataclass(slots=True)
class Accounts:
    """The result: an outcome for each change, and what no change explains.

    `unmatched_*` count what belongs to no change in the stream: its change was trimmed after 24 hours, or somebody
    else wrote it. `unrecognised_*` count what could not be read at all.
    """

    outcomes: dict[str, Outcome]
    in_kinesis: set[str] = field(default_factory=set)
    repeated_in_kinesis: set[str] = field(default_factory=set)
    repeated_in_s3: set[str] = field(default_factory=set)
    failures_by_code: dict[str, list[str]] = field(default_factory=dict)
    dead_letters_by_condition: dict[str, list[str]] = field(default_factory=dict)
    overdue: Overdue = field(default_factory=lambda: Overdue(SLACK, SLACK))
    unmatched_kinesis_records: int = 0
    unmatched_rows: int = 0
    unmatched_failures: int = 0
    unrecognised_rows: int = 0
    unrecognised_failures: int = 0
    unrecognised_dead_letters: int = 0

    def having(self, outcome: Outcome) -> list[str]:
        """Return the event ids with this outcome, in stream order."""
        return [event_id for event_id, found in self.outcomes.items() if found is outcome]
