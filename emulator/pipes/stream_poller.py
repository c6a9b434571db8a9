"""All shards of a running pipe's source, parents before their children."""

import logging
from collections.abc import Callable

from emulator.pipes.choice import RETRY_INITIAL_SECONDS, SHARD_REFRESH_SECONDS
from emulator.pipes.clock import Clock
from emulator.pipes.errors import SourceError, StreamNotFoundError
from emulator.pipes.pipe import Progress
from emulator.pipes.shard_processor import ShardProcessor
from emulator.pipes.source import StreamSource

LOG = logging.getLogger(__name__)


class StreamPoller:
    """Keeps one processor for every shard that can be read now.

    A shard is read once its parent, or both of them after a merge, has been delivered to its end. A shard that
    appears after the pipe was created is read from its trim horizon, whatever the starting position, so that
    nothing is lost.
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
        self._refresh_at = clock.monotonic()

    def step(self, stopping: Callable[[], bool]) -> float:
        """Move every shard along once; return after how many seconds to call again.

        Raises:
            StreamNotFoundError: the stream itself is gone.
        """
        if self._clock.monotonic() >= self._refresh_at:
            self._refresh()
        waits: list[float] = []
        for shard_id, processor in list(self._processors.items()):
            if stopping():
                return 0.0
            try:
                waits.append(processor.step(stopping))
            except StreamNotFoundError:
                del self._processors[shard_id]
                self._refresh_at = self._clock.monotonic() + RETRY_INITIAL_SECONDS
                continue
            if processor.is_finished:
                LOG.info("%s: %s is closed and delivered to its end", self._pipe_name, shard_id)
                self._progress.finish(shard_id)
                del self._processors[shard_id]
                self._refresh_at = self._clock.monotonic()
        waits.append(self._refresh_at - self._clock.monotonic())
        return max(min(waits), 0.0)

    def close(self) -> None:
        """Do nothing: what was read and not delivered is still in the stream."""

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
            del self._processors[gone]
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
