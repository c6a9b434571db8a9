"""Lets the buffers drain: a bounded wait for the changes written so far, which says what it waits for."""

import time
from collections.abc import Callable
from copy import copy
from dataclasses import fields, replace
from datetime import timedelta

from verify.accounts import SLACK
from verify.evidence import Chain, Evidence
from verify.inspection import Inspection
from verify.report import Report
from verify.verification import verify


def longest_wait(chain: Chain) -> timedelta:
    """Return how long a change may take: the buffers' intervals, and slack for each of the two hops."""
    return chain.batching_window + chain.transform_interval + chain.s3_interval + 2 * SLACK


def settle(
    inspection: Inspection,
    say: Callable[[str], None] = print,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:
    """Wait until the changes written so far have come through, or as long as they may take; then account for all.

    The report has its own copy of the evidence, which stays as it is while the inspection goes on.
    """
    chain = inspection.evidence.chain
    limit = longest_wait(chain)
    say(
        f"Letting the changes written so far come through, for at most {limit.total_seconds():.0f} s: "
        f"{chain.transform_interval.total_seconds():.0f} s in the buffer before the function, "
        f"{chain.s3_interval.total_seconds():.0f} s in the one before S3, "
        f"and {SLACK.total_seconds():.0f} s of slack for each of two hops."
    )
    start = clock()
    report = verify(inspection, limit.total_seconds(), clock, sleep)
    counts = report.counts()
    state = report.evidence.chain.pipe_state
    say(
        f"Done after {clock() - start:.0f} s: {counts['written']:,} changes written, "
        f"{counts['pending']:,} of them under way, {counts['missing']:,} missing."
        + (f" The pipe is {state}." if state != "RUNNING" else "")
    )
    return replace(report, evidence=_frozen(report.evidence))


def _frozen(evidence: Evidence) -> Evidence:
    """Return a copy whose lists grow no more."""
    return Evidence(**{field.name: copy(getattr(evidence, field.name)) for field in fields(evidence)})
