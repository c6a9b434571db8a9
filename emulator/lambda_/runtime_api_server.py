"""The Lambda Runtime API over HTTP, on a loopback port of its own for each runtime process."""

import re
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, cast

from emulator.lambda_.runtime_api import NOT_FOUND, TRUNCATED, Answer, Invocation, RuntimeApi

NEXT_PATH = "/2018-06-01/runtime/invocation/next"
INITIALIZATION_ERROR_PATH = "/2018-06-01/runtime/init/error"
INVOCATION_PATH = re.compile(r"/2018-06-01/runtime/invocation/(?P<request_id>[^/]+)/(?P<verb>response|error)")
CHUNK_BYTES = 64 * 1024
# An error report has no limit of its own that is documented; a response's limit is far below this.
MAX_ERROR_BYTES = 32 * 1024 * 1024
MAX_CHUNK_HEADER_BYTES = 1024
# A runtime needs one. Each takes a thread and a descriptor of the emulator's: more are closed unanswered.
MAX_CONNECTIONS = 32


class TruncatedRequestError(ValueError):
    """The request's body is shorter than it says, or does not say how long it is."""


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
    # All of its connections at once fit into the backlog.
    request_queue_size = MAX_CONNECTIONS
    api: RuntimeApi

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._free_connections = threading.Semaphore(MAX_CONNECTIONS)

    def verify_request(self, request: object, client_address: object) -> bool:
        return self._free_connections.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free_connections.release()

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
        try:
            self._answer(self._take_report())
        except TruncatedRequestError:
            self.close_connection = True
            self._answer(TRUNCATED)

    def _take_report(self) -> Answer:
        match = INVOCATION_PATH.fullmatch(self.path)
        error_type = self.headers.get("Lambda-Runtime-Function-Error-Type", "Runtime.UnknownReason")
        if match and match["verb"] == "response":
            payload = self._read_body(self.api.max_response_bytes)
            return self.api.respond(match["request_id"], payload)
        payload = self._read_body(MAX_ERROR_BYTES) or b""
        if match:
            return self.api.fail(match["request_id"], error_type, payload)
        if self.path == INITIALIZATION_ERROR_PATH:
            return self.api.fail_initialization(error_type, payload)
        return NOT_FOUND

    def _read_body(self, max_bytes: int) -> bytes | None:
        """The request's body; `None`, after reading it to its end, if it is larger than `max_bytes`."""
        body = bytearray()
        size = 0
        for part in self._body_parts():
            size += len(part)
            if size <= max_bytes:
                body += part
        return bytes(body) if size <= max_bytes else None

    def _body_parts(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield from self._read_parts(_length(self.headers.get("Content-Length", "0"), 10))
            return
        while length := _length(self._read_chunk_header(), 16):
            yield from self._read_parts(length)
            self._read_chunk_header()
        while self._read_chunk_header():
            # Trailers.
            pass

    def _read_parts(self, length: int) -> Iterator[bytes]:
        while length > 0:
            part = self.rfile.read(min(length, CHUNK_BYTES))
            if not part:
                raise TruncatedRequestError
            length -= len(part)
            yield part

    def _read_chunk_header(self) -> str:
        line = self.rfile.readline(MAX_CHUNK_HEADER_BYTES)
        if not line.endswith(b"\n"):
            raise TruncatedRequestError
        return line.decode("latin-1").partition(";")[0].strip()

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


def _length(text: str, base: int) -> int:
    if not re.fullmatch(r"[0-9a-fA-F]+" if base == 16 else r"[0-9]+", text):
        raise TruncatedRequestError
    return int(text, base)


def _invocation_headers(invocation: Invocation) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_function_arn,
    }
    if invocation.trace_id:
        headers["Lambda-Runtime-Trace-Id"] = invocation.trace_id
    if invocation.client_context:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return headers
