"""Everything that follows the changes of one table."""

from typing import Any

from emulator.dynamodb.kinesis_destination import KinesisDestination
from emulator.dynamodbstreams.change_stream import ChangeStream
from emulator.dynamodbstreams.pending_changes import Attributes


class ChangeFeed:
    """Passes a table's changes to its stream and its Kinesis destination, each of which may be missing.

    Takes the place of moto's stream shard: `add(old, new)` is what moto calls after every write.
    """

    def __init__(self) -> None:
        self.stream: ChangeStream | None = None
        self.destination: KinesisDestination | None = None

    @property
    def is_followed(self) -> bool:
        """Whether a change reaches anything."""
        return self.stream is not None or (self.destination is not None and self.destination.is_active)

    def add(self, old: Any, new: Any) -> None:
        """Take a change between moto's items (None: the item did not exist)."""
        if self.is_followed:
            self.record(
                old.to_json()["Attributes"] if old is not None else None,
                new.to_json()["Attributes"] if new is not None else None,
            )

    def record(
        self, old: Attributes | None, new: Attributes | None, user_identity: dict[str, str] | None = None
    ) -> None:
        """Take a change between two images."""
        if self.stream is not None:
            self.stream.record(old, new, user_identity)
        if self.destination is not None:
            self.destination.record(old, new, user_identity)

    def close(self) -> None:
        """The table is gone: its stream is closed, its destination is left."""
        if self.stream is not None:
            self.stream.disable()
            self.stream = None
        if self.destination is not None:
            self.destination.disable()

    def __deepcopy__(self, memo: dict[int, Any]) -> "ChangeFeed":
        # moto copies its tables to roll a transaction back; the copy reports to the same followers.
        return self
