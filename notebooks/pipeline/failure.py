"""The records that failed: decoded into the orders they were, and the reasons that the function gave."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from botocore.exceptions import ClientError

from .delivered import ErrorRecord
from .order import FIELDS, field_text

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# How the function's log line about a record begins.
LOG_PREFIX = "ProcessingFailed record "
# How much of a record is shown that is no change record.
SHOWN_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class FailedChange:
    """The change record in the raw data of an error line; `item` is the image that the function had to read."""

    event_id: str
    event_name: str
    order_id: str
    sequence_number: int
    item: Mapping[str, Mapping[str, Any]]


def decode(raw_data: str | None) -> FailedChange | None:
    """Return the change record that the pipe had sent; None when the raw data is no such record."""
    try:
        event = json.loads(raw_data or "")
        body = event["dynamodb"]
        return FailedChange(
            event_id=event["eventID"],
            event_name=event["eventName"],
            order_id=body["Keys"]["orderid"]["S"],
            sequence_number=int(body["SequenceNumber"]),
            item=body["OldImage"] if event["eventName"] == "REMOVE" else body["NewImage"],
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def failures(records: Iterable[ErrorRecord]) -> pd.DataFrame:
    """Return a line per error record, with its order's fields as they were written."""
    lines = []
    for record in records:
        change = decode(record.raw_data)
        lines.append(
            {
                "arrived in Kinesis": f"{record.arrived_at:%d %b %H:%M:%S}"
                if record.arrived_at is not None
                else "",
                "error code": record.error_code,
                "attempts": record.attempts_made,
                "change": change.event_name if change is not None else _shown(record.raw_data),
                **{field: field_text(change.item, field) if change is not None else "" for field in FIELDS},
            }
        )
    return pd.DataFrame(lines, columns=["arrived in Kinesis", "error code", "attempts", "change", *FIELDS])


def _shown(raw_data: str | None) -> str:
    if raw_data is None:
        return "(not text)"
    return raw_data if len(raw_data) <= SHOWN_CHARACTERS else f"{raw_data[:SHOWN_CHARACTERS]}…"


def function_reasons(client: "CloudWatchLogsClient", log_group_name: str) -> list[str]:
    """Return what the function's log says about each record that it could not read, without the record's id.

    A function that writes no such lines gives no reasons, and neither does one that was never called.
    """
    try:
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=log_group_name, filterPattern='"ProcessingFailed record"'
        )
        messages = [event["message"].strip() for page in pages for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []
        raise
    return [
        message.removeprefix(LOG_PREFIX).partition(": ")[2]
        for message in messages
        if message.startswith(LOG_PREFIX)
    ]


def reasons(found: Iterable[str]) -> pd.DataFrame:
    """Return how often each reason was given, the most frequent first."""
    return pd.DataFrame(Counter(found).most_common(), columns=["reason in the function's log", "records"])
