"""Turning the starting position LATEST into sequence numbers."""

from collections.abc import Callable

from emulator.pipes.errors import TrimmedDataError
from emulator.pipes.pipe import Progress
from emulator.pipes.source import StreamSource


def resolve_starting_position(
    source: StreamSource, progress: Progress, starting_position: str, now: float, stopping: Callable[[], bool]
) -> None:
    """Give every shard that exists now a checkpoint before which nothing is delivered.

    TRIM_HORIZON needs none. LATEST means the last record that each open shard holds now, as a sequence number
    that does not expire, so that a pipe that is stopped before its first record goes on where it was. AWS does
    not say which moment of the creation LATEST refers to: here it is before the pipe is RUNNING.
    """
    if progress.starting_position_resolved:
        return
    if starting_position == "LATEST":
        for shard in source.shards():
            if shard.closed:
                progress.finish(shard.shard_id)
            elif last := _last_sequence_number(source, shard.shard_id, now, stopping):
                progress.advance(shard.shard_id, last)
    progress.starting_position_resolved = not stopping()


def _last_sequence_number(
    source: StreamSource, shard_id: str, now: float, stopping: Callable[[], bool]
) -> str | None:
    """Return the last record written before `now`; None when the shard holds no such record."""
    last = None
    iterator: str | None = source.shard_iterator(shard_id, None)
    while iterator is not None and not stopping():
        try:
            page = source.get_records(iterator)
        except TrimmedDataError:
            iterator = source.shard_iterator(shard_id, None)
            continue
        for sequence_number, created_at in map(source.position, page.records):
            # Times are cut to whole seconds: a greater one was surely written afterwards.
            if created_at > now:
                return last
            last = sequence_number
        if not page.records:
            return last
        iterator = page.next_shard_iterator
    return last
