"""The stream of a table: its shards and the change records in them."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from emulator.dynamodbstreams.image import image, size_bytes
from emulator.record_log import RecordLog

RETENTION_SECONDS = 24 * 3600
# A stream keeps at most this much, whatever the retention: a sandbox must not fill the machine's memory.
MAXIMUM_STREAM_BYTES = 256 * 1024 * 1024
_SEQUENCE_NUMBERS_PER_SECOND = 10**15

Attributes = Mapping[str, Mapping[str, Any]]


class StreamShard:
    """One shard of a table's stream; open until the stream is disabled."""

    def __init__(self, created_at: float) -> None:
        self.created_at = created_at
        self.shard_id = f"shardId-{int(created_at * 1000):020d}-{uuid.uuid4().hex[:8]}"
        self.is_open = True
        self.log: RecordLog[dict[str, Any]] = RecordLog(RETENTION_SECONDS, MAXIMUM_STREAM_BYTES)
        self._base = int(created_at) * _SEQUENCE_NUMBERS_PER_SECOND

    def sequence_number(self, position: int) -> str:
        """Return the sequence number (25 digits) that stands for a position."""
        return str(self._base + position)

    def position(self, sequence_number: str) -> int:
        """Return the position of a sequence number; 0 or less for one from before this shard.

        Raises:
            ValueError: it is not a decimal number.
        """
        return int(sequence_number) - self._base

    def describe(self) -> dict[str, Any]:
        """Return the shard as DescribeStream prints it."""
        numbers = {"StartingSequenceNumber": self.sequence_number(1)}
        if not self.is_open:
            numbers["EndingSequenceNumber"] = self.sequence_number(max(self.log.last_position, 1))
        return {"ShardId": self.shard_id, "SequenceNumberRange": numbers}


class ChangeStream:
    """A table's stream from one enabling to the next disabling.

    Takes the place of moto's stream shard: `add(old, new)` is what moto calls after every write. Records are dicts
    of boto3's GetRecords shape; they are shared between readers and must not be changed.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """

    def __init__(
        self,
        table_name: str,
        table_arn: str,
        key_schema: Sequence[Mapping[str, str]],
        view_type: str,
        label: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.table_name = table_name
        self.key_schema = [dict(element) for element in key_schema]
        self.view_type = view_type
        self.label = label
        self.arn = f"{table_arn}/stream/{label}"
        self.region = table_arn.split(":")[3]
        self.created_at = clock()
        self.disabled_at: float | None = None
        self.shards = [StreamShard(self.created_at)]
        self._key_names = [element["AttributeName"] for element in key_schema]
        self._clock = clock

    def add(self, old: Any, new: Any) -> None:
        """Record a write, given moto's items before and after it (None: the item did not exist)."""
        self.record(
            old.to_json()["Attributes"] if old is not None else None,
            new.to_json()["Attributes"] if new is not None else None,
        )

    def record(
        self,
        old: Attributes | None,
        new: Attributes | None,
        user_identity: Mapping[str, str] | None = None,
    ) -> None:
        """Append the change from one image to the other; a write that changes nothing leaves no record."""
        old_image = image(old) if old is not None else None
        new_image = image(new) if new is not None else None
        present = new_image if new_image is not None else old_image
        if present is None or old_image == new_image or self.disabled_at is not None:
            return
        shard = self.shards[-1]
        now = self._clock()
        change: dict[str, Any] = {
            # Creation times have whole seconds in DynamoDB Streams.
            "ApproximateCreationDateTime": datetime.fromtimestamp(int(now), UTC),
            "Keys": {name: present[name] for name in self._key_names},
        }
        if new_image is not None and self.view_type in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["NewImage"] = new_image
        if old_image is not None and self.view_type in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["OldImage"] = old_image
        size = sum(size_bytes(change[part]) for part in ("Keys", "NewImage", "OldImage") if part in change)
        change["SequenceNumber"] = shard.sequence_number(shard.log.last_position + 1)
        change["SizeBytes"] = size
        change["StreamViewType"] = self.view_type
        record: dict[str, Any] = {
            "eventID": uuid.uuid4().hex,
            "eventName": "INSERT" if old_image is None else "REMOVE" if new_image is None else "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.region,
            "dynamodb": change,
        }
        if user_identity is not None:
            record["userIdentity"] = dict(user_identity)
        shard.log.append(record, size, now)

    def __deepcopy__(self, memo: dict[int, Any]) -> "ChangeStream":
        # moto copies its tables for backups and to roll a transaction back; a table keeps its one stream.
        return self

    def disable(self) -> None:
        """Close the stream's shards; what they hold stays readable until its retention ends."""
        self.disabled_at = self._clock()
        for shard in self.shards:
            shard.is_open = False

    def expired(self, now: float) -> bool:
        """Tell whether the stream was disabled so long ago that nothing of it can be read any more."""
        return self.disabled_at is not None and now - self.disabled_at > RETENTION_SECONDS

    @property
    def status(self) -> str:
        """ENABLED or DISABLED."""
        return "ENABLED" if self.disabled_at is None else "DISABLED"
