"""Cuts what a function writes into log events."""

import struct

# The runtime interface client frames its own messages: type, length, time stamp (microseconds), message.
FRAME_HEADER = struct.Struct(">4sIQ")
FRAME_MAGIC = b"\xa5\x5a\x00"
# CloudWatch Logs takes events of up to 1 MiB; a longer line is cut.
MAX_EVENT_BYTES = 1024 * 1024


class FunctionLog:
    """Log events, in the order in which the function wrote them.

    A line of standard output or standard error is one event, and so is one message of the runtime's own logging,
    however many lines it has.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._events: list[str] = []

    def feed(self, data: bytes) -> None:
        """Take what was read from the function's output."""
        self._buffer += data
        while self._cut_one():
            pass

    def append(self, event: str) -> None:
        """Add an event of the platform's own, after everything the function has written."""
        self._flush()
        self._events.append(event)

    def take(self) -> list[str]:
        """All events so far, an unfinished line included; they are handed out once."""
        self._flush()
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        """Keep what can be kept of a message that a killed process left half written."""
        if self._buffer.startswith(FRAME_MAGIC):
            del self._buffer[: FRAME_HEADER.size]
        self._flush()

    def _cut_one(self) -> bool:
        newline = self._buffer.find(b"\n")
        magic = self._buffer.find(FRAME_MAGIC, 0, newline if newline >= 0 else len(self._buffer))
        if magic == 0:
            return self._cut_frame()
        if magic > 0:
            self._emit(magic)
        elif newline >= 0:
            self._emit(newline, skip=1)
        elif len(self._buffer) >= MAX_EVENT_BYTES:
            self._emit(MAX_EVENT_BYTES)
        else:
            return False
        return True

    def _cut_frame(self) -> bool:
        if len(self._buffer) < FRAME_HEADER.size:
            return False
        _, length, _ = FRAME_HEADER.unpack_from(self._buffer)
        if len(self._buffer) < FRAME_HEADER.size + length:
            return False
        del self._buffer[: FRAME_HEADER.size]
        self._emit(length)
        return True

    def _emit(self, length: int, skip: int = 0) -> None:
        for start in range(0, length, MAX_EVENT_BYTES):
            end = min(start + MAX_EVENT_BYTES, length)
            event = self._buffer[start:end].decode(errors="replace").rstrip("\r\n")
            if event:
                self._events.append(event)
        del self._buffer[: length + skip]

    def _flush(self) -> None:
        # The rest of a framed message is on its way.
        if self._buffer and not self._buffer.startswith(FRAME_MAGIC):
            self._emit(len(self._buffer))
