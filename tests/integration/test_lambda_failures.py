"""Functions written to misbehave, and what Lambda says of them.

The payloads are those that AWS answered to the same functions: tests/aws/services/lambda_/test_lambda.snapshot.json
in https://github.com/localstack/localstack (recorded on 2025-11-24 and 25: test_lambda_runtime_exit,
test_lambda_handler_exit, test_lambda_handler_error, test_lambda_runtime_error, test_lambda_invoke_with_timeout,
test_lambda_too_large_response). The log lines are those of
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html. The errors of the handler's name and
import are the runtime interface client's: https://github.com/aws/aws-lambda-python-runtime-interface-client.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conftest import Aws
from tests.integration.lambda_functions import Function, await_log, normalize, normalize_values

REPORT = "REPORT RequestId: REQUEST\tDuration: N ms\tBilled Duration: N ms\tMemory Size: 128 MB\tMax Memory Used: N MB"
INIT_START = "INIT_START Runtime Version: python:3.x"
START = "START RequestId: REQUEST Version: $LATEST"
END = "END RequestId: REQUEST"


@dataclass(frozen=True)
class Misbehaviour:
    code: str
    payload: dict[str, Any]
    log: list[str]
    configuration: dict[str, Any] = field(default_factory=dict)


def exit_payload(reason: str, error_type: str = "Runtime.ExitError") -> dict[str, Any]:
    return {"errorType": error_type, "errorMessage": f"RequestId: REQUEST Error: {reason}"}


def crash_log(error_type: str) -> list[str]:
    """The log of a function whose first invocation ends its process."""
    report = f"{REPORT}\tInit Duration: N ms\tStatus: error\tError Type: {error_type}"
    return [INIT_START, START, END, report]


def initialization_log(error_type: str, output: list[str]) -> list[str]:
    """The log of a function that cannot be initialized: tried when the environment starts and for the invocation."""
    status = f"Status: error\tError Type: {error_type}"
    return [
        INIT_START,
        *output,
        f"INIT_REPORT Init Duration: N ms\tPhase: init\t{status}",
        *output,
        f"INIT_REPORT Init Duration: N ms\tPhase: invoke\t{status}",
        START,
        END,
        f"{REPORT}\t{status}",
    ]


MISBEHAVIOURS = {
    "the handler raises": Misbehaviour(
        'def handler(event, context):\n    raise ValueError("boom")\n',
        {
            "errorMessage": "boom",
            "errorType": "ValueError",
            "requestId": "REQUEST",
            "stackTrace": [
                '  File "/var/task/handler.py", line 2, in handler\n    raise ValueError("boom")\n'
            ],
        },
        [
            INIT_START,
            START,
            "[ERROR] ValueError: boom\nTraceback (most recent call last):\n"
            '\u00a0\u00a0File "/var/task/handler.py", line 2, in handler\n'
            '\u00a0\u00a0\u00a0\u00a0raise ValueError("boom")',
            END,
            f"{REPORT}\tInit Duration: N ms\t",
        ],
    ),
    "a module is missing": Misbehaviour(
        "import no_such_module\n",
        {
            "errorMessage": "Unable to import module 'handler': No module named 'no_such_module'",
            "errorType": "Runtime.ImportModuleError",
            "requestId": "",
            "stackTrace": [],
        },
        initialization_log(
            "Runtime.ImportModuleError",
            [
                "[ERROR] Runtime.ImportModuleError: Unable to import module 'handler': "
                "No module named 'no_such_module'\nTraceback (most recent call last):"
            ],
        ),
    ),
    "the handler is missing": Misbehaviour(
        "def other(event, context):\n    pass\n",
        {
            "errorMessage": "Handler 'handler' missing on module 'handler'",
            "errorType": "Runtime.HandlerNotFound",
            "requestId": "",
            "stackTrace": [],
        },
        initialization_log(
            "Runtime.HandlerNotFound",
            [
                "[ERROR] Runtime.HandlerNotFound: Handler 'handler' missing on module 'handler'\n"
                "Traceback (most recent call last):"
            ],
        ),
    ),
    "the static code exits": Misbehaviour(
        'import sys\nprint("leaving")\nsys.exit(0)\n',
        exit_payload("Runtime exited without providing a reason"),
        initialization_log("Runtime.ExitError", ["leaving"]),
    ),
    "the handler exits": Misbehaviour(
        "import sys\ndef handler(event, context):\n    sys.exit(0)\n",
        exit_payload("Runtime exited without providing a reason"),
        crash_log("Runtime.ExitError"),
    ),
    "the handler exits with a status": Misbehaviour(
        "import os\ndef handler(event, context):\n    os._exit(127)\n",
        exit_payload("Runtime exited with error: exit status 127"),
        crash_log("Runtime.ExitError"),
    ),
    "a segmentation fault": Misbehaviour(
        "import ctypes\ndef handler(event, context):\n    ctypes.string_at(0)\n",
        exit_payload("Runtime exited with error: signal: segmentation fault"),
        crash_log("Runtime.ExitError"),
    ),
    "more memory than the function has": Misbehaviour(
        "def handler(event, context):\n    kept = []\n    while True:\n        kept.append(b'1' * 1000000)\n",
        exit_payload("Runtime exited with error: signal: killed", "Runtime.OutOfMemory"),
        crash_log("Runtime.OutOfMemory"),
    ),
    "a handler that does not end": Misbehaviour(
        "import re\ndef handler(event, context):\n    re.match(r'(a+)+$', 'a' * 64 + 'b')\n",
        exit_payload("Task timed out after 1.00 seconds", "Sandbox.Timedout"),
        [INIT_START, START, END, f"{REPORT}\tInit Duration: N ms\tStatus: timeout"],
        {"Timeout": 1},
    ),
}


def without_runtime_warning(events: list[str]) -> list[str]:
    """Drop the runtime interface client's general advice on initialization errors."""
    return [event for event in events if "LAMBDA_WARNING" not in event]


