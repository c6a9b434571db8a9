"""Lambda's own log events and error payloads."""

import json
from datetime import UTC, datetime

import pytest

from emulator.lambda_.report import InvocationReport, JsonFormat, TextFormat, exit_error, timeout_error

MEBIBYTE = 1024 * 1024


def report(**changes: object) -> InvocationReport:
    values: dict[str, object] = {
        "request_id": "r-1",
        "duration_seconds": 0.0015,
        "memory_size_mb": 128,
        "max_memory_used_bytes": 30 * MEBIBYTE,
    }
    return InvocationReport(**(values | changes))  # type: ignore[arg-type]


# The payloads are those recorded on AWS on 2025-11-24 and 25 (test_lambda_runtime_exit, …_wrapper_not_found,
# test_lambda_invoke_with_timeout) in tests/aws/services/lambda_/test_lambda.snapshot.json of
# https://github.com/localstack/localstack; the signal's is in https://docs.aws.amazon.com/lambda/latest/dg/.
@pytest.mark.parametrize(
    ("error", "payload"),
    [
        pytest.param(
            exit_error(0),
            {
                "errorType": "Runtime.ExitError",
                "errorMessage": "RequestId: r-1 Error: Runtime exited without providing a reason",
            },
            id="exit status 0",
        ),
        pytest.param(
            exit_error(127),
            {
                "errorType": "Runtime.ExitError",
                "errorMessage": "RequestId: r-1 Error: Runtime exited with error: exit status 127",
            },
            id="exit status 127",
        ),
        pytest.param(
            exit_error(-11),
            {
                "errorType": "Runtime.ExitError",
                "errorMessage": "RequestId: r-1 Error: Runtime exited with error: signal: segmentation fault",
            },
            id="segmentation fault",
        ),
        pytest.param(
            exit_error(-9, out_of_memory=True),
            {
                "errorType": "Runtime.OutOfMemory",
                "errorMessage": "RequestId: r-1 Error: Runtime exited with error: signal: killed",
            },
            id="out of memory",
        ),
        pytest.param(
            timeout_error(30),
            {
                "errorType": "Sandbox.Timedout",
                "errorMessage": "RequestId: r-1 Error: Task timed out after 30.00 seconds",
            },
            id="timeout",
        ),
    ],
)
def test_platform_error_is_spelled_as_lambda_spells_it(error: object, payload: dict[str, str]) -> None:
    assert json.loads(error.payload("r-1")) == payload  # type: ignore[attr-defined]


# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html has the lines with a status.
@pytest.mark.parametrize(
    ("invocation", "line"),
    [
        pytest.param(
            report(),
            "REPORT RequestId: r-1\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 30 MB\t",
            id="warm",
        ),
        pytest.param(
            report(initialization_seconds=0.1),
            "REPORT RequestId: r-1\tDuration: 1.50 ms\tBilled Duration: 102 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 30 MB\tInit Duration: 100.00 ms\t",
            id="cold start, whose initialization is billed",
        ),
        pytest.param(
            report(duration_seconds=3.0, error_type="Sandbox.Timedout"),
            "REPORT RequestId: r-1\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 30 MB\tStatus: timeout",
            id="timeout",
        ),
        pytest.param(
            report(error_type="Runtime.ExitError"),
            "REPORT RequestId: r-1\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 30 MB\tStatus: error\tError Type: Runtime.ExitError",
            id="crash",
        ),
        pytest.param(
            report(max_memory_used_bytes=200 * MEBIBYTE, error_type="Runtime.OutOfMemory"),
            "REPORT RequestId: r-1\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory",
            id="never more memory than there is",
        ),
    ],
)
def test_report_line(invocation: InvocationReport, line: str) -> None:
    assert TextFormat().report(invocation) == line


def test_other_lines() -> None:
    # GIVEN
    text = TextFormat()

    # WHEN
    lines = [
        text.initialization_start("python:3.11.7"),
        text.initialization_report(0.1489, "init", "Runtime.ExitError"),
        text.initialization_report(3.0, "invoke", None),
        text.start("r-1", "$LATEST"),
        text.end("r-1"),
    ]

    # THEN
    assert lines == [
        "INIT_START Runtime Version: python:3.11.7",
        "INIT_REPORT Init Duration: 148.90 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError",
        "INIT_REPORT Init Duration: 3000.00 ms\tPhase: invoke\tStatus: timeout",
        "START RequestId: r-1 Version: $LATEST",
        "END RequestId: r-1",
    ]


def json_format(level: str) -> JsonFormat:
    return JsonFormat(level, lambda: datetime(2026, 1, 1, tzinfo=UTC))


def test_json_report() -> None:
    # WHEN
    event = json_format("INFO").report(report(initialization_seconds=0.1, error_type="Runtime.ExitError"))

    # THEN
    assert json.loads(event or "") == {
        "time": "2026-01-01T00:00:00.000Z",
        "type": "platform.report",
        "record": {
            "requestId": "r-1",
            "metrics": {
                "durationMs": 1.5,
                "billedDurationMs": 102,
                "memorySizeMB": 128,
                "maxMemoryUsedMB": 30,
                "initDurationMs": 100.0,
            },
            "status": "error",
            "errorType": "Runtime.ExitError",
        },
    }


def test_system_log_level_warn_hides_what_went_well() -> None:
    # GIVEN
    quiet = json_format("WARN")

    # WHEN
    events = [
        quiet.initialization_start("python:3.11.7"),
        quiet.start("r-1", "$LATEST"),
        quiet.end("r-1"),
        quiet.report(report()),
    ]

    # THEN
    assert events == [None, None, None, None]
    assert quiet.report(report(error_type="Sandbox.Timedout")) is not None
