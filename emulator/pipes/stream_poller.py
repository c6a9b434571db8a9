"""All shards of a running pipe's source, parents before their children."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.pipes.backoff import Backoff
from emulator.pipes.choice import RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS, SHARD_REFRESH_SECONDS
from emulator.pipes.clock import Clock
from emulator.pipes.errors import SourceError, StreamNotFoundError
from emulator.pipes.pipe import Progress
from emulator.pipes.shard_processor import ShardProcessor
from emulator.pipes.source import StreamSource

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class _Trouble:
    """An unforeseen failure of a shard, and when the shard is tried again."""

    retry_at: float = 0.0
    backoff: Backoff = field(default_factory=lambda: Backoff(RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS))


class StreamPoller:
    """Keeps one processor for every shard that can be read now.

    A shard is read once its parent, or both of them after a merge, has been delivered to its end. A shard that
    appears after the pipe was created is read from its trim horizon, whatever the starting position, so that
    nothing is lost. No shard holds back another: one that fails in a way that nobody has foreseen is read again
    from its checkpoint, later and later, while the others go on.
    """

    def __init__(
        self,
        *,
        source: StreamSource,
        progress: Progress,
        processor: Callable[[str], ShardProcessor],
        clock: Clock,
        pipe_name: str,
    ) -> None:
        self._source = source
        self._progress = progress
        self._new_processor = processor
        self._clock = clock
        self._pipe_name = pipe_name
        self._processors: dict[str, ShardProcessor] = {}
        self._troubles: dict[str, _Trouble] = {}
        self._refresh_at = clock.monotonic()

    def step(self, stopping: Callable[[], bool]) -> float:
        """Move every shard along once; return after how many seconds to call again.

        Raises:
            StreamNotFoundError: the stream itself is gone.
        """
        if self._clock.monotonic() >= self._refresh_at:
            self._refresh()
        waits: list[float] = []
        for shard_id in list(self._processors):
            if stopping():
                return 0.0
            waits.append(self._step_shard(shard_id, stopping))
        waits.append(self._refresh_at - self._clock.monotonic())
        return max(min(waits), 0.0)

    def close(self) -> None:
        """Do nothing: what was read and not delivered is still in the stream."""

    def _step_shard(self, shard_id: str, stopping: Callable[[], bool]) -> float:
        trouble = self._troubles.get(shard_id)
        if trouble is not None and self._clock.monotonic() < trouble.retry_at:
            return trouble.retry_at - self._clock.monotonic()
        processor = self._processors[shard_id]
        try:
            wait_seconds = processor.step(stopping)
        except StreamNotFoundError:
            self._drop(shard_id)
            self._refresh_at = self._clock.monotonic() + RETRY_INITIAL_SECONDS
            return RETRY_INITIAL_SECONDS
        except Exception:
            seconds = self._distrust(shard_id)
            LOG.exception(
                "%s: %s failed unexpectedly; reading again in %.1f s", self._pipe_name, shard_id, seconds
            )
            return seconds
        self._troubles.pop(shard_id, None)
        if processor.is_finished:
            LOG.info("%s: %s is closed and delivered to its end", self._pipe_name, shard_id)
            self._progress.finish(shard_id)
            self._drop(shard_id)
            self._refresh_at = self._clock.monotonic()
        return wait_seconds

    def _distrust(self, shard_id: str) -> float:
        """Read the shard again from its checkpoint: a processor that failed may have lost what it held."""
        trouble = self._troubles.setdefault(shard_id, _Trouble())
        seconds = trouble.backoff.next()
        trouble.retry_at = self._clock.monotonic() + seconds
        self._processors[shard_id] = self._new_processor(shard_id)
        return seconds

    def _drop(self, shard_id: str) -> None:
        self._processors.pop(shard_id, None)
        self._troubles.pop(shard_id, None)

    def _refresh(self) -> None:
        """Read the list of shards again, and start on those whose turn has come."""
        try:
            shards = self._source.shards()
        except StreamNotFoundError:
            raise
        except SourceError as error:
            LOG.warning("%s: the shards cannot be listed: %s", self._pipe_name, error)
            self._refresh_at = self._clock.monotonic() + RETRY_INITIAL_SECONDS
            return
        self._refresh_at = self._clock.monotonic() + SHARD_REFRESH_SECONDS
        listed = {shard.shard_id for shard in shards}
        self._progress.keep_only(listed)
        for gone in self._processors.keys() - listed:
            LOG.warning("%s: %s is no longer listed", self._pipe_name, gone)
            self._drop(gone)
        finished = self._progress.finished_shard_ids
        for shard in shards:
            waits_for_parent = any(
                parent in listed and parent not in finished for parent in shard.parent_shard_ids
            )
            if (
                shard.shard_id not in finished
                and shard.shard_id not in self._processors
                and not waits_for_parent
            ):
                self._processors[shard.shard_id] = self._new_processor(shard.shard_id)
