"""One execution environment with real processes, without an emulator around it."""

import json
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from emulator.lambda_ import execution_environment
from emulator.lambda_.execution_environment import (
    EnvironmentStoppedError,
    ExecutionEnvironment,
    InvocationResult,
)
from emulator.lambda_.function_settings import FunctionSettings
from emulator.lambda_.process_census import EnvironmentUse, ProcessCensus
from emulator.lambda_.runtime_process import RuntimeProcess
from tests.integration.lambda_functions import normalize
from tests.integration.test_lambda_processes import running
from tests.polling import PATIENCE_SECONDS, poll_until

PLATFORM = {
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
    "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
}
MakeEnvironment = Callable[..., ExecutionEnvironment]


@pytest.fixture
def make_environment(tmp_path: Path) -> Iterator[MakeEnvironment]:
    """Return a factory of started environments, which are stopped after the test."""
    made: list[ExecutionEnvironment] = []

    def make(code: str, **changes: Any) -> ExecutionEnvironment:
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        (source / "handler.py").write_text(code)
        values: dict[str, Any] = {
            "function_name": "f",
            "version": "$LATEST",
            "handler": "handler.handler",
            "runtime": "python3.13",
            "timeout_seconds": 30,
            "memory_size_mb": 128,
            "ephemeral_storage_size_mb": 512,
            "max_response_bytes": 6_291_556,
            "code": source,
        }
        settings = FunctionSettings(**(values | changes))
        environment = ExecutionEnvironment("f-1", settings, PLATFORM, tmp_path / "environment")
        made.append(environment)
        environment.start()
        return environment

    yield make
    for environment in made:
        environment.stop(wait_for_invocation=False)


def invoke(environment: ExecutionEnvironment, event: Any = None) -> InvocationResult:
    return environment.invoke("request-1", json.dumps(event).encode(), "arn:f", None)


