"""One shard of a Kinesis data stream: its hash key range, its records and their sequence numbers."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from emulator.kinesis.sequence_number import ending_sequence_number, sequence_number
from emulator.kinesis.throughput import ShardThroughput
from emulator.record_log import RecordLog

DEFAULT_RETENTION_SECONDS = 24 * 3600
# A shard keeps at most this much, whatever the retention: a sandbox must not fill the machine's memory.
MAXIMUM_SHARD_BYTES = 256 * 1024 * 1024
_MAXIMUM_HASH_KEY = 2**128 - 1


class Shard:
    """Takes the place of moto's shard, with the same constructor.

    https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html
    """

    def __init__(
        self,
        shard_id: int,
        starting_hash: int,
        ending_hash: int,
        parent: str | None = None,
        adjacent_parent: str | None = None,
        clock: Callable[[], float] = time.time,
        after_second: int = 0,
    ) -> None:
        """Take the epoch second in which the parents end: a later one makes greater sequence numbers."""
        self._shard_id = shard_id
        self.shard_id = f"shardId-{shard_id:012d}"
        self.named = False
        self.starting_hash = starting_hash
        self.ending_hash = min(ending_hash, _MAXIMUM_HASH_KEY)
        self.parent = parent
        self.adjacent_parent = adjacent_parent
        self.clock = clock
        self.created_at = clock()
        self.closed_at: float | None = None
        # Notified when a record arrives and when the shard is closed.
        self.changed = threading.Condition()
        self.log: RecordLog[dict[str, Any]] = RecordLog(
            DEFAULT_RETENTION_SECONDS,
            MAXIMUM_SHARD_BYTES,
            remedy="whoever had not read them has lost them: read faster, write less or use more shards",
        )
        self.throughput = ShardThroughput()
        # Part of every sequence number and iterator: a stream of the same name created later has another.
        second, fraction = divmod(int(self.created_at * 1_000_000), 1_000_000)
        self.created_microseconds = max(second, after_second + 1) * 1_000_000 + fraction

    def name_log(self, stream_name: str) -> None:
        """Have the log's warnings name this shard; its own constructor is not told the stream's name."""
        self.log.name = f"{stream_name}/{self.shard_id}"
        self.named = True

    @property
    def is_open(self) -> bool:
        """Whether the shard still takes records; set to False when it is split or merged away."""
        return self.closed_at is None

    @is_open.setter
    def is_open(self, value: bool) -> None:
        self.closed_at = None if value else self.clock()
        with self.changed:
            self.changed.notify_all()

    def open_at(self, moment: float) -> bool:
        """Tell whether the shard was open at an epoch time; the first shards count as open since ever."""
        began = self.parent is None or self.created_at <= moment
        return began and not self.closed_before(moment)

    def closed_before(self, moment: float) -> bool:
        """Tell whether the shard was closed before an epoch time."""
        return self.closed_at is not None and self.closed_at <= moment

    def owns(self, hash_key: int) -> bool:
        """Tell whether new records with this hash key belong here."""
        return self.is_open and self.starting_hash <= hash_key <= self.ending_hash

    def put(self, partition_key: str, data: bytes, encryption_type: str = "NONE") -> str:
        """Append a record and return its sequence number; only an encryption by KMS is told of when it is read.

        The caller holds the stream's lock: a sequence number is made before the position is taken.
        """
        now = self.clock()
        number = self.sequence_number(self.log.last_position + 1, now)
        record = {
            "SequenceNumber": number,
            # Arrival has millisecond precision.
            "ApproximateArrivalTimestamp": int(now * 1000) / 1000,
            "Data": data,
            "PartitionKey": partition_key,
        }
        if encryption_type == "KMS":
            record["EncryptionType"] = encryption_type
        self.log.append(record, len(data) + len(partition_key), now)
        with self.changed:
            self.changed.notify_all()
        return number

    def read(self, after: int, limit: int, maximum_bytes: int) -> tuple[list[dict[str, Any]], int]:
        """Return records of boto3's GetRecords shape that follow a position, and the position to go on from."""
        records, position = self.log.read(after, limit, maximum_bytes)
        for record in records:
            arrived_at = record["ApproximateArrivalTimestamp"]
            record["ApproximateArrivalTimestamp"] = datetime.fromtimestamp(arrived_at, UTC)
        return records, position

    @property
    def index(self) -> int:
        """The number in the shard's identifier."""
        return self._shard_id

    @property
    def created_second(self) -> int:
        """The epoch second of the creation that the sequence numbers tell, later than those of the parents."""
        return self.created_microseconds // 1_000_000

    def sequence_number(self, position: int, moment: float) -> str:
        """Return the sequence number that stands for a position in this shard, reached at an epoch time."""
        return sequence_number(self.created_microseconds, self._shard_id, position, moment)

    @property
    def ending_sequence_number(self) -> str | None:
        """The sequence number at which the shard ends, once it is closed."""
        if self.closed_at is None:
            return None
        return ending_sequence_number(self.created_microseconds, self._shard_id, self.closed_at)

    def to_json(self) -> dict[str, Any]:
        """Return the shard as DescribeStream and ListShards print it."""
        sequence_number_range = {"StartingSequenceNumber": self.sequence_number(0, self.created_at)}
        if self.ending_sequence_number is not None:
            sequence_number_range["EndingSequenceNumber"] = self.ending_sequence_number
        description: dict[str, Any] = {
            "ShardId": self.shard_id,
            "HashKeyRange": {
                "StartingHashKey": str(self.starting_hash),
                "EndingHashKey": str(self.ending_hash),
            },
            "SequenceNumberRange": sequence_number_range,
        }
        if self.parent:
            description["ParentShardId"] = self.parent
        if self.adjacent_parent:
            description["AdjacentParentShardId"] = self.adjacent_parent
        return description
