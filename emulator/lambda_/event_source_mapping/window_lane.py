"""A shard whose batches belong to tumbling windows, one window after the other."""

import logging
from collections import deque
from collections.abc import Callable

from emulator.lambda_.event_source_mapping.invocation import Begin, InvokingLane
from emulator.lambda_.event_source_mapping.tumbling_window import MappingProgress, TumblingWindow, window_at
from emulator.lambda_.event_source_mapping.window_target import WindowTarget
from emulator.pipes.backoff import Backoff
from emulator.pipes.batch import BatchBuffer
from emulator.pipes.choice import RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS
from emulator.pipes.clock import Clock
from emulator.pipes.delivery import Delivery
from emulator.pipes.errors import TargetError
from emulator.pipes.event import Event
from emulator.pipes.shard_reader import ShardReader
from emulator.pipes.source import StreamSource

LOG = logging.getLogger(__name__)


class WindowReader(ShardReader):
    """A reader that remembers the epoch second before which nothing is unread."""

    def __init__(
        self, source: StreamSource, shard_id: str, checkpoint: str | None, label: str, clock: Clock
    ) -> None:
        super().__init__(source, shard_id, checkpoint, label)
        self._clock = clock
        self.read_before = 0.0

    def read(self) -> tuple[list[Event], bool]:
        """Return the next events, and whether there are likely more to be had at once.

        Raises:
            SourceError: nothing was read and the position is unchanged.
        """
        now = self._clock.now()
        events, more = super().read()
        if not more:
            self.read_before = now
        return events, more


class WindowLane(InvokingLane):
    """Delivers the events of a window, invokes the function for the last time in it, and goes on with the next.

    A window is over when an event of a later one is read, when its time has passed and nothing is unread, or when
    the shard ends. Only a window that has events is opened. An event that is older than the window before counts in
    the one that is open: this happens when the times of a shard go back. A window that is open when the mapping
    stops goes on when it starts; with another length it ends then, and `length_seconds` of 0 opens none.

    The last invocation is repeated until it succeeds, as AWS documents, whatever the retry policy.
    """

    def __init__(
        self,
        buffer: BatchBuffer,
        delivery: Delivery,
        capacity: int,
        clock: Clock,
        begin: Begin,
        *,
        target: WindowTarget,
        reader: WindowReader,
        progress: MappingProgress,
        length_seconds: int,
        label: str,
    ) -> None:
        super().__init__(buffer, delivery, capacity, clock, begin)
        self._target = target
        self._reader = reader
        self._progress = progress
        self._shard_id = reader.shard_id
        self._length_seconds = length_seconds
        self._label = label
        # Events of later windows, with the time they were read.
        self._later: deque[tuple[Event, float]] = deque()
        self._backoff = Backoff(RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS)
        self._retry_at: float | None = None
        self._end_of_last = 0.0
        self._completing = False
        target.window = progress.windows.get(self._shard_id)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits, nothing is in flight and no window is open."""
        return self._window is None and not self._later and super().is_empty

    @property
    def has_room(self) -> bool:
        """Whether more may be read."""
        return len(self._buffer) + len(self._later) < self._capacity

    @property
    def _window(self) -> TumblingWindow | None:
        return self._target.window

    def add(self, event: Event, now: float) -> None:
        """Append an event."""
        if self._completing or self._later or not self._belongs(event):
            self._later.append((event, now))
        else:
            super().add(event, now)

    def due_at(self) -> float | None:
        """Return when there is something to do; None when nothing waits, or only for the function."""
        if self._attempt is not None or self._delivery.retry_at is not None:
            return super().due_at()
        if self._retry_at is not None:
            return self._retry_at
        is_full = self._window is not None and self._window.is_full
        return self._clock.monotonic() if is_full or self._later or self._is_over() else super().due_at()

    def _next_invocation(self, *, drain: bool) -> Callable[[], object] | None:
        """Return the delivery of a batch, or what a window that is over or too large needs."""
        self._completing = False
        if self._retry_at is not None and self._clock.monotonic() < self._retry_at:
            return None
        self._retry_at = None
        if self._window is None:
            self._go_on()
        elif self._window.is_full:
            return self._terminate_early
        is_over = drain or self._is_over()
        invocation = super()._next_invocation(drain=is_over)
        if invocation is None and is_over and self._window is not None and self._delivery.is_idle:
            self._completing = True
            return self._complete
        return invocation

    def _is_over(self) -> bool:
        window = self._window
        if window is None:
            return False
        return bool(self._later) or self._reader.read_before >= window.end or not self._has_length(window)

    def _has_length(self, window: TumblingWindow) -> bool:
        return window.end - window.start == self._length_seconds

    def _belongs(self, event: Event) -> bool:
        """Tell whether an event is of the window that is open, opening one if none is."""
        window = self._window
        if not self._length_seconds:
            return window is None
        if window is None:
            window = window_at(max(event.created_at, self._end_of_last), self._length_seconds)
            self._target.window = self._progress.windows[self._shard_id] = window
        return event.created_at < window.end and self._has_length(window)

    def _go_on(self) -> None:
        """Open the next window with the events that wait for it."""
        later, self._later = self._later, deque()
        for event, read_at in later:
            self.add(event, read_at)

    def _complete(self) -> None:
        if self._window is None or not self._invoke(self._target.complete, "the last invocation"):
            return
        LOG.info("%s: the window that ends at %d is complete", self._label, self._window.end)
        # A window of another length has ended before its time.
        self._end_of_last = self._window.end if self._has_length(self._window) else 0.0
        self._progress.windows.pop(self._shard_id, None)
        self._target.window = None

    def _terminate_early(self) -> None:
        if self._invoke(self._target.terminate_early, "the invocation that terminates the window early"):
            LOG.warning("%s: the state of the window is too large; it goes on with a fresh one", self._label)

    def _invoke(self, invoke: Callable[[], None], name: str) -> bool:
        try:
            invoke()
        except TargetError as error:
            seconds = self._backoff.next()
            self._retry_at = self._clock.monotonic() + seconds
            LOG.warning("%s: %s failed, again in %.1f s: %s", self._label, name, seconds, error)
            return False
        self._backoff.reset()
        return True
