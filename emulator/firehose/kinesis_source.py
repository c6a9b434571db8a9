"""A Kinesis data stream as the source: every shard is read, parents before their children."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from emulator.firehose.aggregation import deaggregate
from emulator.firehose.checkpoint import Checkpoint
from emulator.firehose.client import KinesisClient
from emulator.firehose.clock import Clock, backoff
from emulator.firehose.metric import Metrics
from emulator.firehose.record import KinesisRecordMetadata, Record

LOG = logging.getLogger(__name__)

# AWS reads a shard about once a second; a sandbox is watched by people who wait.
POLL_SECONDS = 0.2
# Children are looked for when a shard ends; this finds what became known in another way.
LIST_SHARDS_SECONDS = 30.0
_PAUSE_SECONDS = 0.1
_FIRST_RETRY_SECONDS = 0.5
_MAXIMUM_RETRY_SECONDS = 10.0
_THROTTLING = ("ProvisionedThroughputExceededException", "LimitExceededException")
_PARENTS = ("ParentShardId", "AdjacentParentShardId")
_THROTTLED_METRICS = {
    "GetRecords": "ThrottledGetRecords",
    "GetShardIterator": "ThrottledGetShardIterator",
}


@dataclass(slots=True)
class _Shard:
    """One shard's reading: a position that survives, and an iterator that does not matter."""

    shard_id: str
    parents: frozenset[str]
    starting_position: Literal["LATEST", "TRIM_HORIZON"]
    checkpoint: Checkpoint = field(default_factory=Checkpoint)
    iterator: str | None = None
    read_at: float = 0.0
    failures: int = 0
    ended: bool = False


