"""How much a delivery stream may hold in memory."""

from collections.abc import Callable, Sequence
from typing import Protocol

from emulator.firehose.configuration import MEBIBYTE, Configuration
from emulator.firehose.record import RECORD_OVERHEAD_BYTES

# For a page of the source, besides what the buffering hints ask for.
_HEADROOM_BYTES = 32 * MEBIBYTE
# The records, the event made of them, and the answer.
_COPIES_PER_INVOCATION = 3


class Holder(Protocol):
    """What holds records."""

    @property
    def size_bytes(self) -> int: ...

    def __len__(self) -> int: ...


class Room:
    """Bounds what the stages hold together; the bound grows with the buffering hints and the shards."""

    def __init__(self, holders: Sequence[Holder], invocation_limit: Callable[[], int]) -> None:
        self._holders = holders
        self._invocation_limit = invocation_limit

    @property
    def held_bytes(self) -> int:
        """What is held, counting what Python adds to every record."""
        return sum(holder.size_bytes + len(holder) * RECORD_OVERHEAD_BYTES for holder in self._holders)

    def left(self, configuration: Configuration) -> bool:
        """Tell whether more can be taken."""
        bound_bytes = _HEADROOM_BYTES + 4 * configuration.destination.buffering_hints.size_in_bytes
        if configuration.processor is not None:
            buffers = 2 + _COPIES_PER_INVOCATION * self._invocation_limit()
            bound_bytes += buffers * configuration.processor.buffering_hints.size_in_bytes
        if configuration.backup is not None:
            bound_bytes += 2 * configuration.backup.buffering_hints.size_in_bytes
        return self.held_bytes < bound_bytes
