"""The Runtime API over HTTP: what a runtime of any making may send."""

import socket
from collections.abc import Iterator

import pytest

from emulator.lambda_.runtime_api import Invocation, Response, RuntimeApi
from emulator.lambda_.runtime_api_server import MAX_CONNECTIONS, RuntimeApiServer
from tests.polling import poll_until

RESPONSE = b"POST /2018-06-01/runtime/invocation/request-1/response HTTP/1.1\r\nHost: runtime\r\n"
NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n"


@pytest.fixture
def api() -> RuntimeApi:
    api = RuntimeApi(max_response_bytes=10)
    api.submit(Invocation("request-1", b"{}", "arn:f", 1000))
    assert api.next_invocation() is not None
    return api


@pytest.fixture
def server(api: RuntimeApi) -> Iterator[RuntimeApiServer]:
    server = RuntimeApiServer(api, "test")
    server.start()
    yield server
    # A runtime that waits for an invocation is let go.
    api.exited(0)
    server.stop()


def connect(server: RuntimeApiServer) -> socket.socket:
    host, _, port = server.address.partition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def status_of(server: RuntimeApiServer, request: bytes) -> int:
    """The status that a request is answered with, after which the client sends nothing more."""
    with connect(server) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return int(connection.makefile("rb").readline().split()[1])


def test_body_in_chunks_is_the_response(api: RuntimeApi, server: RuntimeApiServer) -> None:
    # WHEN
    chunks = b'5;name=value\r\n"one \r\n4\r\ntwo"\r\n0\r\nTrailer: value\r\n\r\n'
    status = status_of(server, RESPONSE + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)

    # THEN
    assert (status, api.await_outcome(0)) == (202, Response(b'"one two"'))


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 11\r\n\r\n01234567890",
        b"Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n6\r\n012345\r\n0\r\n\r\n",
    ],
    ids=["whole", "in chunks"],
)
def test_body_over_the_limit_is_refused(server: RuntimeApiServer, body: bytes) -> None:
    assert status_of(server, RESPONSE + body) == 413


@pytest.mark.parametrize(
    "rest",
    [
        b'Content-Length: 10\r\n\r\n"half',
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: ten\r\n\r\n",
        b'Transfer-Encoding: chunked\r\n\r\n9\r\n"half',
        b"Transfer-Encoding: chunked\r\n\r\nten\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 5000,
    ],
    ids=["half", "negative length", "no length", "half a chunk", "no chunk", "endless header"],
)
def test_body_that_is_not_whole_is_refused_and_is_no_response(
    api: RuntimeApi, server: RuntimeApiServer, rest: bytes
) -> None:
    # WHEN
    status = status_of(server, RESPONSE + rest)

    # THEN
    assert (status, api.await_outcome(0)) == (400, None)


def test_connections_are_bounded(server: RuntimeApiServer) -> None:
    # GIVEN
    held = [connect(server) for _ in range(MAX_CONNECTIONS)]
    try:
        for connection in held:
            connection.sendall(NEXT)
            assert connection.recv(65536)

        # WHEN
        with connect(server) as one_more:
            refused = one_more.recv(1)
    finally:
        for connection in held:
            connection.close()

    # THEN
    assert refused == b""
    poll_until("a connection to be free again", lambda: status_or_none(server) == 200)


def status_or_none(server: RuntimeApiServer) -> int | None:
    try:
        return status_of(server, NEXT)
    except (IndexError, OSError):
        return None
