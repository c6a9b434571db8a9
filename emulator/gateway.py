"""How the emulator's HTTP server answers: as LocalStack's does, without work that nobody asks for."""

from functools import lru_cache
from typing import Any

import rolo.serving.twisted
from rolo.serving.twisted import HeaderPreservingWSGIResponse, TwistedGateway
from twisted.web import http

# Clients send a handful of content types; whoever makes them up must not fill the memory.
CONTENT_TYPES = 256


class WholeResponse(HeaderPreservingWSGIResponse):
    """Sends a response that comes in one piece in one turn of the server's loop, its headers included.

    Twisted takes two turns, and the request's thread waits for the first. What is streamed goes out piece by piece
    as before.
    """

    _whole: bytes | None = None

    def write(self, data: bytes) -> None:
        """Hold the piece back when it is all that the headers announce: the end of the response follows at once."""
        if not self.started and self._whole is None and self._announced_bytes() == len(data):
            self._whole = data
            return
        super().write(data)

    def _sendResponseHeaders(self) -> None:
        super()._sendResponseHeaders()
        if self._whole is not None:
            self.request.write(self._whole)

    def _announced_bytes(self) -> int:
        """Return the content length among the headers; -1 when there is none."""
        return next((int(value) for name, value in self.headers if name.lower() == "content-length"), -1)


def lighten() -> None:
    """Have the server answer so, from the next request on."""
    rolo.serving.twisted.HeaderPreservingWSGIResponse = WholeResponse
    # Twisted takes each request's content type apart with the e-mail parser, a tenth of a small request's time.
    http._parseContentType = lru_cache(CONTENT_TYPES)(http._parseContentType)
    # It formats a line of an access log too, which LocalStack does not keep: it has its own.
    TwistedGateway.log = _keep_no_access_log


def _keep_no_access_log(site: TwistedGateway, request: Any) -> None:
    pass
