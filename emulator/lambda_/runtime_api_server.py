"""The Lambda Runtime API over HTTP, on a loopback port of its own for each runtime process."""

import re
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, cast

from emulator.lambda_.runtime_api import NOT_FOUND, Answer, Invocation, RuntimeApi

NEXT_PATH = "/2018-06-01/runtime/invocation/next"
INITIALIZATION_ERROR_PATH = "/2018-06-01/runtime/init/error"
INVOCATION_PATH = re.compile(r"/2018-06-01/runtime/invocation/(?P<request_id>[^/]+)/(?P<verb>response|error)")
CHUNK_BYTES = 64 * 1024
# An error report has no limit of its own that is documented; a response's limit is far below this.
MAX_ERROR_BYTES = 32 * 1024 * 1024


class RuntimeApiServer:
    """Serves one `RuntimeApi`.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
    """

    def __init__(self, api: RuntimeApi, name: str) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.api = api
        self._name = name

    @property
    def address(self) -> str:
        """The value of `AWS_LAMBDA_RUNTIME_API`."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        threading.Thread(
            target=self._server.serve_forever, name=f"lambda-runtime-api-{self._name}", daemon=True
        ).start()

    def stop(self) -> None:
        """Stop serving, without waiting for the last turn of the server's loop."""
        threading.Thread(
            target=self._close, name=f"lambda-runtime-api-stop-{self._name}", daemon=True
        ).start()

    def _close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A killed runtime leaves its connection behind; nobody waits for that thread.
    block_on_close = False
    api: RuntimeApi

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a runtime that ended in the middle of a request: its exit is reported by its process."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # One write for the headers and the body of an answer.
    wbufsize: ClassVar[int] = -1

    @property
    def api(self) -> RuntimeApi:
        return cast(_Server, self.server).api

    def do_GET(self) -> None:
        if self.path != NEXT_PATH:
            self._answer(NOT_FOUND)
            return
        invocation = self.api.next_invocation()
        if invocation is None:
            self.close_connection = True
            return
        self._answer(Answer(HTTPStatus.OK, invocation.payload), _invocation_headers(invocation))

    def do_POST(self) -> None:
        match = INVOCATION_PATH.fullmatch(self.path)
        error_type = self.headers.get("Lambda-Runtime-Function-Error-Type", "Runtime.UnknownReason")
        if match and match["verb"] == "response":
            payload = self._read_body(self.api.max_response_bytes)
            self._answer(self.api.respond(match["request_id"], payload))
        elif match:
            payload = self._read_body(MAX_ERROR_BYTES) or b""
            self._answer(self.api.fail(match["request_id"], error_type, payload))
        elif self.path == INITIALIZATION_ERROR_PATH:
            payload = self._read_body(MAX_ERROR_BYTES) or b""
            self._answer(self.api.fail_initialization(error_type, payload))
        else:
            self._read_body(0)
            self._answer(NOT_FOUND)

    def _read_body(self, max_bytes: int) -> bytes | None:
        """The request's body; `None`, after reading it to its end, if it is larger than `max_bytes`."""
        remaining = int(self.headers.get("Content-Length", 0))
        if remaining <= max_bytes:
            return self.rfile.read(remaining)
        while remaining > 0 and (chunk := self.rfile.read(min(remaining, CHUNK_BYTES))):
            remaining -= len(chunk)
        return None

    def _answer(self, answer: Answer, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(answer.status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the runtime's requests out of the emulator's log."""


def _invocation_headers(invocation: Invocation) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_function_arn,
    }
    if invocation.trace_id:
        headers["Lambda-Runtime-Trace-Id"] = invocation.trace_id
    return headers
