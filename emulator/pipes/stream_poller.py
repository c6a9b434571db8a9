"""All shards of a running pipe's source, parents before their children."""

import logging
from collections.abc import Callable

from emulator.pipes.choice import RETRY_INITIAL_SECONDS, SHARD_CHECK_SECONDS, SHARD_REFRESH_SECONDS
from emulator.pipes.clock import Clock
from emulator.pipes.errors import SourceError, StreamNotFoundError
from emulator.pipes.pipe import Progress
from emulator.pipes.shard_processor import ShardProcessor
from emulator.pipes.shard_thread import ShardThread
from emulator.pipes.shard_turns import ShardTurns
from emulator.pipes.source import StreamSource

LOG = logging.getLogger(__name__)


class StreamPoller:
    """Keeps every shard moving that can be read now.

    A shard is read once its parent, or both of them after a merge, has been delivered to its end. A shard that
    appears after the pipe was created is read from its trim horizon, whatever the starting position, so that
    nothing is lost. With `in_threads`, as AWS does, no shard waits for another's target; without it they take turns
    in `step`, which makes what happens depend on the clock alone.
    """

    def __init__(
        self,
        *,
        source: StreamSource,
        progress: Progress,
        processor: Callable[[str], ShardProcessor],
        clock: Clock,
        pipe_name: str,
        in_threads: bool,
    ) -> None:
        self._source = source
        self._progress = progress
        self._new_processor = processor
        self._clock = clock
        self._pipe_name = pipe_name
        self._in_threads = in_threads
        self._shards: dict[str, ShardTurns] = {}
        self._threads: dict[str, ShardThread] = {}
        # No longer listed, but with a batch in flight.
        self._leaving: set[str] = set()
        self._refresh_at = clock.monotonic()

    def step(self, stopping: Callable[[], bool]) -> float:
        """Move every shard along once, or see what became of them; return after how many seconds to call again.

        Raises:
            StreamNotFoundError: the stream itself is gone.
        """
        if self._clock.monotonic() >= self._refresh_at:
            self._refresh()
        waits = [SHARD_CHECK_SECONDS] if self._in_threads else []
        for turns in list(self._shards.values()):
            if stopping():
                return 0.0
            if not self._in_threads:
                waits.append(turns.take(stopping))
            if self._is_busy(turns.shard_id):
                continue
            if turns.is_over:
                self._end(turns)
            elif turns.shard_id in self._leaving:
                self._drop(turns.shard_id)
        waits.append(self._refresh_at - self._clock.monotonic())
        return max(min(waits), 0.0)

    def close(self) -> None:
        """Wait for the batches in flight; what was read and not delivered is still in the stream."""
        for thread in self._threads.values():
            thread.end()
        for thread in self._threads.values():
            thread.join()

    def _begin(self, shard_id: str) -> None:
        turns = ShardTurns(shard_id, self._new_processor, self._clock, self._pipe_name)
        self._shards[shard_id] = turns
        if self._in_threads:
            self._threads[shard_id] = ShardThread(turns, f"pipe-{self._pipe_name}/{shard_id}")

    def _end(self, turns: ShardTurns) -> None:
        """Go on with the children of a shard that is finished; look for one that is lost."""
        if turns.is_finished:
            LOG.info("%s: %s is closed and delivered to its end", self._pipe_name, turns.shard_id)
            self._progress.finish(turns.shard_id)
            self._refresh_at = self._clock.monotonic()
        else:
            self._refresh_at = self._clock.monotonic() + RETRY_INITIAL_SECONDS
        self._drop(turns.shard_id)

    def _drop(self, shard_id: str) -> None:
        """Forget a shard once it has no batch in flight."""
        if shard_id in self._threads:
            self._threads[shard_id].end()
        if self._is_busy(shard_id):
            self._leaving.add(shard_id)
            return
        self._leaving.discard(shard_id)
        self._threads.pop(shard_id, None)
        self._shards.pop(shard_id, None)

    def _is_busy(self, shard_id: str) -> bool:
        return shard_id in self._threads and self._threads[shard_id].is_alive

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
        for gone in self._shards.keys() - listed - self._leaving:
            LOG.warning("%s: %s is no longer listed", self._pipe_name, gone)
            self._drop(gone)
        finished = self._progress.finished_shard_ids
        for shard in shards:
            waits_for_parent = any(
                parent in self._shards or (parent in listed and parent not in finished)
                for parent in shard.parent_shard_ids
            )
            if shard.shard_id not in finished and shard.shard_id not in self._shards and not waits_for_parent:
                self._begin(shard.shard_id)
