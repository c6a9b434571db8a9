"""Judges the changes that came out nowhere: under way, dropped, or missing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from verify.accounts import SLACK, Accounts, Outcome, Overdue
from verify.evidence import Change, Evidence, KinesisRecord

# Records that fail in these ways were processed by the function before.
AFTER_FUNCTION = ("DataFormatConversion.", "DynamicPartitioning.")


def overdue(
    evidence: Evidence,
    changes: dict[str, Change],
    arrivals: dict[str, KinesisRecord],
    finished_at: dict[str, datetime],
) -> Overdue:
    """Return how long a change may take: what the buffers allow, or what the latest took where a hop is behind.

    A delivery stream also says how old the oldest record is that it holds, which matters while S3 refuses objects.
    """
    chain = evidence.chain
    pipe_lag = _lag(
        [(changes[event_id].created_at, record.arrived_at) for event_id, record in arrivals.items()]
    )
    delivery_lag = _lag(
        [
            (arrivals[event_id].arrived_at, time)
            for event_id, time in finished_at.items()
            if event_id in arrivals
        ]
    )
    return Overdue(
        at_pipe=max(chain.batching_window, pipe_lag) + SLACK,
        at_delivery_stream=max(chain.transform_interval + chain.s3_interval, delivery_lag, evidence.held_for)
        + SLACK,
    )


def _lag(passages: list[tuple[datetime, datetime]]) -> timedelta:
    """Return the longest of the passages that ended last, give or take a second."""
    if not passages:
        return timedelta(0)
    since = max(end for _, end in passages) - timedelta(seconds=1)
    return max(end - start for start, end in passages if end >= since)


class _InShard(Protocol):
    @property
    def shard_id(self) -> str: ...
    @property
    def sequence_number(self) -> int: ...


def _reached(items: Iterable[_InShard]) -> dict[str, int]:
    """Return the highest sequence number per shard."""
    reached: dict[str, int] = {}
    for item in items:
        reached[item.shard_id] = max(item.sequence_number, reached.get(item.shard_id, item.sequence_number))
    return reached


def judge_at_pipe(
    evidence: Evidence, arrivals: dict[str, KinesisRecord], accounts: Accounts, now: datetime, waited: bool
) -> None:
    """Judge the changes that are not in Kinesis: a pipe reads a shard in order, it passed them or is yet to come."""
    chain = evidence.chain
    passed = _reached(
        change
        for change in evidence.changes
        if change.event_id in arrivals or change.event_id in accounts.outcomes
    )
    for change in evidence.changes:
        if change.event_id in accounts.outcomes or change.event_id in arrivals:
            continue
        is_overdue = now - change.created_at > accounts.overdue.at_pipe
        is_ahead = change.sequence_number > passed.get(change.shard_id, -1)
        if change.created_at <= chain.pipe_starts_after:
            outcome = Outcome.BEFORE_PIPE
        elif not is_overdue or (is_ahead and (not waited or chain.pipe_state != "RUNNING")):
            outcome = Outcome.PENDING
        else:
            outcome = Outcome.MISSING
        accounts.outcomes[change.event_id] = outcome


def judge_at_delivery_stream(
    evidence: Evidence, arrivals: dict[str, KinesisRecord], accounts: Accounts, now: datetime, waited: bool
) -> None:
    """Judge the changes that are in Kinesis and came out nowhere."""
    overdue: list[KinesisRecord] = []
    finished = [record for event_id, record in arrivals.items() if event_id in accounts.outcomes]
    for event_id, record in arrivals.items():
        if event_id in accounts.outcomes:
            continue
        if record.arrived_at < evidence.chain.delivery_starts_at:
            accounts.outcomes[event_id] = Outcome.BEFORE_DELIVERY_STREAM
        elif now - record.arrived_at > accounts.overdue.at_delivery_stream:
            overdue.append(record)
        else:
            accounts.outcomes[event_id] = Outcome.PENDING

    failed_later = sum(failure.error_code.startswith(AFTER_FUNCTION) for failure in evidence.failures)
    dropped_count = max(0, evidence.processed - evidence.delivered - failed_later)
    overdue.sort(key=lambda record: (record.arrived_at, record.sequence_number))
    dropped, others = overdue[:dropped_count], overdue[dropped_count:]
    for record in dropped:
        accounts.outcomes[str(record.event_id)] = Outcome.DROPPED
    passed = _reached([*finished, *dropped])
    for record in others:
        is_ahead = record.sequence_number > passed.get(record.shard_id, -1)
        accounts.outcomes[str(record.event_id)] = (
            Outcome.PENDING if is_ahead and not waited else Outcome.MISSING
        )
