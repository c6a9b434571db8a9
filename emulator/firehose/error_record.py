"""The lines of an error object."""

import base64
import json
from dataclasses import dataclass

from emulator.firehose.record import Failed, Record


@dataclass(frozen=True, slots=True)
class Failure:
    """Why and when the attempts at a record ended, in epoch milliseconds; `lambda_arn` if a function made them."""

    failed: Failed
    attempts_made: int
    attempt_ending_timestamp: int
    lambda_arn: str | None = None


def error_line(record: Record, failure: Failure) -> bytes:
    """Return the line that keeps a failed record, with its original bytes.

    Keys and types are those of objects captured on AWS; the documentation's sample spells `lambdaArn` and
    quotes the numbers.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
    """
    line: dict[str, str | int] = {
        "rawData": base64.b64encode(record.raw_data).decode("ascii"),
        "errorCode": failure.failed.error_code,
        "errorMessage": failure.failed.error_message,
        "attemptsMade": failure.attempts_made,
        "arrivalTimestamp": record.approximate_arrival_timestamp,
        "attemptEndingTimestamp": failure.attempt_ending_timestamp,
    }
    if failure.lambda_arn is not None:
        line["lambdaARN"] = failure.lambda_arn
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
