"""The lines of an error object."""

import base64
import json
from dataclasses import dataclass

from emulator.firehose.record import Failed, Record


@dataclass(frozen=True, slots=True)
class ProcessingFailure:
    """Why and when a function's attempts at a record ended; times are epoch milliseconds."""

    failed: Failed
    attempts_made: int
    attempt_ending_timestamp: int
    lambda_arn: str


def error_line(record: Record, failure: ProcessingFailure) -> bytes:
    """Return the line that keeps a failed record, with its original bytes.

    Keys and types are those of objects captured on AWS; the documentation's sample spells `lambdaArn` and
    quotes the numbers.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
    """
    line = {
        "rawData": base64.b64encode(record.data).decode("ascii"),
        "errorCode": failure.failed.error_code,
        "errorMessage": failure.failed.error_message,
        "attemptsMade": failure.attempts_made,
        "arrivalTimestamp": record.approximate_arrival_timestamp,
        "attemptEndingTimestamp": failure.attempt_ending_timestamp,
        "lambdaARN": failure.lambda_arn,
    }
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
