"""The changes that arrived more than once: every hop delivers at least once."""

from collections import Counter

import pandas as pd

from verify.report import Report


def duplicates(report: Report) -> pd.DataFrame:
    """Return a line per change that is in Kinesis or in S3 more than once."""
    evidence, accounts = report.evidence, report.accounts
    in_kinesis = Counter(record.event_id for record in evidence.kinesis_records)
    in_s3 = Counter(row.event_id for row in evidence.rows)
    in_s3.update(failure.event_id for failure in evidence.failures)
    repeated = accounts.repeated_in_kinesis | accounts.repeated_in_s3
    return pd.DataFrame(
        [
            {
                "order": change.order_id,
                "change": change.event_name,
                "times in Kinesis": in_kinesis[change.event_id],
                "times in S3": in_s3[change.event_id] or "several",
                "event id": change.event_id,
            }
            for change in evidence.changes
            if change.event_id in repeated
        ],
        columns=["order", "change", "times in Kinesis", "times in S3", "event id"],
    )
