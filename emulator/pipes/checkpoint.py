"""Finding the checkpoint of a shard whose events are delivered by several lanes."""

from collections import deque
from collections.abc import Callable


class CheckpointTracker:
    """Moves the checkpoint to the last sequence number before which nothing is pending.

    `advance` is called with each new checkpoint.
    """

    def __init__(self, advance: Callable[[str], None]) -> None:
        self._advance = advance
        # In the order of the shard: the number, its text, and the lane that delivers the event.
        self._pending: deque[tuple[int, str, int | None]] = deque()
        self._done_through: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def read(self, sequence_number: str, lane: int | None) -> None:
        """Note the next event of the shard; no lane means that a filter held it back."""
        if lane is None and self._pending and self._pending[-1][2] is None:
            self._pending.pop()
        self._pending.append((int(sequence_number), sequence_number, lane))

    def done_through(self, lane: int, sequence_number: str) -> None:
        """Note that a lane has nothing pending up to a sequence number."""
        self._done_through[lane] = int(sequence_number)
        self.settle()

    def settle(self) -> None:
        """Move the checkpoint over everything that is done."""
        checkpoint = None
        while self._pending:
            number, text, lane = self._pending[0]
            if lane is not None and self._done_through.get(lane, -1) < number:
                break
            checkpoint = text
            self._pending.popleft()
        if checkpoint is not None:
            self._advance(checkpoint)
