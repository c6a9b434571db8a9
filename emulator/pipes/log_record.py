"""One log record of a pipe: a step of an execution, as JSON.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-schema.html
"""

from collections.abc import Mapping
from typing import Any

from emulator.pipes.errors import PipeError
from emulator.pipes.json_data import compact_json, utf8

MAXIMUM_RECORD_BYTES = 256 * 1024
# A function's error is part of the text; what it says first is enough.
MAXIMUM_ERROR_CHARACTERS = 8 * 1024
# Cut in this order when a record is too large.
_EXECUTION_DATA = ("payload", "awsRequest", "awsResponse")
_TRACED = (
    "_TRANSFORMATION_STARTED",
    "_TRANSFORMATION_SUCCEEDED",
    "_INVOCATION_STARTED",
    "_INVOCATION_SUCCEEDED",
)
_FAILED = ("_FAILED", "_THROTTLED", "_TIMEOUT")


def level_of(message_type: str) -> str:
    """Return at which level a step is logged; a more verbose level logs it too.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs.html
    """
    if message_type.endswith(_FAILED):
        return "ERROR"
    # Which level a skipped target invocation has is not established; it is part of what TRACE tells.
    if message_type.endswith(_TRACED) or message_type == "TARGET_INVOCATION_SKIPPED":
        return "TRACE"
    return "INFO"


def log_record(
    *,
    execution_id: str,
    now: float,
    message_type: str,
    pipe_arn: str,
    execution_data: Mapping[str, str],
    error: PipeError | None,
    service_arn: str,
) -> str:
    """Return a record as JSON of at most 256 KB; `service_arn` is what an error came from.

    `execution_data` holds payload, awsRequest and awsResponse where they are to be shown; what is cut from them is
    named in truncatedFields.
    """
    record: dict[str, Any] = {
        "resourceArn": pipe_arn,
        "timestamp": round(now * 1000),
        "executionId": execution_id,
        "messageType": message_type,
        "logLevel": level_of(message_type),
    }
    if error is not None:
        record["error"] = _error(error, service_arn)
    record |= execution_data
    text = compact_json(record)
    truncated: list[str] = []
    for field in _EXECUTION_DATA:
        excess = len(utf8(text)) - MAXIMUM_RECORD_BYTES
        if excess <= 0:
            break
        if field in record:
            truncated.append(field)
            record["truncatedFields"] = truncated
            record[field] = _cut(record, field)
            text = compact_json(record)
    return text


def _cut(record: Mapping[str, Any], field: str) -> str:
    """Return the beginning of a field that lets the record fit, by halving what is kept."""
    value: str = record[field]
    kept, step = 0, len(value)
    while step > 0:
        if kept + step <= len(value) and _fits(record, field, value[: kept + step]):
            kept += step
        else:
            step //= 2
    return value[:kept]


def _fits(record: Mapping[str, Any], field: str, value: str) -> bool:
    return len(utf8(compact_json({**record, field: value}))) <= MAXIMUM_RECORD_BYTES


def _error(error: PipeError, service_arn: str) -> dict[str, Any]:
    answer = _answer(error)
    metadata = answer.get("ResponseMetadata", {})
    message: str = answer.get("Error", {}).get("Message") or str(error)
    found: dict[str, Any] = {
        "message": message[:MAXIMUM_ERROR_CHARACTERS],
        "details": str(error)[:MAXIMUM_ERROR_CHARACTERS],
        "awsService": service_arn.split(":")[2] if service_arn.count(":") > 2 else service_arn,
    }
    if "HTTPStatusCode" in metadata:
        found["httpStatusCode"] = metadata["HTTPStatusCode"]
    if "RequestId" in metadata:
        found["requestId"] = metadata["RequestId"]
    return found


def _answer(error: BaseException) -> Mapping[str, Any]:
    """Return what the service answered, when that is what the error was made from."""
    cause: BaseException | None = error
    while cause is not None:
        answer = getattr(cause, "response", None)
        if isinstance(answer, Mapping):
            return answer
        cause = cause.__cause__
    return {}
