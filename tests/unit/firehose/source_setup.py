"""A source without a delivery stream, and a data stream that limits reads, ages and can be replaced."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from emulator.firehose.kinesis_source import KinesisSource
from emulator.firehose.metric import Metrics
from emulator.firehose.record import Record
from tests.unit.firehose.fakes import STREAM_ARN, FakeCloudWatch, FakeKinesis, ManualClock, client_error


class Kinesis(FakeKinesis):
    """Refuses an operation with what is in `refusals` under its name, and reads above `reads_per_second`."""

    def __init__(self, clock: ManualClock, *shard_ids: str) -> None:
        super().__init__(clock, *shard_ids)
        self.refusals: dict[str, list[Exception]] = defaultdict(list)
        self.calls: list[tuple[float, str]] = []
        self.deleted = False
        self.created = 1
        self.unlisted: set[str] = set()
        self.reads_per_second: int | None = None

    def replace(self, *shard_ids: str) -> None:
        """Delete the data stream and create it again."""
        self.shards = FakeKinesis(self.clock, *shard_ids).shards
        self.created += 1
        self.deleted = False

    def list_shards(self, *, StreamARN: str) -> dict[str, Any]:
        self._called("ListShards")
        shards = super().list_shards(StreamARN=StreamARN)["Shards"]
        numbers = {"StartingSequenceNumber": str(self.created)}
        listed = [shard for shard in shards if shard["ShardId"] not in self.unlisted]
        return {"Shards": [shard | {"SequenceNumberRange": numbers} for shard in listed]}

    def get_shard_iterator(self, *, StreamARN: str, ShardId: str, **place: Any) -> dict[str, Any]:
        self._called("GetShardIterator")
        if ShardId not in self.shards:
            raise client_error("ResourceNotFoundException", "GetShardIterator")
        if isinstance(place.get("Timestamp"), datetime):
            # As boto3 sends it.
            place["Timestamp"] = place["Timestamp"].replace(microsecond=0)
        return super().get_shard_iterator(StreamARN=StreamARN, ShardId=ShardId, **place)

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:
        self._called("GetRecords")
        if ShardIterator.partition("/")[0] not in self.shards:
            raise client_error("ResourceNotFoundException", "GetRecords")
        return super().get_records(ShardIterator=ShardIterator, Limit=Limit)

    def call_times(self, operation_name: str) -> list[float]:
        """Return when an operation was called."""
        return [at for at, name in self.calls if name == operation_name]

    def _called(self, operation_name: str) -> None:
        now = self.clock.monotonic()
        lately = [at for at in self.call_times("GetRecords") if at > now - 1]
        self.calls.append((now, operation_name))
        if self.refusals[operation_name]:
            raise self.refusals[operation_name].pop(0)
        if self.deleted:
            raise client_error("ResourceNotFoundException", operation_name)
        if operation_name == "GetRecords" and len(lately) >= (self.reads_per_second or len(lately) + 1):
            raise client_error("ProvisionedThroughputExceededException", operation_name)


class Reading:
    """A source that keeps what it reads; everything is settled at once unless `settles` is False."""

    def __init__(self, *shard_ids: str, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.kinesis = Kinesis(self.clock, *shard_ids)
        self.cloudwatch = FakeCloudWatch()
        self.metrics = Metrics("deliveries", self.cloudwatch, self.clock)
        self.settles = True
        self.records: list[Record] = []
        self.unsettled: list[Record] = []
        self.events: list[tuple[float, str, str]] = []
        self.source = KinesisSource(
            STREAM_ARN, self.kinesis, self.clock, self.metrics, self._take, lambda: True, self._note
        )

    @property
    def data(self) -> list[bytes]:
        """The bytes of what was read."""
        return [record.data for record in self.records]

    def run(self, seconds: float) -> int:
        """Do what the source's thread does, for some time; return how often it ran."""
        end, turns = self.clock.monotonic() + seconds, 0
        while self.clock.monotonic() < end:
            due_at = self.source.run()
            if self.settles:
                self.settle()
            # A turn takes a little time.
            self.clock.advance(max(due_at - self.clock.monotonic(), 0.001))
            turns += 1
        return turns

    def settle(self) -> None:
        """Settle what was read."""
        self.source.settle(self.unsettled)
        self.unsettled = []

    def refuse(self, operation_name: str, code: str, times: int) -> None:
        """Have the next calls of an operation fail."""
        self.kinesis.refusals[operation_name] += [client_error(code, operation_name)] * times

    def sums(self) -> dict[str, float]:
        """Publish the metrics and return their sums."""
        self.metrics.publish()
        return self.cloudwatch.sums()

    def _take(self, records: Sequence[Record]) -> list[int]:
        self.records += records
        self.unsettled += records
        return [1] * len(records)

    def _note(self, code: str, message: str) -> None:
        self.events.append((self.clock.monotonic(), code, message))
