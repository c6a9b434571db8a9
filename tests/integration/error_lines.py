"""What must lie under the error output prefix for records that the function could not process."""

import re
import time
from datetime import UTC, datetime
from typing import Any

from bootstrap import names
from tests.integration.chain_setup import ErrorObject, SourceRecord

FUNCTION_ARN = f"arn:aws:lambda:eu-north-1:000000000000:function:{names.FUNCTION_NAME}"
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# In the order of objects captured on AWS, which name the function `lambdaARN` and have numbers where the
# documentation's sample has texts.
MEMBERS = (
    "rawData",
    "errorCode",
    "errorMessage",
    "attemptsMade",
    "arrivalTimestamp",
    "attemptEndingTimestamp",
    "lambdaARN",
)


def expected_lines(
    sources: list[SourceRecord], error_code: str, error_message: str, attempts_made: int
) -> list[dict[str, Any]]:
    """Return the lines of records, without the time at which the attempts ended.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
    """
    lines = [
        {
            "rawData": source.raw_data,
            "errorCode": error_code,
            "errorMessage": error_message,
            "attemptsMade": attempts_made,
            "arrivalTimestamp": source.arrival,
            "lambdaARN": FUNCTION_ARN,
        }
        for source in sources
    ]
    return sorted(lines, key=_raw_data)


def checked_lines(error_objects: list[ErrorObject], version_id: str) -> list[dict[str, Any]]:
    """Return the lines of objects without the time at which the attempts ended.

    Checks that time, the order of the members, and that each object is named after its oldest record.
    """
    now = time.time() * 1000
    lines = []
    for each in error_objects:
        oldest = datetime.fromtimestamp(min(line["arrivalTimestamp"] for line in each.lines) / 1000, UTC)
        folder = f"{names.ERRORS_PREFIX}processing-failed/{oldest:%Y/%m/%d}/"
        name = f"{names.DELIVERY_STREAM_NAME}-{version_id}-{oldest:%Y-%m-%d-%H-%M-%S}-"
        assert re.fullmatch(re.escape(folder + name) + UUID, each.key), each.key
        for line in each.lines:
            assert tuple(line) == MEMBERS
            ended = line["attemptEndingTimestamp"]
            assert isinstance(ended, int)
            assert line["arrivalTimestamp"] <= ended <= now
            lines.append({name: value for name, value in line.items() if name != "attemptEndingTimestamp"})
    return sorted(lines, key=_raw_data)


def _raw_data(line: dict[str, Any]) -> str:
    return str(line["rawData"])
