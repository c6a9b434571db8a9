"""The Lambda function's entry point: answers each record of a Firehose invocation with a row or a failure."""

import base64
import json
from typing import Any, Final, Literal, TypedDict

from transform.row import Row, UnreadableRecordError, order_row

OK: Final = "Ok"
PROCESSING_FAILED: Final = "ProcessingFailed"


class TransformedRecord(TypedDict):
    """What is answered for one record.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
    """

    recordId: str
    result: Literal["Ok", "ProcessingFailed"]
    data: str


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, list[TransformedRecord]]:
    """Transform every record of an invocation.

    A record that cannot be read is answered with its original data, which Firehose puts under the error
    output prefix; it never fails the records beside it.
    """
    return {"records": [transform_record(record) for record in event["records"]]}


def transform_record(record: dict[str, Any]) -> TransformedRecord:
    """Answer one record, with a log line that names the field when it cannot be read."""
    try:
        row = order_row(read_change(record["data"]))
    except UnreadableRecordError as error:
        print(f"{PROCESSING_FAILED} record {record['recordId']}: {error}")
        return {"recordId": record["recordId"], "result": PROCESSING_FAILED, "data": record["data"]}
    return {"recordId": record["recordId"], "result": OK, "data": encode_row(row)}


def read_change(data: str) -> dict[str, Any]:
    """Return the change record inside a Firehose record's base64 data.

    Raises:
        UnreadableRecordError: the data is not a JSON object.
    """
    try:
        # RecursionError: deeper nesting than the parser follows, which no item of DynamoDB can have.
        change = json.loads(base64.b64decode(data, validate=True))
    except (ValueError, RecursionError):
        raise UnreadableRecordError("data", "is not JSON") from None
    if not isinstance(change, dict):
        raise UnreadableRecordError("data", "is not a JSON object")
    return change


def encode_row(row: Row) -> str:
    """Return the base64 of one line of JSON; the newline is ours, Firehose adds none."""
    return base64.b64encode((json.dumps(row) + "\n").encode()).decode()
