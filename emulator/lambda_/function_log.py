"""Cuts what a function writes into log events."""

import struct

# The runtime interface client frames its own messages: type, length, time stamp (microseconds), message.
FRAME_HEADER = struct.Struct(">4sIQ")
FRAME_MAGIC = b"\xa5\x5a\x00"
# The years 2020 to 2100: whatever else follows the same bytes is the function's own output.
FRAME_TIMES = range(1_577_836_800_000_000, 4_102_444_800_000_000)
# CloudWatch Logs takes events of up to 1 MiB; a longer line is cut.
MAX_EVENT_BYTES = 1024 * 1024
# Events wait here until their invocation ends: what a function may write must not be the emulator's whole memory.
MAX_HELD_BYTES = 16 * 1024 * 1024
# What CloudWatch Logs counts for an event besides its text.
EVENT_BYTES = 26


class FunctionLog:
    """Log events, in the order in which the function wrote them.

    A line of standard output or standard error is one event, and so is one message of the runtime's own logging,
    however many lines it has. Beyond 16 MiB in one invocation, events are dropped; one event tells how many.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._events: list[str] = []
        self._held_bytes = 0
        self._dropped_events = 0
        self._dropped_bytes = 0

    def feed(self, data: bytes) -> None:
        """Take what was read from the function's output."""
        self._buffer += data
        while self._cut_one():
            pass

    def append(self, event: str) -> None:
        """Add an event of the platform's own, after everything the function has written."""
        self._flush()
        self._note_dropped()
        self._events.append(event)

    def take(self) -> list[str]:
        """All events so far, an unfinished line included; they are handed out once."""
        self._flush()
        self._note_dropped()
        events, self._events = self._events, []
        self._held_bytes = 0
        return events

    def close(self) -> None:
        """Keep what can be kept of a message that a killed process left half written."""
        if self._begins_with_frame():
            del self._buffer[: FRAME_HEADER.size]
        self._flush()

    def _cut_one(self) -> bool:
        newline = self._buffer.find(b"\n")
        magic = self._find_frame(newline if newline >= 0 else len(self._buffer))
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
                self._hold(event, end - start)
        del self._buffer[: length + skip]

    def _hold(self, event: str, size: int) -> None:
        if self._held_bytes + size + EVENT_BYTES > MAX_HELD_BYTES:
            self._dropped_events += 1
            self._dropped_bytes += size
            return
        self._held_bytes += size + EVENT_BYTES
        self._events.append(event)

    def _note_dropped(self) -> None:
        if self._dropped_events:
            self._events.append(
                f"LOGS_DROPPED {self._dropped_events} events, {self._dropped_bytes} bytes: "
                f"an invocation keeps {MAX_HELD_BYTES} bytes."
            )
            self._dropped_events = self._dropped_bytes = 0

    def _flush(self) -> None:
        # The rest of a framed message is on its way.
        if self._buffer and not self._begins_with_frame():
            self._emit(len(self._buffer))

    def _begins_with_frame(self) -> bool:
        return self._find_frame(len(FRAME_MAGIC)) == 0

    def _find_frame(self, end: int) -> int:
        """Where the first frame before `end` begins, -1 if there is none; one whose header is not whole counts."""
        start = self._buffer.find(FRAME_MAGIC, 0, end)
        while start >= 0 and len(self._buffer) - start >= FRAME_HEADER.size:
            if FRAME_HEADER.unpack_from(self._buffer, start)[2] in FRAME_TIMES:
                break
            start = self._buffer.find(FRAME_MAGIC, start + 1, end)
        return start
