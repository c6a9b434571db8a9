"""In-memory sources for a pipe: a Kinesis data stream and an SQS queue, as a boto3 client shows them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from emulator.pipes.pipe import QueueParameters
from tests.clock import ManualClock
from tests.unit.pipes.fakes import FakeKinesis, FakeSqs, Surroundings, client_error

DATA_STREAM_ARN = "arn:aws:kinesis:eu-north-1:000000000000:stream/clicks"
SOURCE_QUEUE_ARN = "arn:aws:sqs:eu-north-1:000000000000:jobs"
SHARD = "shardId-000000000000"


@dataclass
class DataShard:
    """A shard of a data stream; a merged one has an adjacent parent too."""

    parent: str | None = None
    adjacent_parent: str | None = None
    closed: bool = False
    records: list[dict[str, Any]] = field(default_factory=list)
    trimmed_through: int = 0


@dataclass
class FakeDataStream(FakeKinesis):
    """The target's client, which also knows one stream to read; iterators are `shard/number/generation`."""

    clock: ManualClock = field(default_factory=ManualClock)
    shards: dict[str, DataShard] = field(default_factory=lambda: {SHARD: DataShard()})
    exists: bool = True
    status: str = "ACTIVE"
    created_at: float = 1_767_225_000.0
    retention_hours: int = 24
    page_size: int = 10_000
    generation: int = 0
    number: int = 0
    errors: list[str] = field(default_factory=list)
    reads: int = 0

    def write(self, data: bytes | str, key: str = "k", shard_id: str = SHARD) -> str:
        """Append a record and return its sequence number."""
        self.number += 1
        sequence_number = f"496{self.number:053d}"
        self.shards[shard_id].records.append(
            {
                "SequenceNumber": sequence_number,
                "PartitionKey": key,
                "Data": data.encode() if isinstance(data, str) else data,
                "ApproximateArrivalTimestamp": datetime.fromtimestamp(self.clock.now, UTC),
            }
        )
        return sequence_number

    def expire_iterators(self) -> None:
        """Make every iterator given out so far unusable."""
        self.generation += 1

    def trim(self, through: str, shard_id: str = SHARD) -> None:
        """Forget the records up to a sequence number."""
        shard = self.shards[shard_id]
        shard.records = [record for record in shard.records if record["SequenceNumber"] > through]
        shard.trimmed_through = int(through)

    def replace(self) -> None:
        """Delete the stream and create it again under its name."""
        self.created_at += 100
        self.shards = {SHARD: DataShard()}

    def describe_stream_summary(self, *, StreamARN: str) -> dict[str, Any]:
        """Describe the stream."""
        self._check(StreamARN)
        return {
            "StreamDescriptionSummary": {
                "StreamStatus": self.status,
                "StreamCreationTimestamp": datetime.fromtimestamp(self.created_at, UTC),
                "RetentionPeriodHours": self.retention_hours,
            }
        }

    def list_shards(self, *, StreamARN: str | None = None, NextToken: str | None = None) -> dict[str, Any]:
        """List one shard per answer, so that paging is always exercised."""
        # Kinesis takes the one or the other.
        assert (StreamARN is None) is not (NextToken is None)
        self._check(StreamARN or DATA_STREAM_ARN)
        names = sorted(self.shards)
        index = int(NextToken or 0)
        shard = self.shards[names[index]]
        numbers = {"StartingSequenceNumber": "1"} | ({"EndingSequenceNumber": "9"} if shard.closed else {})
        listed: dict[str, Any] = {"ShardId": names[index], "SequenceNumberRange": numbers}
        if shard.parent:
            listed["ParentShardId"] = shard.parent
        if shard.adjacent_parent:
            listed["AdjacentParentShardId"] = shard.adjacent_parent
        answer: dict[str, Any] = {"Shards": [listed]}
        if index + 1 < len(names):
            answer["NextToken"] = str(index + 1)
        return answer

    def get_shard_iterator(
        self,
        *,
        StreamARN: str,
        ShardId: str,
        ShardIteratorType: str,
        StartingSequenceNumber: str = "0",
    ) -> dict[str, Any]:
        """Return an iterator."""
        self._check(StreamARN)
        if ShardId not in self.shards:
            raise client_error("ResourceNotFoundException")
        assert ShardIteratorType in ("TRIM_HORIZON", "AFTER_SEQUENCE_NUMBER")
        trimmed = self.shards[ShardId].trimmed_through
        if ShardIteratorType == "AFTER_SEQUENCE_NUMBER" and int(StartingSequenceNumber) < trimmed:
            raise client_error("InvalidArgumentException")
        return {"ShardIterator": f"{ShardId}/{int(StartingSequenceNumber)}/{self.generation}"}

    def get_records(self, *, ShardIterator: str, Limit: int, StreamARN: str) -> dict[str, Any]:
        """Return a page."""
        self.reads += 1
        self._check(StreamARN)
        if self.errors:
            raise client_error(self.errors.pop(0))
        shard_id, after, generation = ShardIterator.split("/")
        if int(generation) != self.generation:
            raise client_error("ExpiredIteratorException")
        shard = self.shards[shard_id]
        later = [record for record in shard.records if int(record["SequenceNumber"]) > int(after)]
        records = later[: min(Limit, self.page_size)]
        behind = 1000 if len(later) > len(records) else 0
        response: dict[str, Any] = {"Records": records, "MillisBehindLatest": behind}
        if not shard.closed or behind:
            last = int(records[-1]["SequenceNumber"]) if records else int(after)
            response["NextShardIterator"] = f"{shard_id}/{last}/{self.generation}"
        return response

    def _check(self, stream_arn: str) -> None:
        assert stream_arn == DATA_STREAM_ARN
        if not self.exists:
            raise client_error("ResourceNotFoundException")


