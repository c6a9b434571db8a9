"""One execution environment of a function version: a scratch directory, and one runtime process at a time."""

import importlib.util
import platform
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from emulator.lambda_.environment_variables import function_environment
from emulator.lambda_.ephemeral_storage import EphemeralStorage
from emulator.lambda_.function_log import FunctionLog
from emulator.lambda_.function_settings import FunctionSettings
from emulator.lambda_.process_census import CENSUS, MAX_THREADS, SESSIONS
from emulator.lambda_.report import (
    MEBIBYTE,
    InvocationReport,
    Phase,
    PlatformError,
    exit_error,
    storage_error,
    timeout_error,
)
from emulator.lambda_.runtime_api import (
    FunctionFailure,
    Invocation,
    Response,
    RuntimeApi,
    RuntimeExit,
)
from emulator.lambda_.runtime_api_server import RuntimeApiServer
from emulator.lambda_.runtime_process import RuntimeProcess
from emulator.lambda_.scratch_directory import ScratchDirectory

T = TypeVar("T")
Result = Response | FunctionFailure | PlatformError

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
INITIALIZATION_TIMEOUT_SECONDS = 10
# Short at first, so that a process that ends early was seen at all.
FIRST_CHECK_SECONDS = 0.01
CHECK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """What an invocation gave: the payload, the error's type if it failed, its log, event by event, and its time.

    `log_tail` is the part of the log that the caller of Invoke can have.
    """

    payload: bytes
    error_type: str | None
    log_events: list[str]
    log_tail: list[str]
    duration_seconds: float


@dataclass(slots=True)
class _Runtime:
    """A runtime process with its side of the Runtime API; `started` is in monotonic seconds."""

    api: RuntimeApi
    server: RuntimeApiServer
    process: RuntimeProcess
    started: float
    out_of_memory: bool = False
    out_of_storage: bool = False


class EnvironmentStoppedError(Exception):
    """The environment was stopped before it could take the invocation."""


