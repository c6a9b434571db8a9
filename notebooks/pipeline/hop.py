"""How many changes are at each hop, and how many records stand for them there."""

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from bootstrap import names
from verify.accounts import Outcome
from verify.report import Report


@dataclass(frozen=True, slots=True)
class Share:
    """A part of all changes that were written, as a hop sees them."""

    what: str
    changes: int


def hops(report: Report) -> pd.DataFrame:
    """Return a line per place; records beyond the number of changes are repeated or belong to no change."""
    evidence, accounts = report.evidence, report.accounts
    count = Counter(accounts.outcomes.values())
    at_pipe = _pending_at_pipe(report)
    bucket = f"s3://{names.BUCKET_NAME}"
    lines = [
        (f"stream of {names.TABLE_NAME}", "written", len(evidence.changes), len(accounts.outcomes)),
        (names.STREAM_NAME, "in Kinesis", len(evidence.kinesis_records), len(accounts.in_kinesis)),
        (f"{bucket}/{names.ORDERS_PREFIX}", "delivered", len(evidence.rows), count[Outcome.DELIVERED]),
        (f"{bucket}/{names.ERRORS_PREFIX}", "failed", len(evidence.failures), count[Outcome.FAILED]),
        (names.DEAD_LETTER_QUEUE_NAME, "given up", len(evidence.dead_letters), count[Outcome.DEAD_LETTER]),
        (names.FUNCTION_NAME, "dropped", None, count[Outcome.DROPPED]),
        (names.PIPE_NAME, "pending", None, at_pipe),
        (names.DELIVERY_STREAM_NAME, "pending", None, count[Outcome.PENDING] - at_pipe),
        ("before the chain began", "passed by", None, _passed_by(count)),
        ("nowhere", "missing", None, count[Outcome.MISSING]),
    ]
    # A chain that began before the first order has none of these.
    lines = [line for line in lines if line[1] != "passed by" or line[3]]
    table = pd.DataFrame(lines, columns=["where", "what", "records", "changes"])
    return table.astype({"records": "Int64"})


def shares(report: Report) -> dict[str, list[Share]]:
    """Return, for each hop, what became of all changes by then: the shares of a hop add up to all of them."""
    outcomes = report.accounts.outcomes
    count = Counter(outcomes.values())
    lost_before = sum(
        outcome is Outcome.MISSING and event_id not in report.accounts.in_kinesis
        for event_id, outcome in outcomes.items()
    )
    at_pipe = _pending_at_pipe(report)
    before_kinesis = [
        Share("dead-letter queue", count[Outcome.DEAD_LETTER]),
        Share("pending", at_pipe),
        Share("passed by", count[Outcome.BEFORE_PIPE]),
        Share("missing", lost_before),
    ]
    in_kinesis = len(outcomes) - sum(share.changes for share in before_kinesis)
    return {
        "OrderTable": [Share("here", len(outcomes))],
        "Kinesis": [Share("here", in_kinesis), *before_kinesis],
        "S3": [
            Share("here", count[Outcome.DELIVERED]),
            Share("failed", count[Outcome.FAILED]),
            Share("dropped", count[Outcome.DROPPED]),
            Share("dead-letter queue", count[Outcome.DEAD_LETTER]),
            Share("pending", count[Outcome.PENDING]),
            Share("passed by", _passed_by(count)),
            Share("missing", count[Outcome.MISSING]),
        ],
    }


def _passed_by(count: Counter[Outcome]) -> int:
    """Return how many changes were never the chain's to carry: it begins at LATEST."""
    return count[Outcome.BEFORE_PIPE] + count[Outcome.BEFORE_DELIVERY_STREAM]


def _pending_at_pipe(report: Report) -> int:
    return len(set(report.accounts.having(Outcome.PENDING)) - report.accounts.in_kinesis)
