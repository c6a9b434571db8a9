"""Decides what became of every change: pure reckoning over the evidence, no I/O."""

from datetime import datetime

from verify.accounts import Accounts, Outcome
from verify.evidence import Evidence
from verify.judging import judge_at_delivery_stream, judge_at_pipe, overdue
from verify.matching import match_dead_letters, match_failures, match_kinesis_records, match_rows


def account(evidence: Evidence, now: datetime, waited: bool = False) -> Accounts:
    """Give every change its outcome.

    A change that shows up nowhere is pending while it may be under way: it is young, or its shard has not been read
    that far. After a wait (`waited`), a change that its hop has not reached and that is overdue is missing instead,
    unless the pipe is not running.

    1. rows, failures and dead letters are matched with the changes they come from;
    2. what has no outcome yet and never reached Kinesis is judged by how far the pipe has come;
    3. what reached Kinesis and has no outcome is judged by how far the delivery stream has come;
    4. those that are overdue there are Dropped as far as the metrics say so, and missing beyond that.
    """
    changes = {change.event_id: change for change in evidence.changes}
    accounts = Accounts(outcomes={})
    finished_at: dict[str, datetime] = {}

    # 1.
    arrivals = match_kinesis_records(evidence, changes, accounts)
    times_in_s3 = match_failures(evidence, changes, accounts, finished_at)
    times_in_s3 += match_rows(evidence, changes, arrivals, accounts, finished_at)
    accounts.repeated_in_s3 = {event_id for event_id, times in times_in_s3.items() if times > 1}
    match_dead_letters(evidence, accounts)

    # 2.
    accounts.overdue = overdue(evidence, changes, arrivals, finished_at)
    judge_at_pipe(evidence, arrivals, accounts, now, waited)

    # 3. and 4.
    judge_at_delivery_stream(evidence, arrivals, accounts, now, waited)
    accounts.outcomes = {event_id: accounts.outcomes[event_id] for event_id in changes}
    accounts.failures_by_code = {
        code: failed
        for code, event_ids in accounts.failures_by_code.items()
        if (failed := [key for key in event_ids if accounts.outcomes[key] is Outcome.FAILED])
    }
    return accounts
