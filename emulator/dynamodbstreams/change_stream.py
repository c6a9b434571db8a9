"""The stream of a table: its shards and the change records in them."""

import hashlib
import json
import logging
import random
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from emulator.dynamodbstreams.image import image, size_bytes
from emulator.record_log import RecordLog

LOG = logging.getLogger(__name__)

RETENTION_SECONDS = 24 * 3600
# A stream's records take at most this much memory, whatever the retention: a sandbox must not fill the machine's.
MAXIMUM_STREAM_BYTES = 256 * 1024 * 1024
# A shard gets children once it has taken this much, two of them unless so many shards are open already. One that is
# as old as this gets one child.
SPLIT_BYTES = 64 * 1024 * 1024
MAXIMUM_OPEN_SHARDS = 4
ROLL_SECONDS = 4 * 3600
_ALL_HASHES = range(2**32)
_SEQUENCE_NUMBERS_PER_SECOND = 10**15
_SEQUENCE_NUMBERS_PER_SHARD = 10**12

Attributes = Mapping[str, Mapping[str, Any]]


class StreamShard:
    """One shard of a table's stream: the changes of the items whose key hashes into its range.

    Open until it has children or the stream is disabled.
    """

    def __init__(
        self,
        stream_arn: str,
        created_at: float,
        base: int,
        hash_range: range = _ALL_HASHES,
        parent: "StreamShard | None" = None,
        maximum_bytes: int = MAXIMUM_STREAM_BYTES,
    ) -> None:
        self.created_at = created_at
        self.closed_at: float | None = None
        self.shard_id = f"shardId-{int(created_at * 1000):020d}-{uuid.uuid4().hex[:8]}"
        self.parent_shard_id = parent.shard_id if parent is not None else None
        self.hash_range = hash_range
        self.base = base
        self.written_bytes = 0
        self.log: RecordLog[dict[str, Any]] = RecordLog(
            RETENTION_SECONDS,
            maximum_bytes,
            name=f"{stream_arn} {self.shard_id}",
            limited="the shards of a table's stream together",
        )

    @property
    def is_open(self) -> bool:
        """Whether more records may come."""
        return self.closed_at is None

    def expired(self, now: float) -> bool:
        """Tell whether the shard was closed so long ago that nothing of it can be read any more."""
        return self.closed_at is not None and now - self.closed_at > RETENTION_SECONDS

    def sequence_number(self, position: int) -> str:
        """Return the sequence number (25 digits) that stands for a position."""
        return str(self.base + position)

    def position(self, sequence_number: str) -> int:
        """Return the position of a sequence number; 0 or less for one from before this shard.

        Raises:
            ValueError: it is not a decimal number.
        """
        return int(sequence_number) - self.base

    def read(self, after: int, limit: int, maximum_bytes: int) -> tuple[list[dict[str, Any]], int]:
        """Return change records of boto3's GetRecords shape that follow a position, and the position to go on from."""
        records, position = self.log.read(after, limit, maximum_bytes)
        for record in records:
            change = record["dynamodb"]
            created_at = change["ApproximateCreationDateTime"]
            change["ApproximateCreationDateTime"] = datetime.fromtimestamp(created_at, UTC)
        return records, position

    def describe(self) -> dict[str, Any]:
        """Return the shard as DescribeStream prints it."""
        numbers = {"StartingSequenceNumber": self.sequence_number(1)}
        if not self.is_open:
            numbers["EndingSequenceNumber"] = self.sequence_number(max(self.log.last_position, 1))
        shard: dict[str, Any] = {"ShardId": self.shard_id, "SequenceNumberRange": numbers}
        if self.parent_shard_id is not None:
            shard["ParentShardId"] = self.parent_shard_id
        return shard


