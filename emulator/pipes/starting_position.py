"""Turning the starting positions LATEST and AT_TIMESTAMP into sequence numbers."""

from collections.abc import Callable

from emulator.pipes.errors import TrimmedDataError
from emulator.pipes.pipe import Progress, StreamParameters
from emulator.pipes.source import StreamSource


def resolve_starting_position(
    source: StreamSource,
    progress: Progress,
    parameters: StreamParameters,
    now: float,
    stopping: Callable[[], bool],
) -> None:
    """Give every shard that exists now a checkpoint before which nothing is delivered.

    TRIM_HORIZON needs none. LATEST means the last record that each open shard holds now, AT_TIMESTAMP the last
    one before that time, as a sequence number that does not expire, so that a pipe that is stopped before its
    first record goes on where it was. AWS does not say which moment of the creation LATEST refers to: here it is
    before the pipe is RUNNING.
    """
    if progress.starting_position_resolved:
        return
    if parameters.starting_position == "LATEST":
        for shard in source.shards():
            if shard.closed:
                progress.finish(shard.shard_id)
            # Times may be cut to whole seconds: only a greater one was surely written afterwards.
            elif last := _last_before(source, shard.shard_id, lambda created_at: created_at > now, stopping):
                progress.advance(shard.shard_id, last)
    elif parameters.starting_position_timestamp is not None:
        start = parameters.starting_position_timestamp.timestamp()
        for shard in source.shards():
            if last := _last_before(source, shard.shard_id, lambda arrived_at: arrived_at >= start, stopping):
                progress.advance(shard.shard_id, last)
    progress.starting_position_resolved = not stopping()


def _last_before(
    source: StreamSource, shard_id: str, is_after: Callable[[float], bool], stopping: Callable[[], bool]
) -> str | None:
    """Return the record in front of the first that is after; None when the shard holds no such record."""
    last = None
    iterator: str | None = source.shard_iterator(shard_id, None)
    while iterator is not None and not stopping():
        try:
            page = source.get_records(iterator)
        except TrimmedDataError:
            iterator = source.shard_iterator(shard_id, None)
            continue
        for sequence_number, created_at in map(source.position, page.records):
            if is_after(created_at):
                return last
            last = sequence_number
        if not page.records and not page.full:
            return last
        iterator = page.next_shard_iterator
    return last
