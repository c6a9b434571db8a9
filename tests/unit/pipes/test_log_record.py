"""One log record of a pipe.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-schema.html
"""

import json
from typing import Any

import pytest

from emulator.pipes.errors import PipeError, TargetError
from emulator.pipes.log_configuration import LogConfiguration
from emulator.pipes.log_record import MAXIMUM_RECORD_BYTES, level_of, log_record
from tests.unit.pipes.fakes import PIPE_ARN, TARGET_ARN, client_error

NOW = 1_767_225_600.25


@pytest.mark.parametrize(
    ("message_type", "level"),
    [
        ("EXECUTION_STARTED", "INFO"),
        ("EXECUTION_SUCCEEDED", "INFO"),
        ("EXECUTION_FAILED", "ERROR"),
        ("EXECUTION_PARTIALLY_FAILED", "ERROR"),
        ("EXECUTION_THROTTLED", "ERROR"),
        ("EXECUTION_TIMEOUT", "ERROR"),
        ("ENRICHMENT_STAGE_ENTERED", "INFO"),
        ("ENRICHMENT_STAGE_SUCCEEDED", "INFO"),
        ("ENRICHMENT_STAGE_FAILED", "ERROR"),
        ("ENRICHMENT_TRANSFORMATION_STARTED", "TRACE"),
        ("ENRICHMENT_INVOCATION_SUCCEEDED", "TRACE"),
        ("ENRICHMENT_INVOCATION_FAILED", "ERROR"),
        ("TARGET_STAGE_ENTERED", "INFO"),
        ("TARGET_STAGE_SKIPPED", "INFO"),
        ("TARGET_STAGE_PARTIALLY_FAILED", "ERROR"),
        ("TARGET_TRANSFORMATION_STARTED", "TRACE"),
        ("TARGET_TRANSFORMATION_FAILED", "ERROR"),
        ("TARGET_INVOCATION_STARTED", "TRACE"),
        ("TARGET_INVOCATION_SUCCEEDED", "TRACE"),
        ("TARGET_INVOCATION_PARTIALLY_FAILED", "ERROR"),
    ],
)
def test_step_has_a_level(message_type: str, level: str) -> None:
    assert level_of(message_type) == level


@pytest.mark.parametrize(
    ("configured", "logged"),
    [
        ("TRACE", {"TRACE", "INFO", "ERROR"}),
        ("INFO", {"INFO", "ERROR"}),
        ("ERROR", {"ERROR"}),
        ("OFF", set()),
    ],
)
def test_level_includes_the_graver_ones(configured: str, logged: set[str]) -> None:
    configuration = LogConfiguration(configured)
    assert {level for level in ("TRACE", "INFO", "ERROR") if configuration.logs(level)} == logged


def record(
    execution_data: dict[str, str], message_type: str = "TARGET_STAGE_FAILED", error: PipeError | None = None
) -> dict[str, Any]:
    """Return a record as its reader sees it, and make sure that it is not too large."""
    text = log_record(
        execution_id="execution",
        now=NOW,
        message_type=message_type,
        pipe_arn=PIPE_ARN,
        execution_data=execution_data,
        error=error,
        service_arn=TARGET_ARN,
    )
    assert len(text.encode()) <= MAXIMUM_RECORD_BYTES
    read: dict[str, Any] = json.loads(text)
    return read


def test_record_has_the_fields_of_the_schema() -> None:
    assert record({"payload": "[1]"}, "EXECUTION_STARTED") == {
        "resourceArn": PIPE_ARN,
        "timestamp": 1_767_225_600_250,
        "executionId": "execution",
        "messageType": "EXECUTION_STARTED",
        "logLevel": "INFO",
        "payload": "[1]",
    }


def test_error_says_what_the_service_answered() -> None:
    # GIVEN a failure that was made from an answer of Kinesis
    failure = TargetError("the target refused it")
    failure.__cause__ = client_error("ResourceNotFoundException")

    # WHEN it is logged, THEN status and message are the answer's
    assert record({}, error=failure)["error"] == {
        "httpStatusCode": 400,
        "message": "ResourceNotFoundException",
        "details": "the target refused it",
        "awsService": "kinesis",
    }


@pytest.mark.parametrize(
    ("sizes", "truncated"),
    [
        ({"payload": 300_000}, ["payload"]),
        ({"payload": 1000, "awsRequest": 300_000}, ["payload", "awsRequest"]),
        ({"awsRequest": 200_000, "awsResponse": 200_000}, ["awsRequest"]),
        (
            {"payload": 200_000, "awsRequest": 300_000, "awsResponse": 300_000},
            ["payload", "awsRequest", "awsResponse"],
        ),
    ],
)
def test_too_large_a_record_is_cut_payload_first_then_request_then_response(
    sizes: dict[str, int], truncated: list[str]
) -> None:
    # WHEN a record of more than 256 KB is logged
    found = record({field: "é" * (size // 2) for field, size in sizes.items()})

    # THEN what was cut is named, the rest is whole, and what was kept is the beginning
    assert found["truncatedFields"] == truncated
    for field, size in sizes.items():
        whole = "é" * (size // 2)
        assert whole.startswith(found[field])
        assert (found[field] == whole) is (field not in truncated)


def test_error_of_any_length_fits() -> None:
    # GIVEN a function's error that is larger than a record
    text = "x" * 300_000

    # WHEN it is logged, THEN its beginning is there
    error = record({}, error=TargetError(text))["error"]
    assert error["message"]
    assert text.startswith(error["message"])
    assert text.startswith(error["details"])
