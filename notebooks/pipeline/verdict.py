"""What must hold in a healthy chain, whatever was ordered; what does not hold says so in a sentence."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC

import pandas as pd

from bootstrap import names
from verify.accounts import Outcome

from .passage import Hop
from .snapshot import Snapshot
from .state import NEVER_DELIVERED, NOT_IN_TABLE
from .stored import Trigger

# How many changes, orders or objects are named one by one.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that must hold, and what speaks against it."""

    rule: str
    problems: tuple[str, ...]


def verdicts(snapshot: Snapshot) -> list[Verdict]:
    """Judge the snapshot by every rule."""
    return [Verdict(rule, tuple(find(snapshot))) for rule, find in RULES]


def overview(found: Iterable[Verdict]) -> pd.DataFrame:
    """Return a line per rule."""
    return pd.DataFrame(
        [(verdict.rule, "no" if verdict.problems else "yes", len(verdict.problems)) for verdict in found],
        columns=["rule", "holds", "problems"],
    )


def sentences(found: Iterable[Verdict]) -> str:
    """Return what does not hold, rule by rule; empty when all holds."""
    lines: list[str] = []
    for verdict in found:
        if verdict.problems:
            lines.append(
                f"{verdict.rule}: no, for {len(verdict.problems):,} reasons"
                if len(verdict.problems) > 1
                else f"{verdict.rule}: no"
            )
            lines += [f"  {problem}" for problem in verdict.problems[:NAMED]]
            if len(verdict.problems) > NAMED:
                lines.append(f"  and {len(verdict.problems) - NAMED:,} more")
    return "\n".join(lines)


def _nothing_delivered(snapshot: Snapshot) -> list[str]:
    if snapshot.rows:
        return []
    return ["no row was delivered yet: is the generator running (`make status`), is the pipe RUNNING?"]


def _lost_changes(snapshot: Snapshot) -> list[str]:
    accounts = snapshot.report.accounts
    missing = set(accounts.having(Outcome.MISSING))
    return [
        f"order {change.order_id}: its {change.event_name} of {change.created_at.astimezone(UTC):%H:%M:%S} "
        + (
            f"reached {names.STREAM_NAME} and is not in s3://{names.BUCKET_NAME}"
            if change.event_id in accounts.in_kinesis
            else f"did not reach {names.STREAM_NAME}"
        )
        + f" (event {change.event_id})"
        for change in snapshot.report.evidence.changes
        if change.event_id in missing
    ]


def _unreadable(snapshot: Snapshot) -> list[str]:
    accounts = snapshot.report.accounts
    return [
        f"unreadable {what}: {count:,}"
        for what, count in (
            (f"rows below {names.ORDERS_PREFIX}", accounts.unrecognised_rows),
            (f"lines below {names.ERRORS_PREFIX}", accounts.unrecognised_failures),
            (f"messages in {names.DEAD_LETTER_QUEUE_NAME}", accounts.unrecognised_dead_letters),
        )
        if count
    ] + snapshot.crawl_problems


def _unseen_by_sql(snapshot: Snapshot) -> list[str]:
    """Compare what DuckDB read with what boto3 had read before."""
    evidence = snapshot.report.evidence
    in_orders = {row.event_id for row in snapshot.rows}
    problems = [
        f"event {event_id} is in an object and not in the view orders"
        for event_id in dict.fromkeys(row.event_id for row in evidence.rows)
        if event_id is not None and event_id not in in_orders
    ]
    if len(snapshot.rows) < len(evidence.rows):
        problems.append(
            f"the view orders has {len(snapshot.rows):,} of the objects' {len(evidence.rows):,} rows"
        )
    if len(snapshot.errors) < len(evidence.failures):
        problems.append(
            f"the view delivery_errors has {len(snapshot.errors):,} of the objects' {len(evidence.failures):,} lines"
        )
    return problems


def _impossible_times(snapshot: Snapshot) -> list[str]:
    return [
        f"event {passage.event_id} took {passage.seconds(hop):.3f} s from {hop}"
        for passage in snapshot.passages
        for hop in Hop
        # Each time stamp is off by a second at most.
        if passage.seconds(hop) <= -1
    ]


def _written_too_early(snapshot: Snapshot) -> list[str]:
    hints = snapshot.destination
    return [
        f"{stored.key}: {stored.size_bytes:,} of {hints.size_bytes:,} bytes, and its oldest record waited "
        f"{stored.waited.total_seconds():.1f} of {hints.s3_interval.total_seconds():.0f} s"
        for stored in snapshot.objects
        if stored.trigger is Trigger.NEITHER and stored.waited is not None
    ]


def _unexplained_differences(snapshot: Snapshot) -> list[str]:
    return [
        f"order {state.order_id}: {_where(state.in_table, NOT_IN_TABLE, 'in the table')}, "
        f"{_where(state.last_delivered, NEVER_DELIVERED, 'in S3')} ({', '.join(state.reasons)})"
        for state in snapshot.states
        if not state.is_explained
    ]


def _where(what: str, nothing: str, place: str) -> str:
    return what if what == nothing else f"{what} {place}"


RULES: tuple[tuple[str, Callable[[Snapshot], list[str]]], ...] = (
    ("rows were delivered", _nothing_delivered),
    ("every change is accounted for", _lost_changes),
    ("all that arrived can be read", _unreadable),
    ("SQL sees all that was delivered", _unseen_by_sql),
    ("no change arrived before it was written", _impossible_times),
    ("every object was written for one of the hints", _written_too_early),
    ("table and bucket agree, or there is a reason", _unexplained_differences),
)