class KinesisSource:
    """Reads a data stream from where it ended when the delivery stream was created.

    Aggregates of the Kinesis Producer Library are taken apart. `checkpoints` continues an earlier reading. A
    record is read again only from a checkpoint, which never passes one that is not settled. One thread at a
    time may call `run`; `settle` may be called by any.

    https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html
    """

    def __init__(
        self,
        stream_arn: str,
        client: KinesisClient,
        clock: Clock,
        metrics: Metrics,
        pass_on: Callable[[Sequence[Record]], int],
        has_room: Callable[[], bool],
        on_error: Callable[[str, str], None],
        checkpoints: Mapping[str, str | None] | None = None,
    ) -> None:
        """Take `pass_on`, which returns how often each record is to be settled."""
        self.stream_arn = stream_arn
        self.started_at = datetime.fromtimestamp(clock.time(), UTC)
        self._client = client
        self._clock = clock
        self._metrics = metrics
        self._pass_on = pass_on
        self._has_room = has_room
        self._on_error = on_error
        self._shards: dict[str, _Shard] = {}
        self._lock = threading.Lock()
        self._list_at: float | None = None
        self._list_failures = 0
        for shard_id, sequence_number in (checkpoints or {}).items():
            shard = _Shard(shard_id, frozenset(), "TRIM_HORIZON", Checkpoint(sequence_number))
            self._shards[shard_id] = shard

    def checkpoints(self) -> dict[str, str | None]:
        """Return each shard's checkpoint: the last sequence number up to which everything is settled."""
        with self._lock:
            return {shard_id: shard.checkpoint.sequence_number for shard_id, shard in self._shards.items()}

    def settle(self, records: Sequence[Record]) -> None:
        """Note that records reached S3 or the error output prefix, or were Dropped."""
        with self._lock:
            for record in records:
                kinesis = record.kinesis
                if kinesis is not None:
                    self._shards[kinesis.shard_id].checkpoint.settle(kinesis.sequence_number)

    def run(self) -> float:
        """Read every shard that is ready once; return when to be called again."""
        now = self._clock.monotonic()
        if not self._has_room():
            return now + _PAUSE_SECONDS
        if self._list_at is None or self._list_at <= now:
            self._list_shards()
        for shard in self._readable():
            if shard.read_at <= self._clock.monotonic() and self._has_room():
                self._read(shard)
        times = [shard.read_at for shard in self._readable()]
        return min([*times, self._list_at if self._list_at is not None else now])

    def read_rest(self, deadline: float) -> None:
        """Read what the data stream holds at this moment, without waiting for the next poll."""
        for shard in self._shards.values():
            shard.read_at = min(shard.read_at, self._clock.monotonic())
        while self._has_room() and self.run() <= self._clock.monotonic() < deadline:
            pass

    def position(self) -> bool:
        """Take the end of every shard as the place to start; tell whether that was possible.

        To be called when the delivery stream is created. If it fails, `run` tries it again and reads from the
        time of creation instead.
        """
        if not self._list_shards():
            return False
        return all(self._renew(shard, at_creation=True) for shard in self._shards.values())

    def _readable(self) -> list[_Shard]:
        return [
            shard
            for shard in self._shards.values()
            if not shard.ended
            and all(self._shards[name].ended for name in shard.parents if name in self._shards)
        ]

    def _list_shards(self) -> bool:
        starting_position: Literal["LATEST", "TRIM_HORIZON"] = "TRIM_HORIZON" if self._shards else "LATEST"
        try:
            listed = self._all_shards()
        except (ClientError, BotoCoreError) as error:
            self._list_failures += 1
            self._list_at = self._clock.monotonic() + self._retry_wait(self._list_failures)
            self._failed("ListShards", error)
            return False
        with self._lock:
            for entry in listed:
                parents = frozenset(entry[key] for key in _PARENTS if entry.get(key))
                shard_id = entry["ShardId"]
                known = self._shards.get(shard_id)
                if known is None:
                    self._shards[shard_id] = _Shard(shard_id, parents, starting_position)
                else:
                    known.parents = parents
        self._list_failures = 0
        self._list_at = self._clock.monotonic() + LIST_SHARDS_SECONDS
        return True

    def _all_shards(self) -> list[Mapping[str, Any]]:
        page = self._client.list_shards(StreamARN=self.stream_arn)
        listed = list(page["Shards"])
        while page.get("NextToken"):
            page = self._client.list_shards(NextToken=page["NextToken"])
            listed += page["Shards"]
        return listed

    def _renew(self, shard: _Shard, *, at_creation: bool = False) -> bool:
        """Get an iterator for the place after the last record read."""
        if shard.checkpoint.last_read is not None:
            place: dict[str, Any] = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": shard.checkpoint.last_read,
            }
        elif shard.starting_position == "TRIM_HORIZON":
            place = {"ShardIteratorType": "TRIM_HORIZON"}
        elif at_creation:
            place = {"ShardIteratorType": "LATEST"}
        else:
            place = {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": self.started_at}
        try:
            response = self._client.get_shard_iterator(
                StreamARN=self.stream_arn, ShardId=shard.shard_id, **place
            )
        except (ClientError, BotoCoreError) as error:
            self._failed_read(shard, "GetShardIterator", error)
            return False
        shard.iterator = response["ShardIterator"]
        return True

    def _read(self, shard: _Shard) -> None:
        """Read one page of a shard.

        1. Get an iterator if there is none. 2. Get the records. 3. Pass them on. 4. Move on to the next page.
        """
        # Step 1
        if shard.iterator is None and not self._renew(shard):
            return
        # Step 2
        try:
            page = self._client.get_records(ShardIterator=shard.iterator, Limit=10_000)
        except (ClientError, BotoCoreError) as error:
            shard.iterator = None
            self._failed_read(shard, "GetRecords", error)
            return
        # Step 3
        entries = page["Records"]
        if entries:
            self._accept(shard, entries)
            self._metrics.add("KinesisMillisBehindLatest", page.get("MillisBehindLatest", 0))
        # Step 4
        shard.failures = 0
        shard.iterator = page.get("NextShardIterator")
        if shard.iterator is None:
            shard.ended = True
            self._list_at = None
            return
        behind = page.get("MillisBehindLatest", 0) > 0
        shard.read_at = self._clock.monotonic() + (0.0 if behind else POLL_SECONDS)

    def _accept(self, shard: _Shard, entries: Sequence[Mapping[str, Any]]) -> None:
        read = [(entry, _records(shard.shard_id, entry)) for entry in entries]
        with self._lock:
            # Held until they are noted: another thread may settle the records as soon as they were passed on.
            times = self._pass_on([record for _, records in read for record in records])
            for entry, records in read:
                shard.checkpoint.read(entry["SequenceNumber"], times * len(records))
        self._metrics.add("DataReadFromKinesisStream.Records", len(entries))
        self._metrics.add("DataReadFromKinesisStream.Bytes", sum(len(entry["Data"]) for entry in entries))

    def _failed_read(self, shard: _Shard, operation_name: str, error: ClientError | BotoCoreError) -> None:
        shard.failures += 1
        now = self._clock.monotonic()
        if isinstance(error, ClientError) and error.response["Error"]["Code"] == "ExpiredIteratorException":
            LOG.info("%s: the iterator of %s expired", self.stream_arn, shard.shard_id)
            shard.read_at = now
            return
        shard.read_at = now + self._retry_wait(shard.failures)
        self._failed(operation_name, error)

    def _failed(self, operation_name: str, error: ClientError | BotoCoreError) -> None:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else "InternalError"
        if code in _THROTTLING and operation_name in _THROTTLED_METRICS:
            self._metrics.add(_THROTTLED_METRICS[operation_name], 1)
        name = code.removesuffix("Exception")
        self._on_error(f"Kinesis.{name}", f"{operation_name} on {self.stream_arn} failed: {error}")

    @staticmethod
    def _retry_wait(failures: int) -> float:
        return backoff(failures, _FIRST_RETRY_SECONDS, _MAXIMUM_RETRY_SECONDS)


def _records(shard_id: str, entry: Mapping[str, Any]) -> list[Record]:
    """Return the record, or those that it is an aggregate of: they share its sequence number."""
    sequence_number = entry["SequenceNumber"]
    arrival = round(entry["ApproximateArrivalTimestamp"].timestamp() * 1000)
    packed = deaggregate(entry["Data"])
    if packed is None:
        packed = [(entry["PartitionKey"], entry["Data"])]
    return [
        Record(
            f"{sequence_number}{subsequence_number:06d}",
            data,
            arrival,
            KinesisRecordMetadata(sequence_number, partition_key, shard_id, subsequence_number),
        )
        for subsequence_number, (partition_key, data) in enumerate(packed)
    ]
