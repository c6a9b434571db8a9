"""Accounts for the changes again and again, until those written so far have come through."""

import time
from collections.abc import Callable

from verify.accounting import account
from verify.accounts import Outcome
from verify.inspection import Inspection
from verify.report import Report

POLL_INTERVAL_SECONDS = 2.0


def verify(
    inspection: Inspection,
    wait_seconds: float | None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:
    """Account once, or until the changes written so far are through or `wait_seconds` have passed.

    A change is called missing only by two accounts in a row: the hops are read one after another, and a record can
    move on between two readings.
    """
    deadline = clock() + (wait_seconds or 0)
    report = _account(inspection, waited=False)
    written = frozenset(report.accounts.outcomes)
    while wait_seconds is not None and clock() < deadline:
        unsettled = {
            event_id
            for outcome in (Outcome.PENDING, Outcome.MISSING)
            for event_id in report.accounts.having(outcome)
        }
        if not unsettled & written:
            return report
        sleep(min(POLL_INTERVAL_SECONDS, max(0.0, deadline - clock())))
        report = _account(inspection, waited=False)
    waited = wait_seconds is not None
    if waited or not report.is_complete:
        report = _account(inspection, waited=waited)
    return report


def _account(inspection: Inspection, waited: bool) -> Report:
    now = inspection.collect()
    return Report(inspection.evidence, account(inspection.evidence, now, waited), now)
