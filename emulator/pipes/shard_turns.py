"""The turns of one shard: what its processor does, again and again, and what became of the shard."""

import logging
from collections.abc import Callable

from emulator.pipes.backoff import Backoff
from emulator.pipes.choice import RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS
from emulator.pipes.clock import Clock
from emulator.pipes.errors import StreamNotFoundError
from emulator.pipes.shard_processor import ShardProcessor

LOG = logging.getLogger(__name__)


class ShardTurns:
    """Takes a turn whenever it is due.

    After a failure that nobody has foreseen the shard is read again from its checkpoint, later and later: the
    processor may have lost what it held. `is_finished` tells that the shard has been delivered to its end,
    `is_lost` that it is not there; there are no turns then.
    """

    def __init__(
        self, shard_id: str, new_processor: Callable[[str], ShardProcessor], clock: Clock, pipe_name: str
    ) -> None:
        self.shard_id = shard_id
        self.is_finished = False
        self.is_lost = False
        self._new_processor = new_processor
        self._processor = new_processor(shard_id)
        self._clock = clock
        self._label = f"{pipe_name}/{shard_id}"
        self._trouble = Backoff(RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS)
        self._retry_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to do."""
        return self.is_finished or self.is_lost

    def take(self, stopping: Callable[[], bool]) -> float:
        """Move the shard along once if it is due; return after how many seconds to call again."""
        now = self._clock.monotonic()
        if self._retry_at is not None and now < self._retry_at:
            return self._retry_at - now
        try:
            wait_seconds = self._processor.step(stopping)
        except StreamNotFoundError:
            self.is_lost = True
            return 0.0
        except Exception:
            seconds = self._trouble.next()
            self._retry_at = self._clock.monotonic() + seconds
            self._processor = self._new_processor(self.shard_id)
            LOG.exception("%s: unexpected failure; reading again in %.1f s", self._label, seconds)
            return seconds
        self._retry_at = None
        self._trouble.reset()
        self.is_finished = self._processor.is_finished
        return wait_seconds
