"""What bootstrap says at the end: what exists, where data lands and how long it is buffered."""

from collections import Counter
from collections.abc import Iterable

from bootstrap.names import (
    BUCKET_NAME,
    DEAD_LETTER_QUEUE_NAME,
    DELIVERY_STREAM_LOG_GROUP,
    ERRORS_PREFIX,
    FUNCTION_LOG_GROUP,
    ORDERS_PREFIX,
)
from bootstrap.resource import Outcome
from sandbox.settings import Settings


def counted(outcomes: Iterable[Outcome]) -> str:
    """Return how many resources were created, updated and so on, as one phrase."""
    counts = Counter(outcomes)
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])


def overview(arns: Iterable[tuple[str, str]], settings: Settings) -> str:
    """Return the closing lines, from the kind and ARN of each resource."""
    sections = {
        "What exists": list(arns),
        "Where data lands": [
            ("rows", f"s3://{BUCKET_NAME}/{ORDERS_PREFIX}year=/month=/day=/hour=/"),
            ("failed records", f"s3://{BUCKET_NAME}/{ERRORS_PREFIX}"),
            ("given up by pipe", f"SQS queue {DEAD_LETTER_QUEUE_NAME}"),
            ("logs", f"{FUNCTION_LOG_GROUP}, {DELIVERY_STREAM_LOG_GROUP}"),
        ],
        "Buffering in force": [
            (
                "before Lambda",
                f"{settings.transform_buffer_size_mbs:g} MiB or {settings.transform_buffer_interval_seconds} s, "
                f"a failed call repeated {settings.transform_retries} times",
            ),
            ("before S3", f"{settings.s3_buffer_size_mbs} MiB or {settings.s3_buffer_interval_seconds} s"),
        ],
    }
    lines: list[str] = []
    for heading, rows in sections.items():
        lines += ["", heading, *(f"  {label:<18}{text}" for label, text in rows)]
    return "\n".join(lines)
