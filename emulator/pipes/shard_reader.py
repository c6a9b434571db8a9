"""Reading one shard from a sequence number on."""

import logging

from emulator.pipes.errors import ExpiredIteratorError, SourceError, TrimmedDataError
from emulator.pipes.event import Event
from emulator.pipes.source import StreamSource

LOG = logging.getLogger(__name__)


class ShardReader:
    """Keeps the position as a sequence number; the shard iterator can be lost at any time."""

    def __init__(self, source: StreamSource, shard_id: str, checkpoint: str | None, pipe_name: str) -> None:
        self.shard_id = shard_id
        self.at_end = False
        self.read_through = checkpoint
        self._source = source
        self._pipe_name = pipe_name
        self._shard_iterator: str | None = None

    def read(self) -> tuple[list[Event], bool]:
        """Return the next events, and whether there are likely more to be had at once.

        A checkpoint that the stream has trimmed is given up for the trim horizon. AWS does not document what
        a pipe does then; this keeps every record that still exists.

        Raises:
            SourceError: nothing was read and the position is unchanged.
        """
        try:
            if self._shard_iterator is None:
                self._shard_iterator = self._source.shard_iterator(self.shard_id, self.read_through)
            page = self._source.get_records(self._shard_iterator)
        except ExpiredIteratorError:
            self._shard_iterator = None
            return [], True
        except TrimmedDataError:
            LOG.warning(
                "%s: records of %s up to %s, and perhaps later ones, are gone; reading on from the trim horizon",
                self._pipe_name,
                self.shard_id,
                self.read_through or "the one to begin with",
            )
            self.read_through = None
            self._shard_iterator = None
            return [], True
        except SourceError:
            # Whatever it was, a new iterator is as good as this one.
            self._shard_iterator = None
            raise
        self._shard_iterator = page.next_shard_iterator
        self.at_end = page.next_shard_iterator is None
        events = [self._source.event(self.shard_id, record) for record in page.records]
        if events:
            self.read_through = events[-1].sequence_number
        return events, page.full