@dataclass
class Message:
    """A message in a queue; `receipt_handle` is that of the last receive."""

    number: int
    body: str
    group: str | None
    visible_at: float
    receipt_handle: str = ""
    receive_count: int = 0


@dataclass
class FakeQueue(FakeSqs):
    """The dead-letter queues' client, which also knows one queue to read."""

    clock: ManualClock = field(default_factory=ManualClock)
    queue: list[Message] = field(default_factory=list)
    visibility_timeout: float = 30.0
    exists: bool = True
    receives: list[tuple[int, int]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    # Receipt handles that cannot be deleted.
    stuck: set[str] = field(default_factory=set)
    deleted: int = 0

    def put(self, body: str, group: str | None = None) -> None:
        """Send a message to the queue."""
        self.queue.append(Message(len(self.queue) + self.deleted + 1, body, group, self.clock.now))

    @property
    def bodies(self) -> list[str]:
        """What is in the queue, visible or not."""
        return [message.body for message in self.queue]

    @property
    def visible(self) -> list[str]:
        """What a receive would return."""
        return [message.body for message in self.queue if message.visible_at <= self.clock.now]

    def get_queue_url(self, *, QueueName: str, QueueOwnerAWSAccountId: str) -> dict[str, str]:
        """Return the queue's URL."""
        if not self.exists:
            raise client_error("AWS.SimpleQueueService.NonExistentQueue")
        return super().get_queue_url(QueueName=QueueName, QueueOwnerAWSAccountId=QueueOwnerAWSAccountId)

    def receive_message(
        self,
        *,
        QueueUrl: str,
        MaxNumberOfMessages: int,
        WaitTimeSeconds: int,
        AttributeNames: list[str],
        MessageAttributeNames: list[str],
    ) -> dict[str, Any]:
        """Return messages; wait on the manual clock when there are none."""
        self.receives.append((MaxNumberOfMessages, WaitTimeSeconds))
        assert 1 <= MaxNumberOfMessages <= 10
        assert AttributeNames == MessageAttributeNames == ["All"]
        if not self.exists:
            raise client_error("AWS.SimpleQueueService.NonExistentQueue")
        if self.errors:
            raise client_error(self.errors.pop(0))
        taken: list[Message] = []
        # A group waits for those of its messages that are in flight.
        busy = {m.group for m in self.queue if m.group is not None and m.visible_at > self.clock.now}
        for message in self.queue:
            if len(taken) < MaxNumberOfMessages and message.visible_at <= self.clock.now:
                if message.group in busy:
                    continue
                taken.append(message)
        for message in taken:
            message.visible_at = self.clock.now + self.visibility_timeout
            message.receive_count += 1
            message.receipt_handle = f"handle-{message.number}-{message.receive_count}"
        if not taken:
            self.clock.advance(WaitTimeSeconds)
            return {}
        return {"Messages": [self._shown(message) for message in taken]}

    def delete_message_batch(self, *, QueueUrl: str, Entries: Sequence[dict[str, str]]) -> dict[str, Any]:
        """Delete messages by the handles of their last receive."""
        assert 1 <= len(Entries) <= 10
        failed = []
        for entry in Entries:
            found = [m for m in self.queue if m.receipt_handle == entry["ReceiptHandle"]]
            if not found or entry["ReceiptHandle"] in self.stuck:
                failed.append({"Id": entry["Id"], "Code": "ReceiptHandleIsInvalid", "SenderFault": True})
                continue
            self.queue.remove(found[0])
            self.deleted += 1
        return {"Failed": failed}

    def change_message_visibility_batch(
        self, *, QueueUrl: str, Entries: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        """Make messages visible after a while."""
        assert 1 <= len(Entries) <= 10
        if self.errors:
            raise client_error(self.errors.pop(0))
        for entry in Entries:
            for message in self.queue:
                if message.receipt_handle == entry["ReceiptHandle"]:
                    message.visible_at = self.clock.now + entry["VisibilityTimeout"]
        return {}

    def _shown(self, message: Message) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "MessageId": f"message-{message.number}",
            "ReceiptHandle": message.receipt_handle,
            "MD5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
            "Body": message.body,
            "Attributes": {"SentTimestamp": "1767225600123", "SenderId": "AIDA"},
        }
        if message.group is not None:
            shown["Attributes"]["MessageGroupId"] = message.group
        return shown


class KinesisSurroundings(Surroundings):
    """A pipe that reads a data stream; the partition key of an event is used again at the target."""

    kinesis: FakeDataStream

    def __init__(self, **changes: Any) -> None:
        super().__init__(**{"source_arn": DATA_STREAM_ARN, "partition_key": "$.partitionKey", **changes})

    def new_kinesis(self) -> FakeDataStream:
        """Return a stream that shares the pipe's clock."""
        return FakeDataStream(clock=self.clock)


class QueueSurroundings(Surroundings):
    """A pipe that reads a queue."""

    sqs: FakeQueue

    def __init__(self, *, batch_size: int = 10, window: int = 0, fifo: bool = False, **changes: Any) -> None:
        super().__init__(
            source_arn=SOURCE_QUEUE_ARN + (".fifo" if fifo else ""),
            source_parameters=QueueParameters(batch_size, window),
            partition_key="$.body",
            **changes,
        )

    def new_sqs(self) -> FakeQueue:
        """Return a queue that shares the pipe's clock."""
        return FakeQueue(clock=self.clock)
