"""Matches what came out of the chain with the changes it comes from."""

from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import datetime

from verify.accounts import Accounts, Outcome
from verify.evidence import Change, Content, Evidence, KinesisRecord


def match_kinesis_records(
    evidence: Evidence, changes: dict[str, Change], accounts: Accounts
) -> dict[str, KinesisRecord]:
    """Return the first Kinesis record of each change."""
    arrivals: dict[str, KinesisRecord] = {}
    for record in evidence.kinesis_records:
        if record.event_id is None or record.event_id not in changes:
            accounts.unmatched_kinesis_records += 1
        elif record.event_id in arrivals:
            accounts.repeated_in_kinesis.add(record.event_id)
        else:
            arrivals[record.event_id] = record
    accounts.in_kinesis = set(arrivals)
    return arrivals


def match_failures(
    evidence: Evidence, changes: dict[str, Change], accounts: Accounts, finished_at: dict[str, datetime]
) -> Counter[str]:
    times: Counter[str] = Counter()
    by_code: defaultdict[str, list[str]] = defaultdict(list)
    for failure in evidence.failures:
        if failure.event_id is None:
            accounts.unrecognised_failures += 1
        elif failure.event_id not in changes:
            accounts.unmatched_failures += 1
        else:
            times[failure.event_id] += 1
            if times[failure.event_id] == 1:
                by_code[failure.error_code].append(failure.event_id)
            accounts.outcomes[failure.event_id] = Outcome.FAILED
            finished_at[failure.event_id] = failure.delivered_at
    accounts.failures_by_code = dict(by_code)
    return times


def match_rows(
    evidence: Evidence,
    changes: dict[str, Change],
    arrivals: dict[str, KinesisRecord],
    accounts: Accounts,
    finished_at: dict[str, datetime],
) -> Counter[str]:
    """Match rows with changes, by event id where the row has one and otherwise by content.

    Rows with equal content are interchangeable: the counts are exact, and the earlier changes get them.
    """
    times: Counter[str] = Counter()
    by_content: defaultdict[Content, list[datetime]] = defaultdict(list)
    for row in evidence.rows:
        if row.event_id is not None and row.event_id in changes:
            times[row.event_id] += 1
            accounts.outcomes[row.event_id] = Outcome.DELIVERED
            finished_at[row.event_id] = row.delivered_at
        elif row.event_id is not None:
            accounts.unmatched_rows += 1
        elif row.content is not None:
            by_content[row.content].append(row.delivered_at)
        else:
            accounts.unrecognised_rows += 1

    last_with_content: dict[Content, str] = {}
    for change in _candidates(evidence, arrivals):
        delivered = by_content.get(change.content) if change.content is not None else None
        if change.content is None or not delivered or change.event_id in accounts.outcomes:
            continue
        accounts.outcomes[change.event_id] = Outcome.DELIVERED
        finished_at[change.event_id] = delivered.pop(0)
        times[change.event_id] += 1
        last_with_content[change.content] = change.event_id
    for content, left in by_content.items():
        event_id = last_with_content.get(content)
        if event_id is None:
            accounts.unmatched_rows += len(left)
        else:
            times[event_id] += len(left)
    return times


def _candidates(evidence: Evidence, arrivals: dict[str, KinesisRecord]) -> list[Change]:
    """Return the changes that a row without event id can come from, the likelier first."""
    start = evidence.chain.delivery_starts_at
    candidates = [change for change in evidence.changes if change.event_id in arrivals]
    return sorted(candidates, key=lambda change: arrivals[change.event_id].arrived_at < start)


def match_dead_letters(evidence: Evidence, accounts: Accounts) -> None:
    """Mark the changes of each dead letter's range, except those that came through after all."""
    by_shard: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for change in evidence.changes:
        if change.event_id not in accounts.in_kinesis and change.event_id not in accounts.outcomes:
            by_shard[change.shard_id].append((change.sequence_number, change.event_id))
    for shard in by_shard.values():
        shard.sort()
    by_condition: defaultdict[str, list[str]] = defaultdict(list)
    for letter in evidence.dead_letters:
        if letter.shard_id is None:
            accounts.unrecognised_dead_letters += 1
            continue
        shard = by_shard[letter.shard_id]
        first = bisect_left(shard, (letter.start_sequence_number, ""))
        for sequence_number, event_id in shard[first:]:
            if sequence_number > letter.end_sequence_number:
                break
            if event_id not in accounts.outcomes:
                accounts.outcomes[event_id] = Outcome.DEAD_LETTER
                by_condition[letter.condition].append(event_id)
    accounts.dead_letters_by_condition = dict(by_condition)