@pytest.mark.parametrize("case", MISBEHAVIOURS.values(), ids=MISBEHAVIOURS.keys())
def test_failure_is_reported_as_lambda_reports_it(aws: Aws, name: str, case: Misbehaviour) -> None:
    # GIVEN
    function = Function(aws.client("lambda"), name, case.code, **case.configuration)

    # WHEN
    result = function.invoke()

    # THEN
    log = await_log(aws.client("logs"), name)
    assert (result.function_error, normalize_values(result.payload)) == ("Unhandled", case.payload)
    assert without_runtime_warning([normalize(event) for event in log]) == case.log


FRAGILE = """
import os, pathlib, tempfile, time
marker = pathlib.Path(tempfile.gettempdir(), "marker")
calls = 0
def handler(event, context):
    global calls
    calls += 1
    if event == "crash":
        marker.touch()
        os._exit(1)
    if event == "hang":
        marker.touch()
        time.sleep(60)
    if event == "flood":
        return "x" * 7_000_000
    return {"calls": calls, "temporary file kept": marker.exists(), "stream": context.log_stream_name}
"""


@pytest.mark.parametrize(
    ("event", "error_type", "timeout_seconds"),
    [
        ("crash", "Runtime.ExitError", 30),
        # The next invocation starts the runtime anew within this time.
        ("hang", "Sandbox.Timedout", 5),
        ("flood", "Function.ResponseSizeTooLarge", 30),
    ],
    ids=["crash", "hang", "flood"],
)
def test_next_invocation_starts_afresh_in_the_same_environment(
    aws: Aws, name: str, event: str, error_type: str, timeout_seconds: int
) -> None:
    # GIVEN
    function = Function(aws.client("lambda"), name, FRAGILE, Timeout=timeout_seconds)
    before = function.invoke().payload

    # WHEN
    failed = function.invoke(event)
    after = function.invoke()

    # THEN
    assert (failed.function_error, failed.payload["errorType"]) == ("Unhandled", error_type)
    assert (after.function_error, after.payload) == (
        None,
        {"calls": 1, "temporary file kept": event != "flood", "stream": before["stream"]},
    )


def test_response_over_six_megabytes_is_refused(aws: Aws, name: str) -> None:
    # GIVEN
    function = Function(aws.client("lambda"), name, FRAGILE)

    # WHEN
    result = function.invoke("flood")

    # THEN
    assert result.payload == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }


@pytest.mark.parametrize("runtime", ["nodejs22.x", "java21"])
def test_runtime_without_an_interpreter_is_refused(aws: Aws, name: str, runtime: str) -> None:
    # GIVEN
    client = aws.client("lambda")

    # WHEN
    with pytest.raises(client.exceptions.InvalidParameterValueException) as refusal:
        Function(client, name, "", Runtime=runtime)

    # THEN
    assert refusal.match(f"Runtime {runtime} is not available in this emulator; available: python3")


@pytest.mark.parametrize("runtime", ["python3.9", "python3.14"])
def test_every_python_runtime_runs_on_the_emulators_interpreter(aws: Aws, name: str, runtime: str) -> None:
    # GIVEN
    code = "import os\ndef handler(event, context):\n    return os.environ['AWS_EXECUTION_ENV']\n"

    # WHEN
    function = Function(aws.client("lambda"), name, code, Runtime=runtime)

    # THEN
    assert function.invoke().payload == f"AWS_Lambda_{runtime}"
