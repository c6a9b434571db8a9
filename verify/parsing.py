"""Turns what the AWS API returns into evidence; what cannot be read is kept as unrecognised, never dropped."""

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from verify.evidence import Change, Content, DeadLetter, Failure, KinesisRecord, Row

# What a value of any shape can raise: too deep for the parser and too large for a number included.
UNREADABLE = (KeyError, TypeError, ValueError, OverflowError, RecursionError)
_SPACE = re.compile(r"\s*")


def change_from(record: Mapping[str, Any], shard_id: str) -> Change:
    """Read one record of GetRecords on the table's stream."""
    body = record["dynamodb"]
    return Change(
        event_id=record["eventID"],
        event_name=record["eventName"],
        shard_id=shard_id,
        sequence_number=int(body["SequenceNumber"]),
        created_at=body["ApproximateCreationDateTime"],
        order_id=str(body["Keys"].get("orderid", {}).get("S", "")),
        content=_image_content(body.get("NewImage")),
    )


def _image_content(image: Mapping[str, Mapping[str, Any]] | None) -> Content | None:
    if image is None:
        return None
    try:
        return Content(
            orderid=image["orderid"]["S"],
            product_name=image["product_name"]["S"],
            quantity=int(image["quantity"]["N"]),
            price=float(image["price"]["N"]),
        )
    except (KeyError, ValueError):
        return None


def kinesis_record_from(record: Mapping[str, Any], shard_id: str) -> KinesisRecord:
    """Read one record of GetRecords on the Kinesis stream."""
    return KinesisRecord(
        event_id=_event_id(record["Data"]),
        shard_id=shard_id,
        sequence_number=int(record["SequenceNumber"]),
        arrived_at=record["ApproximateArrivalTimestamp"],
    )


def _event_id(data: bytes) -> str | None:
    """Return the event id of a change record as the pipe sends it."""
    try:
        event = json.loads(data)
    except UNREADABLE:
        return None
    event_id = event.get("eventID") if isinstance(event, dict) else None
    return event_id if isinstance(event_id, str) else None


def rows_from(body: bytes, delivered_at: datetime) -> Iterator[Row]:
    """Read the rows of one object under the delivery prefix: our function's, the seed's, or bare change records."""
    for value in _json_values(body):
        row = value if isinstance(value, dict) else {}
        event_id = row.get("event_id", row.get("eventID"))
        if isinstance(event_id, str):
            yield Row(event_id, None, delivered_at)
        else:
            yield Row(None, _row_content(row), delivered_at)


def _row_content(row: Mapping[str, Any]) -> Content | None:
    try:
        return Content(
            orderid=str(row["orderid"]),
            product_name=str(row["product_name"]),
            quantity=int(row["quantity"]),
            price=float(row["price"]),
        )
    except UNREADABLE:
        return None


def failures_from(body: bytes, delivered_at: datetime) -> Iterator[Failure]:
    """Read the lines of one object under the error output prefix, of whatever error output type.

    Those of format conversion name the code of the last attempt.
    """
    for value in _json_values(body):
        line = value if isinstance(value, dict) else {}
        try:
            event_id = _event_id(base64.b64decode(line["rawData"], validate=True))
        except UNREADABLE:
            event_id = None
        error_code = line.get("errorCode", line.get("lastErrorCode", "no error code"))
        yield Failure(event_id, str(error_code), delivered_at)


def dead_letter_from(body: str) -> DeadLetter:
    """Read one message of the pipe's dead-letter queue."""
    try:
        message = json.loads(body)
        batch = message["DDBStreamBatchInfo"]
        return DeadLetter(
            shard_id=str(batch["shardId"]),
            start_sequence_number=int(batch["startSequenceNumber"]),
            end_sequence_number=int(batch["endSequenceNumber"]),
            condition=str(message["context"]["condition"]),
        )
    except UNREADABLE:
        return DeadLetter(None, 0, 0, "")


def _json_values(body: bytes) -> Iterator[Any]:
    """Yield each JSON value of an object, whether space separates them or nothing does; None where none can be read.

    Firehose puts nothing between records: without the function's newline, rows stand side by side on one line.
    """
    if body.startswith(b"\x1f\x8b"):
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error):
            yield None
            return
    decoder = json.JSONDecoder()
    text = body.decode("utf-8", errors="replace")
    position = _after_space(text, 0)
    while position < len(text):
        try:
            value, end = decoder.raw_decode(text, position)
        except UNREADABLE:
            # The rest of the line is given up; only a newline ends it, other line breaks may stand in a string.
            value, end = None, text.find("\n", position) + 1 or len(text)
        yield value
        position = _after_space(text, end)


def _after_space(text: str, position: int) -> int:
    """Return where the next value begins."""
    space = _SPACE.match(text, position)
    return space.end() if space is not None else position
