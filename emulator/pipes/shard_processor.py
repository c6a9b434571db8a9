"""One shard of a running pipe: read, filter, hand to a lane, deliver."""

import logging
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulator.pipes.backoff import Backoff
from emulator.pipes.checkpoint import CheckpointTracker
from emulator.pipes.choice import (
    MAXIMUM_EVENTS_BEYOND_CHECKPOINT,
    POLL_INITIAL_SECONDS,
    POLL_MAXIMUM_SECONDS,
    RETRY_INITIAL_SECONDS,
    RETRY_MAXIMUM_SECONDS,
)
from emulator.pipes.clock import Clock
from emulator.pipes.errors import SourceError, StreamNotFoundError
from emulator.pipes.event import Event
from emulator.pipes.lane import Lane, deliver
from emulator.pipes.shard_reader import ShardReader

LOG = logging.getLogger(__name__)

EventFilter = Callable[[Mapping[str, Any]], bool]


class ShardProcessor:
    """Moves the events of one shard along, a step at a time, without ever waiting itself.

    There are as many lanes as the parallelization factor. All changes of one item use the same lane, which keeps
    their order; AWS does not document how it spreads a shard over its parallel batches. The batch size counts the
    events that passed the filter; AWS does not document which ones it counts.
    """

    def __init__(
        self,
        *,
        reader: ShardReader,
        event_filter: EventFilter | None,
        lanes: Sequence[Lane],
        tracker: CheckpointTracker,
        clock: Clock,
        label: str,
    ) -> None:
        self._reader = reader
        self._event_filter = event_filter
        self._lanes = list(lanes)
        self._tracker = tracker
        self._clock = clock
        self._label = label
        self._idle = Backoff(POLL_INITIAL_SECONDS, POLL_MAXIMUM_SECONDS, multiplier=1.25)
        self._trouble = Backoff(RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS)
        self._poll_at = clock.monotonic()
        self._told = 0

    @property
    def is_finished(self) -> bool:
        """Whether the shard is closed and everything in it is done."""
        return self._reader.at_end and all(lane.is_empty for lane in self._lanes)

    def step(self, stopping: Callable[[], bool]) -> float:
        """Deliver what is due and read on; return after how many seconds to call again.

        `stopping` is asked between batches, so that a stop waits for the batch in flight at most.

        Raises:
            StreamNotFoundError: the shard is gone.
        """
        now = self._clock.monotonic()
        deliver(self._lanes, stopping, drain=self._reader.at_end)
        if now >= self._poll_at and self._wants_events() and not stopping():
            self._poll(now)
            deliver(self._lanes, stopping, drain=self._reader.at_end)
        self._tell_delivered()
        return self._wait_seconds()

    def _tell_delivered(self) -> None:
        delivered = sum(lane.delivered for lane in self._lanes)
        if delivered > self._told:
            LOG.info("%s: delivered %d records", self._label, delivered - self._told)
            self._told = delivered

    def _wants_events(self) -> bool:
        return (
            not self._reader.at_end
            and len(self._tracker) < MAXIMUM_EVENTS_BEYOND_CHECKPOINT
            and all(lane.has_room for lane in self._lanes)
        )

    def _poll(self, now: float) -> None:
        try:
            events, more = self._reader.read()
        except StreamNotFoundError:
            raise
        except SourceError as error:
            seconds = self._trouble.next()
            self._poll_at = now + seconds
            LOG.warning("%s: reading again in %.1f s: %s", self._label, seconds, error)
            return
        self._trouble.reset()
        if events:
            self._idle.reset()
        self._poll_at = now if more else now + self._idle.next()
        for event in events:
            if self._event_filter is None or self._event_filter(event.body):
                lane = self._lane(event)
                self._tracker.read(event.sequence_number, lane)
                self._lanes[lane].add(event, now)
            else:
                self._tracker.read(event.sequence_number, None)
        self._tracker.settle()

    def _lane(self, event: Event) -> int:
        if len(self._lanes) == 1:
            return 0
        return zlib.crc32(event.item_key().encode()) % len(self._lanes)

    def _wait_seconds(self) -> float:
        moments = [due_at for lane in self._lanes if (due_at := lane.due_at()) is not None]
        if self._wants_events():
            moments.append(self._poll_at)
        if not moments:
            # All that is left is in flight, or the shard is finished.
            return 0.0 if self.is_finished else POLL_MAXIMUM_SECONDS
        return max(min(moments) - self._clock.monotonic(), 0.0)
