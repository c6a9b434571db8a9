"""How long each delivered change took, hop by hop, and how exactly that is known."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import pandas as pd

from verify.evidence import Change, Evidence

RESOLUTION = timedelta(seconds=1)


class Hop(StrEnum):
    """A part of the way from the order to the object."""

    PIPE = "order to Kinesis"
    DELIVERY_STREAM = "Kinesis to S3"
    WHOLE = "order to S3"


# By how much the true time may be shorter and longer than the difference of the two time stamps, in seconds. A change
# record's time and an object's LastModified are cut to whole seconds; Kinesis has milliseconds.
UNCERTAINTY_SECONDS = {Hop.PIPE: (1, 0), Hop.DELIVERY_STREAM: (0, 1), Hop.WHOLE: (1, 1)}


@dataclass(frozen=True, slots=True)
class Passage:
    """One change that arrived in S3: when it was written, when it reached Kinesis, when its object was written."""

    event_id: str
    event_name: str
    written_at: datetime
    arrived_at: datetime
    delivered_at: datetime

    def seconds(self, hop: Hop) -> float:
        """Return the difference of the two time stamps."""
        start = self.arrived_at if hop is Hop.DELIVERY_STREAM else self.written_at
        end = self.arrived_at if hop is Hop.PIPE else self.delivered_at
        return (end - start).total_seconds()


def passages(evidence: Evidence) -> list[Passage]:
    """Follow every change to its first row, in the order in which they were written.

    Rows without an event id, which another function than ours may write, cannot be followed.
    """
    arrivals = first_arrivals(evidence)
    deliveries: dict[str, datetime] = {}
    for row in evidence.rows:
        if row.event_id is not None:
            deliveries[row.event_id] = min(row.delivered_at, deliveries.get(row.event_id, row.delivered_at))
    found = [
        _passage(change, arrivals[change.event_id], deliveries[change.event_id])
        for change in evidence.changes
        if change.event_id in arrivals and change.event_id in deliveries
    ]
    return sorted(found, key=lambda passage: (passage.written_at, passage.arrived_at))


def _passage(change: Change, arrived_at: datetime, delivered_at: datetime) -> Passage:
    return Passage(change.event_id, change.event_name, change.created_at, arrived_at, delivered_at)


def first_arrivals(evidence: Evidence) -> dict[str, datetime]:
    """Return when each change first reached Kinesis."""
    arrivals: dict[str, datetime] = {}
    for record in evidence.kinesis_records:
        if record.event_id is not None:
            arrivals.setdefault(record.event_id, record.arrived_at)
    return arrivals


def quantile(ascending: Sequence[float], share: float) -> float:
    """Return the smallest of the values that at least this share of them do not exceed."""
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]


def latencies(found: Iterable[Passage]) -> pd.DataFrame:
    """Return a line per hop, in seconds, with what the time stamps' resolution leaves open."""
    found = list(found)
    lines = []
    for hop in Hop:
        seconds = sorted(passage.seconds(hop) for passage in found)
        shorter, longer = UNCERTAINTY_SECONDS[hop]
        lines.append(
            {
                "hop": str(hop),
                "changes": len(seconds),
                **{
                    name: quantile(seconds, share) if seconds else None
                    for name, share in (("median", 0.5), ("95 %", 0.95), ("slowest", 1.0))
                },
                "true value": f"{-shorter or 0:+d} to {longer:+d} s".replace("+0", "0"),
            }
        )
    return pd.DataFrame(lines)