class ExecutionEnvironment:
    """Runs the invocations of one function version, one at a time.

    A runtime that crashed, timed out or failed to initialize is started again by the next invocation, within that
    invocation's timeout; temporary files stay, as in Lambda. Between invocations the function is stopped (Linux). Three
    limits differ from Lambda's: memory is checked ten times a second (Linux) and counts what the function's processes
    cannot share or drop; more than 1,024 processes and threads end the function, where Lambda starts no more; the size
    of the temporary directory is checked as often as memory, and a file that exceeds it by itself is refused.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """

    def __init__(
        self, name: str, settings: FunctionSettings, platform_environment: Mapping[str, str], directory: Path
    ) -> None:
        self._name = name
        self._settings = settings
        self._platform_environment = dict(platform_environment)
        self._directory = ScratchDirectory(directory)
        self._storage = EphemeralStorage(
            self._directory.temporary_directory, settings.ephemeral_storage_size_mb * MEBIBYTE
        )
        self._format = settings.platform_log_format()
        self._log = FunctionLog()
        self._log_lock = threading.Lock()
        self._busy = threading.Lock()
        self._runtime: _Runtime | None = None
        self._initialization_start: str | None = None
        self._initialization_seconds: float | None = None
        self._stopped = False

    def start(self) -> None:
        """Lay out the directory and run the initialization; a failure of the function's code is kept for `invoke`."""
        with self._busy:
            self._directory.lay_out(self._settings.code, self._settings.layers)
            started = time.monotonic()
            self._initialization_start = self._format.initialization_start(runtime_version())
            self._append_log(self._initialization_start)
            failure = self._initialize("init", started + INITIALIZATION_TIMEOUT_SECONDS)
            if failure is None:
                self._initialization_seconds = time.monotonic() - started
                self._freeze()

    def invoke(
        self,
        request_id: str,
        payload: bytes,
        invoked_function_arn: str,
        trace_id: str | None,
        client_context: str | None = None,
    ) -> InvocationResult:
        """Run one invocation to its end; every failure of the function is a result, not an exception."""
        with self._busy:
            started = time.monotonic()
            deadline = started + self._settings.timeout_seconds
            self._storage.begin()
            failure = None
            if self._runtime is None or not self._runtime.api.ready:
                failure = self._initialize("invoke", deadline)
            self._append_log(self._format.start(request_id, self._settings.version))
            outcome: Result
            if failure is not None:
                outcome = failure
            else:
                remaining_ms = max(deadline - time.monotonic(), 0) * 1000
                invocation = Invocation(
                    request_id,
                    payload,
                    invoked_function_arn,
                    int(time.time() * 1000 + remaining_ms),
                    trace_id,
                    client_context,
                )
                outcome = self._run(invocation, deadline)
            reported_failure = failure or (outcome if isinstance(outcome, PlatformError) else None)
            self._freeze()
            return self._finish(request_id, outcome, reported_failure, time.monotonic() - started)

    def stop(self, *, wait_for_invocation: bool) -> None:
        """End the runtime and remove the directory.

        An invocation under way is cut off, unless `wait_for_invocation` leaves it to its end (and its timeout).
        """
        self._stopped = True
        if wait_for_invocation and self._busy.locked():
            threading.Thread(target=self._close, name=f"lambda-stop-{self._name}", daemon=True).start()
            return
        runtime = self._runtime
        if runtime is not None:
            runtime.process.kill()
        self._close()

    def unread_log(self) -> str:
        """What the function wrote since its last invocation."""
        with self._log_lock:
            return "\n".join(self._log.take())

    def _close(self) -> None:
        with self._busy:
            self._end_runtime()
            self._directory.remove()

    def _initialize(self, phase: Phase, deadline: float) -> FunctionFailure | PlatformError | None:
        """Start a new runtime and wait until it is ready; how that failed, if it did."""
        self._end_runtime()
        if self._stopped:
            raise EnvironmentStoppedError(self._name)
        started = time.monotonic()
        runtime = self._runtime = self._launch()
        if self._stopped:
            # `stop` may have looked before there was a runtime to end.
            runtime.process.kill()
        outcome = self._await(runtime, runtime.api.await_initialization, deadline)
        if outcome is True:
            # What it wrote comes before what the platform says next.
            runtime.process.drain_output()
            return None
        runtime.process.kill()
        failure: FunctionFailure | PlatformError
        if isinstance(outcome, RuntimeExit):
            failure = self._exit_error(runtime, outcome)
        elif isinstance(outcome, FunctionFailure):
            failure = outcome
        else:
            failure = timeout_error(self._settings.timeout_seconds)
        reported_type = _reported_type(failure) if outcome else None
        self._append_log(self._format.initialization_report(time.monotonic() - started, phase, reported_type))
        return failure

    def _launch(self) -> _Runtime:
        api = RuntimeApi(self._settings.max_response_bytes)
        server = RuntimeApiServer(api, self._name)
        process = RuntimeProcess(self._name, self._log, self._log_lock)
        environment = function_environment(
            self._platform_environment | {"AWS_LAMBDA_RUNTIME_API": server.address},
            self._settings.configured_environment,
            runtime=self._settings.runtime,
            runtime_directory=runtime_directory(),
            task_root=self._directory.task_root,
            layers=self._directory.layers,
            temporary_directory=self._directory.temporary_directory,
            log_format=self._settings.log_format,
            log_level=self._settings.application_log_level,
        )
        server.start()
        started = time.monotonic()
        try:
            process.start(
                self._settings.handler,
                self._settings.ephemeral_storage_size_mb * MEBIBYTE,
                self._directory.task_root,
                environment,
                api.exited,
            )
        except OSError:
            server.stop()
            raise
        return _Runtime(api, server, process, started)

    def _run(self, invocation: Invocation, deadline: float) -> Result:
        """Hand the invocation to the runtime and wait until it has answered and asks for the next one."""
        assert self._runtime is not None
        runtime = self._runtime
        runtime.process.thaw()
        runtime.api.submit(invocation)
        outcome = self._await(runtime, runtime.api.await_outcome, deadline)
        if outcome is None:
            runtime.process.kill()
            return timeout_error(self._settings.timeout_seconds)
        # An answered invocation ends when the runtime asks for the next one; if it never does it starts afresh.
        if not runtime.api.await_next(deadline - time.monotonic()):
            runtime.process.kill()
        if isinstance(outcome, RuntimeExit):
            return self._exit_error(runtime, outcome)
        if self._storage.exceeded():
            runtime.process.kill()
            return storage_error(self._settings.ephemeral_storage_size_mb)
        return outcome

    def _exit_error(self, runtime: _Runtime, ended: RuntimeExit) -> PlatformError:
        if runtime.out_of_storage:
            return storage_error(self._settings.ephemeral_storage_size_mb)
        return exit_error(ended.return_code, runtime.out_of_memory)

    def _await(self, runtime: _Runtime, wait: Callable[[float], T], deadline: float) -> T:
        """Call `wait` until it has something to say or the deadline passes; watch the limits meanwhile."""
        limit = self._settings.memory_size_mb * MEBIBYTE
        interval = FIRST_CHECK_SECONDS
        while True:
            remaining = deadline - time.monotonic()
            result = wait(min(remaining, interval))
            interval = min(interval * 2, CHECK_SECONDS)
            if result or remaining <= 0:
                return result
            if SESSIONS.size_of(runtime.process.process_id) > MAX_THREADS:
                runtime.process.kill()
            charged_bytes = self._charged_bytes(runtime, interval)
            if charged_bytes > limit and not runtime.out_of_memory:
                runtime.out_of_memory = True
                runtime.process.kill()
            elif self._storage.exceeded_now_and_then() and not runtime.out_of_storage:
                runtime.out_of_storage = True
                runtime.process.kill()

    def _charged_bytes(self, runtime: _Runtime, interval: float) -> int:
        """The memory that the function uses with all its processes; ends it if these are too many."""
        use = runtime.process.read_memory_use()
        charged_bytes = use.charged_bytes if use else 0
        if interval < CHECK_SECONDS:
            # Until then other processes hardly use much, and most invocations have ended.
            return charged_bytes
        # What was counted before belongs to the runtime that this one took the place of.
        together = CENSUS.use_of(self._directory.task_root, runtime.started)
        runtime.process.note_memory_use(together.charged_bytes)
        if together.threads > MAX_THREADS:
            runtime.process.kill()
        return max(charged_bytes, together.charged_bytes)

    def _finish(
        self,
        request_id: str,
        outcome: Result,
        reported_failure: FunctionFailure | PlatformError | None,
        duration_seconds: float,
    ) -> InvocationResult:
        """Write the closing lines; an error that the handler raised is no failure of the environment there."""
        assert self._runtime is not None
        self._runtime.process.drain_output()
        error_type = None if isinstance(outcome, Response) else outcome.error_type
        if error_type == "Sandbox.Timedout":
            duration_seconds = self._settings.timeout_seconds
        initialization_seconds, self._initialization_seconds = self._initialization_seconds, None
        memory_bytes = self._runtime.process.peak_memory_bytes
        report = InvocationReport(
            request_id=request_id,
            duration_seconds=duration_seconds,
            memory_size_mb=self._settings.memory_size_mb,
            max_memory_used_bytes=memory_bytes,
            initialization_seconds=initialization_seconds,
            error_type=_reported_type(reported_failure) if reported_failure else None,
        )
        self._append_log(self._format.end(request_id))
        self._append_log(self._format.report(report))
        payload = outcome.payload(request_id) if isinstance(outcome, PlatformError) else outcome.payload
        with self._log_lock:
            events = self._log.take()
        # On AWS a caller is not shown that the environment was new.
        tail = events[1:] if events[:1] == [self._initialization_start] else events
        return InvocationResult(payload, error_type, events, tail, duration_seconds)

    def _freeze(self) -> None:
        """Let nothing of the function run until the next invocation, as Lambda does."""
        if self._runtime is not None and self._runtime.api.ready:
            self._runtime.process.freeze()

    def _append_log(self, event: str | None) -> None:
        if event is None:
            return
        with self._log_lock:
            self._log.append(event)

    def _end_runtime(self) -> None:
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            runtime.process.kill()
            runtime.server.stop()


def _reported_type(failure: FunctionFailure | PlatformError) -> str:
    return failure.platform_error_type if isinstance(failure, FunctionFailure) else failure.error_type


def runtime_version() -> str:
    """The version of the interpreter that runs every function, as INIT_START names it."""
    return f"python:{platform.python_version()}"


def runtime_directory() -> Path:
    """Where the runtime interface client is installed."""
    specification = importlib.util.find_spec("awslambdaric")
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError("awslambdaric is not installed")
    return Path(specification.origin).parent.parent
