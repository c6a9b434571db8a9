"""What the Lambda Runtime API knows about one runtime process: the invocation it has, and what became of it."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Invocation:
    """One request to a function, as the runtime receives it."""

    request_id: str
    payload: bytes
    invoked_function_arn: str
    deadline_ms: int
    trace_id: str | None = None
    client_context: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What the function returned."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class FunctionFailure:
    """An error that the runtime reported, from the initialization or from the handler."""

    error_type: str
    payload: bytes

    @property
    def platform_error_type(self) -> str:
        """The type as Lambda's own log events name it: an exception of the function's code has none of its own."""
        return self.error_type if PLATFORM_ERROR_TYPE.match(self.error_type) else "Runtime.Unknown"


@dataclass(frozen=True, slots=True)
class RuntimeExit:
    """The end of the runtime process; a negative return code is the signal that ended it."""

    return_code: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Runtime API answers to a runtime's report."""

    status: HTTPStatus
    body: bytes


def error_body(error_type: str, message: str) -> bytes:
    """An error as the Runtime API and the Invoke API spell it."""
    return json.dumps({"errorMessage": message, "errorType": error_type}).encode()


ACCEPTED = Answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}')
NOT_FOUND = Answer(HTTPStatus.NOT_FOUND, b"404 page not found")
TRUNCATED = Answer(
    HTTPStatus.BAD_REQUEST, error_body("TruncatedHTTPRequest", "HTTP request detected as truncated")
)
# Of the types that a runtime reports, those that the platform has a name for.
PLATFORM_ERROR_TYPE = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")

Outcome = Response | FunctionFailure | RuntimeExit


def _refused_transition(state: str, wanted: str) -> Answer:
    message = f"State transition from {state} to {wanted} failed for runtime. Error: State transition is not allowed"
    return Answer(HTTPStatus.FORBIDDEN, error_body("InvalidStateTransition", message))


class RuntimeApi:
    """The state of the Runtime API of one runtime process.

    The runtime's side (`next_invocation`, `respond`, `fail`, `fail_initialization`) is called by the HTTP server,
    the other side by the execution environment. An outcome is final: the first one stands.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
    """

    def __init__(self, max_response_bytes: int) -> None:
        self.max_response_bytes = max_response_bytes
        self._condition = threading.Condition()
        self._polling = False
        self._pending: Invocation | None = None
        self._current: Invocation | None = None
        self._outcome: Response | FunctionFailure | None = None
        self._initialization_failure: FunctionFailure | None = None
        self._exit: RuntimeExit | None = None

    # The runtime's side

    def next_invocation(self) -> Invocation | None:
        """Wait for the next invocation; `None` when the runtime process has ended.

        A runtime that asks again before it has answered gets the same invocation once more.
        """
        with self._condition:
            if self._current is not None and self._outcome is None and self._exit is None:
                return self._current
            self._polling = True
            self._current = None
            self._condition.notify_all()
            self._condition.wait_for(lambda: self._pending is not None or self._exit is not None)
            if self._exit is not None:
                return None
            self._polling = False
            self._current, self._pending = self._pending, None
            return self._current

    def respond(self, request_id: str, payload: bytes | None) -> Answer:
        """Take the function's response; `None` stands for one that is larger than the limit."""
        if payload is not None:
            return self._settle(request_id, Response(payload))
        limit = f"maximum allowed payload size ({self.max_response_bytes} bytes)."
        error_type = "Function.ResponseSizeTooLarge"
        body = error_body(error_type, f"Response payload size exceeded {limit}")
        answer = self._settle(request_id, FunctionFailure(error_type, body))
        if answer != ACCEPTED:
            return answer
        return Answer(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error_body("RequestEntityTooLarge", f"Exceeded {limit}")
        )

    def fail(self, request_id: str, error_type: str, payload: bytes) -> Answer:
        """Take the error that the handler raised."""
        return self._settle(request_id, FunctionFailure(error_type, payload))

    def fail_initialization(self, error_type: str, payload: bytes) -> Answer:
        """Take the error that the function's static code raised."""
        with self._condition:
            if self._initialization_failure is not None or self._polling or self._current is not None:
                state = "Ready" if self._current is None else "Running"
                return _refused_transition(state, "InitError")
            self._initialization_failure = FunctionFailure(error_type, payload)
            self._condition.notify_all()
        return ACCEPTED

    def _settle(self, request_id: str, outcome: Response | FunctionFailure) -> Answer:
        with self._condition:
            if self._outcome is not None:
                verb = "Invocation" + ("Response" if isinstance(outcome, Response) else "ErrorResponse")
                return _refused_transition("RuntimeResponseSentState", verb)
            if self._current is None or self._current.request_id != request_id:
                return Answer(HTTPStatus.BAD_REQUEST, error_body("InvalidRequestID", "Invalid request ID"))
            self._outcome = outcome
            self._condition.notify_all()
        return ACCEPTED

    # The execution environment's side

    def exited(self, return_code: int) -> None:
        """Note that the runtime process has ended; wakes everyone who waits."""
        with self._condition:
            self._exit = RuntimeExit(return_code)
            self._condition.notify_all()

    def submit(self, invocation: Invocation) -> None:
        """Hand an invocation to the runtime."""
        with self._condition:
            self._outcome = None
            self._pending = invocation
            self._condition.notify_all()

    @property
    def ready(self) -> bool:
        """Whether the runtime waits for an invocation."""
        with self._condition:
            return self._polling and self._exit is None and self._pending is None

    def await_initialization(self, timeout: float) -> FunctionFailure | RuntimeExit | bool:
        """Whether the runtime became ready within `timeout` seconds, or how its initialization failed.

        A reported failure counts once the process is gone, because only then is its log complete.
        """
        self._wait(lambda: self._polling or self._exit is not None, timeout)
        with self._condition:
            if self._exit is not None:
                return self._initialization_failure or self._exit
            return self._polling

    def await_outcome(self, timeout: float) -> Outcome | None:
        """What became of the submitted invocation; `None` if nothing did within `timeout` seconds."""
        self._wait(lambda: self._outcome is not None or self._exit is not None, timeout)
        with self._condition:
            return self._outcome or self._exit

    def await_next(self, timeout: float) -> bool:
        """Whether the runtime, having answered, asked for the next invocation or ended within `timeout` seconds."""
        return self._wait(lambda: self._polling or self._exit is not None, timeout)

    def _wait(self, condition: Callable[[], bool], timeout: float) -> bool:
        with self._condition:
            return self._condition.wait_for(condition, max(timeout, 0))