def test_initialization_that_takes_too_long_is_tried_again_within_the_invocation(
    make_environment: MakeEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"""
    # GIVEN
    monkeypatch.setattr(execution_environment, "INITIALIZATION_TIMEOUT_SECONDS", 0.5)
    environment = make_environment("import time\ntime.sleep(60)\n", timeout_seconds=1)

    # WHEN
    result = invoke(environment)

    # THEN
    assert json.loads(result.payload) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: request-1 Error: Task timed out after 1.00 seconds",
    }
    assert [normalize(event) for event in result.log_events] == [
        "INIT_START Runtime Version: python:3.x",
        "INIT_REPORT Init Duration: N ms\tPhase: init\tStatus: timeout",
        "INIT_REPORT Init Duration: N ms\tPhase: invoke\tStatus: timeout",
        "START RequestId: request-1 Version: $LATEST",
        "END RequestId: request-1",
        "REPORT RequestId: request-1\tDuration: N ms\tBilled Duration: N ms\tMemory Size: 128 MB\t"
        "Max Memory Used: N MB\tStatus: timeout",
    ]


def test_initialization_that_is_slow_only_once_succeeds_within_the_invocation(
    make_environment: MakeEnvironment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # GIVEN
    monkeypatch.setattr(execution_environment, "INITIALIZATION_TIMEOUT_SECONDS", 0.5)
    environment = make_environment(
        "import pathlib, time\n"
        f"if not pathlib.Path({str(tmp_path / 'quick')!r}).exists():\n"
        "    time.sleep(60)\n"
        "def handler(event, context):\n"
        "    return 'ready'\n"
    )
    (tmp_path / "quick").touch()

    # WHEN
    result = invoke(environment)

    # THEN
    assert (result.error_type, result.payload) == (None, b'"ready"')


def test_exception_of_the_static_code_has_no_name_in_the_platforms_events(
    make_environment: MakeEnvironment,
) -> None:
    """As internal/lambda/fatalerror in https://github.com/aws/aws-lambda-runtime-interface-emulator has it."""
    # GIVEN
    environment = make_environment("raise ValueError('on purpose')\n")

    # WHEN
    result = invoke(environment)

    # THEN
    status = "Status: error\tError Type: Runtime.Unknown"
    reports = [normalize(event) for event in result.log_events if "REPORT" in event]
    assert json.loads(result.payload)["errorType"] == "ValueError"
    assert reports[:2] == [
        f"INIT_REPORT Init Duration: N ms\tPhase: {phase}\t{status}" for phase in ("init", "invoke")
    ]
    assert reports[2].endswith(status)


def test_what_the_initialization_wrote_comes_before_the_invocation_in_the_log(
    make_environment: MakeEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a thread that gets to read the output too late, as on a busy machine
    monkeypatch.setattr(RuntimeProcess, "_read_output", lambda process: process._ended.wait())
    environment = make_environment("print('loading')\ndef handler(event, context):\n    print('running')\n")

    # WHEN
    result = invoke(environment)

    # THEN
    assert [normalize(event).partition(":")[0] for event in result.log_events] == [
        "INIT_START Runtime Version",
        "loading",
        "START RequestId",
        "running",
        "END RequestId",
        "REPORT RequestId",
    ]


def test_what_a_killed_function_wrote_last_is_in_its_log(make_environment: MakeEnvironment) -> None:
    # GIVEN
    environment = make_environment(
        "import os, signal\n"
        "def handler(event, context):\n"
        "    os.write(1, b'x' * 60000 + b'\\nlast words')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    # WHEN
    result = invoke(environment)

    # THEN
    assert result.log_events[2:4] == ["x" * 60000, "last words"]


@pytest.mark.parametrize(
    "own_session",
    [
        False,
        pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="found by /proc")),
    ],
)
def test_program_that_a_crashed_function_left_behind_is_ended(
    make_environment: MakeEnvironment, own_session: bool
) -> None:
    # GIVEN
    environment = make_environment(
        "import os, subprocess\n"
        "def handler(event, context):\n"
        f"    print(subprocess.Popen(['sleep', '600'], start_new_session={own_session}).pid)\n"
        "    os._exit(1)\n"
    )

    # WHEN
    result = invoke(environment)

    # THEN
    program = int(result.log_events[2])
    poll_until("the program to end", lambda: not running([program]))


def test_stop_ends_an_invocation_under_way_and_removes_the_directory(
    make_environment: MakeEnvironment, tmp_path: Path
) -> None:
    # GIVEN
    environment = make_environment(
        "import pathlib, time\n"
        "def handler(event, context):\n"
        "    pathlib.Path(event).touch()\n"
        "    time.sleep(600)\n",
        timeout_seconds=900,
    )
    results: list[InvocationResult] = []
    caller = threading.Thread(target=lambda: results.append(invoke(environment, str(tmp_path / "begun"))))
    caller.start()
    poll_until("the function to run", (tmp_path / "begun").exists)

    # WHEN
    environment.stop(wait_for_invocation=False)
    caller.join(PATIENCE_SECONDS)

    # THEN
    assert [result.error_type for result in results] == ["Runtime.ExitError"]
    assert not (tmp_path / "environment").exists()


def test_stopped_environment_takes_no_invocation(make_environment: MakeEnvironment) -> None:
    # GIVEN
    environment = make_environment("def handler(event, context):\n    return 1\n")
    environment.stop(wait_for_invocation=False)

    # WHEN / THEN
    with pytest.raises(EnvironmentStoppedError):
        invoke(environment)


def test_environments_leave_no_descriptors_behind(make_environment: MakeEnvironment, tmp_path: Path) -> None:
    # GIVEN
    environment = make_environment(
        "import os\ndef handler(event, context):\n    if event:\n        os._exit(1)\n"
    )
    descriptors = Path("/proc/self/fd" if Path("/proc/self/fd").exists() else "/dev/fd")
    before = len(list(descriptors.iterdir()))

    # WHEN
    for _ in range(5):
        invoke(environment, "crash")
        invoke(environment)

    # THEN
    poll_until("descriptors to be closed", lambda: len(list(descriptors.iterdir())) <= before)


def test_variables_of_the_emulators_own_environment_do_not_reach_the_function(
    make_environment: MakeEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setenv("SECRET_OF_THE_EMULATOR", "1")
    environment = make_environment(
        "import os\ndef handler(event, context):\n    return 'SECRET_OF_THE_EMULATOR' in os.environ\n"
    )

    # WHEN
    result = invoke(environment)

    # THEN
    assert result.payload == b"false"


def test_exec_wrapper_of_a_layer_starts_the_runtime(
    make_environment: MakeEnvironment, tmp_path: Path
) -> None:
    # GIVEN
    wrapper = tmp_path / "layer" / "wrapper"
    wrapper.parent.mkdir()
    wrapper.write_text('#!/bin/sh\necho wrapped\nexport ADDED=1\nexec "$@"\n')
    wrapper.chmod(0o755)
    environment = make_environment(
        "import os\ndef handler(event, context):\n    return os.environ['ADDED']\n",
        layers=[wrapper.parent],
        configured_environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"},
    )

    # WHEN
    result = invoke(environment)

    # THEN
    assert (result.error_type, result.payload) == (None, b'"1"')
    assert result.log_events[1] == "wrapped"


@pytest.mark.parametrize(("file", "status"), [(None, 127), ("not executable", 126)])
def test_exec_wrapper_that_cannot_run_ends_the_runtime(
    make_environment: MakeEnvironment, tmp_path: Path, file: str | None, status: int
) -> None:
    # GIVEN (AWS's answer to a wrapper that is missing: test_lambda_runtime_wrapper_not_found, 2025-11-24)
    wrapper = tmp_path / "wrapper.sh"
    if file is not None:
        wrapper.write_text(file)
    environment = make_environment(
        "def handler(event, context):\n    return 1\n",
        configured_environment={"AWS_LAMBDA_EXEC_WRAPPER": str(wrapper)},
    )

    # WHEN
    result = invoke(environment)

    # THEN
    assert json.loads(result.payload) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: request-1 Error: Runtime exited with error: exit status {status}",
    }


FILLS_ITS_STORAGE = """
import os, pathlib, tempfile
directory = pathlib.Path(tempfile.gettempdir())
def handler(event, context):
    for name in event.get("remove", []):
        (directory / name).unlink()
    for name, size in event.get("write", {}).items():
        (directory / name).write_bytes(b"x" * size)
    return sorted(os.listdir(directory))
"""


def test_file_larger_than_the_ephemeral_storage_cannot_be_written(make_environment: MakeEnvironment) -> None:
    # GIVEN
    environment = make_environment(FILLS_ITS_STORAGE, ephemeral_storage_size_mb=1)

    # WHEN
    result = invoke(environment, {"write": {"large": 1024 * 1024 + 1}})

    # THEN
    assert json.loads(result.payload)["errorType"] == "OSError"


def test_files_that_exceed_the_ephemeral_storage_together_fail_until_they_are_removed(
    make_environment: MakeEnvironment,
) -> None:
    # GIVEN
    environment = make_environment(FILLS_ITS_STORAGE, ephemeral_storage_size_mb=1)
    size = 600 * 1024

    # WHEN
    fits = invoke(environment, {"write": {"one": size}})
    exceeds = invoke(environment, {"write": {"two": size}})
    adds_nothing = invoke(environment, {})
    makes_room = invoke(environment, {"remove": ["one"], "write": {"three": 1024}})

    # THEN
    assert [json.loads(result.payload) for result in (fits, exceeds, adds_nothing, makes_room)] == [
        ["one"],
        {
            "errorType": "Runtime.ExitError",
            "errorMessage": "RequestId: request-1 Error: Runtime exited with error: No space left in /tmp "
            "(EphemeralStorage.Size is 1 MB)",
        },
        ["one", "two"],
        ["three", "two"],
    ]


def test_function_that_fills_its_storage_and_goes_on_is_stopped(make_environment: MakeEnvironment) -> None:
    # GIVEN
    environment = make_environment(
        "import pathlib, tempfile, time\n"
        "def handler(event, context):\n"
        "    for number in range(2):\n"
        "        pathlib.Path(tempfile.gettempdir(), str(number)).write_bytes(b'x' * 600 * 1024)\n"
        "    time.sleep(60)\n",
        ephemeral_storage_size_mb=1,
    )

    # WHEN
    result = invoke(environment)

    # THEN
    assert "No space left in /tmp" in json.loads(result.payload)["errorMessage"]


def test_code_and_layers_are_read_only(make_environment: MakeEnvironment, tmp_path: Path) -> None:
    # GIVEN
    layer = tmp_path / "layer"
    (layer / "python").mkdir(parents=True)
    environment = make_environment(
        "import errno, os, pathlib\n"
        "def attempt(path):\n"
        "    try:\n"
        "        path.write_text('')\n"
        "    except OSError as error:\n"
        "        return errno.errorcode[error.errno]\n"
        "def handler(event, context):\n"
        "    root = pathlib.Path(os.environ['LAMBDA_TASK_ROOT'])\n"
        "    temporary = pathlib.Path(os.environ['TMPDIR'])\n"
        "    paths = [pathlib.Path('new'), root / 'handler.py', root / '../opt/python/new', temporary / 'new']\n"
        "    return [attempt(path) for path in paths]\n",
        layers=[layer],
    )

    # WHEN
    result = invoke(environment)

    # THEN
    assert json.loads(result.payload) == ["EACCES", "EACCES", "EACCES", None]


@pytest.mark.parametrize("runtime", ["python3.9", "python3.14"])
def test_packages_that_a_layer_has_for_the_functions_runtime_are_found(
    make_environment: MakeEnvironment, tmp_path: Path, runtime: str
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html"""
    # GIVEN
    packages = tmp_path / "layer" / "python" / "lib" / runtime / "site-packages"
    (packages / "vendored").mkdir(parents=True)
    (packages / "direct.py").write_text("name = 'direct'\n")
    (packages / "more.pth").write_text("vendored\n")
    (packages / "vendored" / "indirect.py").write_text("name = 'indirect'\n")
    environment = make_environment(
        "import direct, indirect\ndef handler(event, context):\n    return [direct.name, indirect.name]\n",
        layers=[tmp_path / "layer"],
        runtime=runtime,
    )

    # WHEN / THEN
    assert json.loads(invoke(environment).payload) == ["direct", "indirect"]


def test_function_that_removes_what_it_can_and_crashes_starts_again(
    make_environment: MakeEnvironment,
) -> None:
    # GIVEN
    environment = make_environment(
        "import os, pathlib, shutil, tempfile\n"
        "root = pathlib.Path(os.environ['LAMBDA_TASK_ROOT'])\n"
        "def handler(event, context):\n"
        "    if event == 'remove':\n"
        "        shutil.rmtree(root.parent, ignore_errors=True)\n"
        "        try:\n"
        "            root.rename(root.with_name('elsewhere'))\n"
        "        finally:\n"
        "            os._exit(1)\n"
        "    return tempfile.mkdtemp() and 'started again'\n"
    )

    # WHEN
    results = invoke(environment, "remove"), invoke(environment)

    # THEN
    assert [result.error_type for result in results] == ["Runtime.ExitError", None]
    assert results[1].payload == b'"started again"'


COUNTS = """
import threading, time
count = 0
def run():
    global count
    while True:
        count += 1
        time.sleep(0.001)
def handler(event, context):
    if event == "start":
        threading.Thread(target=run, daemon=True).start()
    if event == "run":
        before = count
        while count == before:
            time.sleep(0.001)
    return count
"""


@pytest.mark.skipif(sys.platform != "linux", reason="functions are not stopped there")
def test_nothing_of_a_function_runs_between_its_invocations(make_environment: MakeEnvironment) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"""
    # GIVEN
    environment = make_environment(COUNTS)
    invoke(environment, "start")
    assert environment._runtime is not None
    function = psutil.Process(environment._runtime.process.process_id)
    poll_until("the function to be stopped", lambda: function.status() == psutil.STATUS_STOPPED)

    # WHEN
    before = json.loads(invoke(environment).payload)
    after = json.loads(invoke(environment, "run").payload)

    # THEN its thread goes on with the next invocation
    assert after > before
    poll_until("the function to be stopped again", lambda: function.status() == psutil.STATUS_STOPPED)


@pytest.mark.skipif(sys.platform != "linux", reason="functions are not stopped there")
def test_a_program_in_a_process_group_of_its_own_is_stopped_too(make_environment: MakeEnvironment) -> None:
    # GIVEN
    environment = make_environment(
        "import subprocess, time\n"
        "program = None\n"
        "def handler(event, context):\n"
        "    global program\n"
        "    program = program or subprocess.Popen(['sleep', '600'], process_group=0)\n"
        "    while event == 'wait':\n"
        "        time.sleep(0.1)\n"
        "    return program.pid\n"
    )
    program = psutil.Process(int(invoke(environment).payload))
    poll_until("the program to be stopped", lambda: program.status() == psutil.STATUS_STOPPED)

    # WHEN
    waiting = threading.Thread(target=invoke, args=(environment, "wait"))
    waiting.start()

    # THEN it goes on with the function, and ends with it
    poll_until("the program to go on", lambda: program.status() == psutil.STATUS_SLEEPING)
    environment.stop(wait_for_invocation=False)
    waiting.join(PATIENCE_SECONDS)
    poll_until("the program to end", lambda: not running([program.pid]))


CHILD_USES_MEMORY = """
import subprocess, sys
def handler(event, context):
    program = "kept = b'1' * 300_000_000; import time; time.sleep(600)"
    subprocess.run([sys.executable, "-c", program], start_new_session=event)
"""
FORKS = """
import multiprocessing, time
kept = b"1" * 60_000_000
def wait():
    time.sleep(1.5)
def handler(event, context):
    # Four times 60 MB, were it not one and the same.
    processes = [multiprocessing.get_context("fork").Process(target=wait) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return "done"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is not limited there")
@pytest.mark.parametrize("own_session", [False, True])
def test_memory_of_a_functions_programs_counts(make_environment: MakeEnvironment, own_session: bool) -> None:
    # GIVEN
    environment = make_environment(CHILD_USES_MEMORY)

    # WHEN
    result = invoke(environment, own_session)

    # THEN
    assert result.error_type == "Runtime.OutOfMemory"


class LastCount(ProcessCensus):
    """A census that counts no more."""

    def use_of(self, task_root: Path, since: float = -math.inf) -> EnvironmentUse:
        return self.last_use_of(task_root, since)


def test_what_was_counted_before_a_runtime_started_is_not_its_own(
    make_environment: MakeEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a function that runs for longer than a check takes, and a count from before it ended and starts again
    environment = make_environment(
        "import os, time\n"
        "def handler(event, context):\n"
        "    if event == 'exit':\n"
        "        os._exit(1)\n"
        "    time.sleep(0.5)\n"
    )
    census = LastCount()
    too_much = EnvironmentUse(threads=2000, charged_bytes=2**40)
    census._last = time.monotonic(), {str(environment._directory.task_root): too_much}
    invoke(environment, "exit")
    monkeypatch.setattr(execution_environment, "CENSUS", census)

    # WHEN
    result = invoke(environment)

    # THEN
    assert result.error_type is None


@pytest.mark.skipif(sys.platform != "linux", reason="memory is not limited there")
def test_memory_that_forked_processes_share_counts_once(make_environment: MakeEnvironment) -> None:
    # GIVEN
    environment = make_environment(FORKS)

    # WHEN
    result = invoke(environment)

    # THEN
    assert (result.error_type, result.payload) == (None, b'"done"')


@pytest.mark.skipif(sys.platform != "linux", reason="processes are not counted there")
def test_function_with_too_many_threads_is_ended(
    make_environment: MakeEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quota: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
    # GIVEN
    monkeypatch.setattr(execution_environment, "MAX_THREADS", 50)
    environment = make_environment(
        "import threading, time\n"
        "def handler(event, context):\n"
        "    for _ in range(event):\n"
        "        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        "    if event > 50:\n"
        "        time.sleep(600)\n"
    )

    # WHEN
    few, many = invoke(environment, 30), invoke(environment, 100)

    # THEN
    assert (few.error_type, many.error_type) == (None, "Runtime.ExitError")
    assert json.loads(many.payload)["errorMessage"].endswith("signal: killed")


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_function_is_what_the_kernel_ends_first_for_lack_of_memory(make_environment: MakeEnvironment) -> None:
    # GIVEN
    environment = make_environment(
        "def handler(event, context):\n    return int(open('/proc/self/oom_score_adj').read())\n"
    )

    # WHEN / THEN
    assert invoke(environment).payload == b"1000"
