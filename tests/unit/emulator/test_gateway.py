"""How the HTTP server sends what the emulator answers."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from rolo.serving.twisted import HeaderPreservingHTTPChannel, TwistedRequestAdapter
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from emulator.gateway import WholeResponse

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
ADDRESS = IPv4Address("TCP", "127.0.0.1", 4566)


class CountingReactor:
    """A server's loop that takes each turn at once."""

    def __init__(self) -> None:
        self.turns = 0

    def callFromThread(self, call: Callable[..., Any], *args: Any) -> None:
        self.turns += 1
        call(*args)


class Transport:
    """Keeps what the server sends."""

    disconnecting = False

    def __init__(self) -> None:
        self.sent = b""

    def write(self, data: bytes) -> None:
        self.sent += data

    def writeSequence(self, pieces: Iterable[bytes]) -> None:
        self.sent += b"".join(pieces)

    def getHost(self) -> IPv4Address:
        return ADDRESS

    getPeer = getHost

    def setTcpNoDelay(self, enabled: bool) -> None: ...

    def registerProducer(self, producer: Any, streaming: bool) -> None: ...

    def unregisterProducer(self) -> None: ...


class Connection(Resource):
    """A client's connection to a server with one application."""

    isLeaf = True

    def __init__(self, application: Application) -> None:
        super().__init__()
        self.reactor = CountingReactor()
        self._application = application
        site = Site(self, requestFactory=TwistedRequestAdapter, reactor=Clock())
        site.protocol = HeaderPreservingHTTPChannel.protocol_factory
        self._transport = Transport()
        self._protocol = site.buildProtocol(ADDRESS)
        self._protocol.makeConnection(self._transport)

    def render(self, request: Any) -> Any:
        WholeResponse(self.reactor, None, self._application, request).run()
        return NOT_DONE_YET

    def ask(self, method: bytes = b"GET") -> bytes:
        """Send a request and return what the server has sent by its end."""
        self._transport.sent = b""
        self._protocol.dataReceived(method + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return self.received

    def hang_up(self) -> None:
        self._protocol.connectionLost(Failure(ConnectionDone()))

    @property
    def received(self) -> bytes:
        return self._transport.sent


def answering(headers: list[tuple[str, str]], *pieces: bytes) -> Application:
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", headers)
        return list(pieces)

    return application


def test_response_in_one_piece_takes_one_turn() -> None:
    connection = Connection(answering([("Content-Length", "5")], b"hello"))

    head, body = connection.ask().split(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nContent-Length: 5" in head
    assert body == b"hello"
    assert connection.reactor.turns == 1


def test_connection_goes_on_after_a_response() -> None:
    connection = Connection(answering([("Content-Length", "5")], b"hello"))

    answers = [connection.ask() for _ in range(3)]

    assert [answer.split(b"\r\n\r\n")[1] for answer in answers] == [b"hello"] * 3


@pytest.mark.parametrize(
    ("headers", "sent_first"),
    [
        pytest.param([("Content-Length", "10")], b"hello", id="length announced"),
        pytest.param([], b"5\r\nhello\r\n", id="length unknown"),
    ],
)
def test_pieces_are_sent_as_they_come(headers: list[tuple[str, str]], sent_first: bytes) -> None:
    sent_before_second = b""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        nonlocal sent_before_second
        start_response("200 OK", headers)
        yield b"hello"
        sent_before_second = connection.received
        yield b"world"

    connection = Connection(application)

    assert connection.ask().startswith(sent_before_second)
    assert sent_before_second.endswith(b"\r\n\r\n" + sent_first)
    assert b"world" in connection.received


def test_response_to_head_announces_what_it_does_not_send() -> None:
    connection = Connection(answering([("Content-Length", "5")]))

    assert b"\r\nContent-Length: 5\r\n" in connection.ask(b"HEAD")
    assert connection.received.endswith(b"\r\n\r\n")


def test_client_that_has_gone_is_sent_nothing() -> None:
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "5")])
        connection.hang_up()
        return [b"hello"]

    connection = Connection(application)

    assert connection.ask() == b""