class ChangeStream:
    """A table's stream from one enabling to the next disabling.

    One writer at a time calls `record`; readers need no lock. When shards split is not documented by AWS: see
    `SPLIT_BYTES`.

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
        split_bytes: int = SPLIT_BYTES,
        maximum_bytes: int = MAXIMUM_STREAM_BYTES,
    ) -> None:
        self.table_name = table_name
        self.key_schema = [dict(element) for element in key_schema]
        self.view_type = view_type
        self.label = label
        self.arn = f"{table_arn}/stream/{label}"
        self.region = table_arn.split(":")[3]
        self.created_at = clock()
        self.disabled_at: float | None = None
        self._split_bytes = split_bytes
        self._maximum_bytes = maximum_bytes
        self._last_base = 0
        first_base = self._next_base(self.created_at)
        self.shards = [StreamShard(self.arn, self.created_at, first_base, maximum_bytes=maximum_bytes)]
        self._key_names = [element["AttributeName"] for element in key_schema]
        self._clock = clock

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
        now = self._clock()
        change: dict[str, Any] = {
            # Creation times have whole seconds in DynamoDB Streams.
            "ApproximateCreationDateTime": int(now),
            "Keys": {name: present[name] for name in self._key_names},
        }
        if new_image is not None and self.view_type in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["NewImage"] = new_image
        if old_image is not None and self.view_type in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["OldImage"] = old_image
        size = size_bytes(change["Keys"])
        size += size_bytes(change.get("NewImage", {})) + size_bytes(change.get("OldImage", {}))
        shard = self._shard_for(change["Keys"], now)
        change["SequenceNumber"] = shard.sequence_number(shard.log.last_position + 1)
        change["SizeBytes"] = size
        change["StreamViewType"] = self.view_type
        record: dict[str, Any] = {
            "eventID": f"{random.getrandbits(128):032x}",
            "eventName": "INSERT" if old_image is None else "REMOVE" if new_image is None else "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.region,
            "dynamodb": change,
        }
        if user_identity is not None:
            record["userIdentity"] = dict(user_identity)
        shard.log.append(record, size, now)
        shard.written_bytes += size
        self._keep_to_size(now)

    def disable(self) -> None:
        """Close the stream's shards; what they hold stays readable until its retention ends."""
        self.disabled_at = self._clock()
        for shard in self.shards:
            if shard.is_open:
                shard.closed_at = self.disabled_at

    def expired(self, now: float) -> bool:
        """Tell whether the stream was disabled so long ago that nothing of it can be read any more."""
        return self.disabled_at is not None and now - self.disabled_at > RETENTION_SECONDS

    @property
    def status(self) -> str:
        """ENABLED or DISABLED."""
        return "ENABLED" if self.disabled_at is None else "DISABLED"

    def listed_shards(self, parent_shard_id: str | None = None) -> list[StreamShard]:
        """Return the shards of which something may be read, oldest first: all, or the children of one."""
        now = self._clock()
        return [
            shard
            for shard in self.shards
            if not shard.expired(now)
            and (parent_shard_id is None or shard.parent_shard_id == parent_shard_id)
        ]

    def _shard_for(self, keys: Attributes, now: float) -> StreamShard:
        """Return the open shard of an item, after it has been replaced by its children if it is due."""
        shard = self._open_shard(keys)
        if shard.written_bytes >= self._split_bytes or now - shard.created_at >= ROLL_SECONDS:
            self._replace(shard, now)
            shard = self._open_shard(keys)
        return shard

    def _open_shard(self, keys: Attributes) -> StreamShard:
        open_shards = [shard for shard in self.shards if shard.is_open]
        if len(open_shards) == 1:
            return open_shards[0]
        text = json.dumps(keys, sort_keys=True, default=bytes.hex).encode()
        key_hash = int.from_bytes(hashlib.md5(text, usedforsecurity=False).digest()[:4], "big")
        return next(shard for shard in open_shards if key_hash in shard.hash_range)

    def _replace(self, shard: StreamShard, now: float) -> None:
        ranges = [shard.hash_range]
        open_count = sum(other.is_open for other in self.shards)
        if shard.written_bytes >= self._split_bytes and open_count < MAXIMUM_OPEN_SHARDS:
            middle = (shard.hash_range.start + shard.hash_range.stop) // 2
            ranges = [range(shard.hash_range.start, middle), range(middle, shard.hash_range.stop)]
        children = [
            StreamShard(self.arn, now, self._next_base(now), hash_range, shard, self._maximum_bytes)
            for hash_range in ranges
        ]
        # A new list, so that a reader sees either the old shards or all of the new ones; and the children are listed
        # before their parent ends.
        self.shards = [other for other in self.shards if not other.expired(now)] + children
        shard.closed_at = now
        LOG.info("%s: %s goes on in %d", self.arn, shard.shard_id, len(children))

    def _next_base(self, now: float) -> int:
        """Return what a new shard counts from: above all numbers that an older shard can give."""
        self._last_base = max(
            int(now) * _SEQUENCE_NUMBERS_PER_SECOND, self._last_base + _SEQUENCE_NUMBERS_PER_SHARD
        )
        return self._last_base

    def _keep_to_size(self, now: float) -> None:
        """Let the oldest shards' records go while all shards together take too much."""
        excess = sum(shard.log.kept_bytes for shard in self.shards) - self._maximum_bytes
        for shard in self.shards:
            if excess <= 0:
                return
            before = shard.log.kept_bytes
            if before:
                shard.log.shrink(max(before - excess, 0), now, keep=1 if shard.is_open else 0)
            excess -= before - shard.log.kept_bytes
