"""In-memory AWS clients, boto3-shaped, for the data plane of a pipe."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from emulator.pipes.assembly import PipeAssembly
from emulator.pipes.clock import Clock
from emulator.pipes.event import Event
from emulator.pipes.event_pattern import compile_filter
from emulator.pipes.pipe import Pipe, PipeDefinition, SourceParameters, StreamParameters
from emulator.pipes.target_parameters import KinesisTargetParameters
from emulator.pipes.worker import Poller
from tests.clock import ManualClock

STREAM_ARN = "arn:aws:dynamodb:eu-north-1:000000000000:table/OrderTable/stream/2026-01-01T00:00:00.000"
TARGET_ARN = "arn:aws:kinesis:eu-north-1:000000000000:stream/kinesis-orderstream"
ROLE_ARN = "arn:aws:iam::000000000000:role/orders-pipe-role"
QUEUE_ARN = "arn:aws:sqs:eu-north-1:000000000000:orders-pipe-dlq"
PIPE_ARN = "arn:aws:pipes:eu-north-1:000000000000:pipe/orders-pipe"
PARENT = "shardId-00000001767225600000-00000001"
CHILD = "shardId-00000001767225600000-00000002"


def client_error(code: str, status: int = 400) -> ClientError:
    """Return what a boto3 client raises."""
    return ClientError(
        {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Operation",
    )


def event(number: int, *, created_at: float = 1_767_225_600.0, **body: Any) -> Event:
    """Return an event with the sequence number `number`."""
    return Event(str(number), created_at, {"number": number, **body}, b'{"number":%d}' % number)


@dataclass
class FakeShard:
    """A shard: records by ascending sequence number."""

    parent: str | None = None
    records: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False
    trimmed_through: int = 0


@dataclass
class FakeStreams:
    """DynamoDB Streams with one stream; iterators are `shard/sequence number/generation`."""

    clock: ManualClock
    shards: dict[str, FakeShard] = field(default_factory=lambda: {PARENT: FakeShard()})
    exists: bool = True
    status: str = "ENABLED"
    page_size: int = 1000
    errors: list[str] = field(default_factory=list)
    reads: int = 0
    generation: int = 0
    number: int = 0

    def write(self, order_id: str, shard_id: str = PARENT, name: str = "INSERT") -> str:
        """Append a change record and return its sequence number."""
        self.number += 1
        sequence_number = f"{self.number:021d}"
        self.shards[shard_id].records.append(
            {
                "eventID": f"{self.number:032x}",
                "eventName": name,
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": "eu-north-1",
                "dynamodb": {
                    "ApproximateCreationDateTime": datetime.fromtimestamp(int(self.clock.now), UTC),
                    "Keys": {"orderid": {"S": order_id}},
                    "NewImage": {"orderid": {"S": order_id}},
                    "SequenceNumber": sequence_number,
                    "SizeBytes": 20,
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                },
            }
        )
        return sequence_number

    def expire_iterators(self) -> None:
        """Make every iterator given out so far unusable."""
        self.generation += 1

    def trim(self, through: str, shard_id: str = PARENT) -> None:
        """Forget the records up to a sequence number."""
        shard = self.shards[shard_id]
        shard.trimmed_through = int(through)
        shard.records = [
            record for record in shard.records if int(record["dynamodb"]["SequenceNumber"]) > int(through)
        ]

    def describe_stream(self, *, StreamArn: str, ExclusiveStartShardId: str | None = None) -> dict[str, Any]:
        """Return the stream, one shard per answer, so that paging is always exercised."""
        self._check_exists()
        names = sorted(self.shards)
        index = names.index(ExclusiveStartShardId) + 1 if ExclusiveStartShardId else 0
        listed = []
        for shard_id in names[index : index + 1]:
            shard = self.shards[shard_id]
            numbers = {"StartingSequenceNumber": "0"} | (
                {"EndingSequenceNumber": "9"} if shard.closed else {}
            )
            listed.append({"ShardId": shard_id, "SequenceNumberRange": numbers})
            if shard.parent is not None:
                listed[-1]["ParentShardId"] = shard.parent
        description: dict[str, Any] = {"StreamStatus": self.status, "Shards": listed}
        if index + 1 < len(names):
            description["LastEvaluatedShardId"] = names[index]
        return {"StreamDescription": description}

    def get_shard_iterator(
        self, *, StreamArn: str, ShardId: str, ShardIteratorType: str, SequenceNumber: str = "0"
    ) -> dict[str, Any]:
        """Return an iterator."""
        self._check_exists()
        shard = self.shards[ShardId]
        if ShardIteratorType == "AFTER_SEQUENCE_NUMBER" and int(SequenceNumber) < shard.trimmed_through:
            raise client_error("TrimmedDataAccessException")
        assert ShardIteratorType in ("AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON")
        return {"ShardIterator": f"{ShardId}/{int(SequenceNumber)}/{self.generation}"}

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:
        """Return a page."""
        self.reads += 1
        self._check_exists()
        if self.errors:
            raise client_error(self.errors.pop(0))
        shard_id, after, generation = ShardIterator.split("/")
        if int(generation) != self.generation:
            raise client_error("ExpiredIteratorException")
        shard = self.shards[shard_id]
        later = [record for record in shard.records if int(record["dynamodb"]["SequenceNumber"]) > int(after)]
        records = later[: min(Limit, self.page_size)]
        response: dict[str, Any] = {"Records": records}
        if not shard.closed or len(later) > len(records):
            last = int(records[-1]["dynamodb"]["SequenceNumber"]) if records else int(after)
            response["NextShardIterator"] = f"{shard_id}/{last}/{self.generation}"
        return response

    def _check_exists(self) -> None:
        if not self.exists:
            raise client_error("ResourceNotFoundException")


@dataclass
class FakeKinesis:
    """A data stream that remembers every request and fails as it is told."""

    requests: list[list[dict[str, Any]]] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    # What the next requests answer: an error to raise, or an error code per index.
    failures: list[Exception | dict[int, str]] = field(default_factory=list)
    # Refuses a record for ever.
    refuses: Callable[[dict[str, Any]], bool] = lambda record: False
    on_request: Callable[[], None] = lambda: None

    def put_records(self, *, StreamARN: str, Records: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Accept what is not told to fail."""
        assert StreamARN == TARGET_ARN
        self.on_request()
        self.requests.append(list(Records))
        failure = self.failures.pop(0) if self.failures else {}
        if isinstance(failure, Exception):
            raise failure
        results = []
        for index, record in enumerate(Records):
            code = failure.get(index) or ("ValidationError" if self.refuses(record) else None)
            if code:
                results.append({"ErrorCode": code, "ErrorMessage": "refused"})
            else:
                self.accepted.append(record)
                results.append({"ShardId": "shardId-000000000000", "SequenceNumber": str(len(self.accepted))})
        return {"FailedRecordCount": sum("ErrorCode" in result for result in results), "Records": results}


@dataclass
class FakeSqs:
    """Queues that all exist, unless `failures` says that the next call fails."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def get_queue_url(self, *, QueueName: str, QueueOwnerAWSAccountId: str) -> dict[str, str]:
        """Return the queue's URL."""
        if self.failures:
            raise self.failures.pop(0)
        return {"QueueUrl": f"http://sqs/{QueueOwnerAWSAccountId}/{QueueName}"}

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> dict[str, str]:
        """Keep a message."""
        self.messages.append((QueueUrl, MessageBody))
        return {"MessageId": "1"}


@dataclass
class FakeSns:
    """A topic."""

    messages: list[tuple[str, str]] = field(default_factory=list)

    def publish(self, *, TopicArn: str, Message: str) -> dict[str, str]:
        """Keep a message."""
        self.messages.append((TopicArn, Message))
        return {"MessageId": "1"}


@dataclass
class FakeIam:
    """Roles by name."""

    roles: set[str] = field(default_factory=lambda: {"orders-pipe-role"})

    def get_role(self, *, RoleName: str) -> dict[str, Any]:
        """Return a role."""
        if RoleName not in self.roles:
            raise client_error("NoSuchEntity", 404)
        return {"Role": {"RoleName": RoleName}}


class Surroundings:
    """Everything around a pipe, and a pipe in it; `poller` is None until `start`.

    With `in_threads` the pipe goes by the real time, and `clock` only says when records are written.
    """

    def __init__(
        self,
        *,
        partition_key: str = "$.dynamodb.Keys.orderid.S",
        filter_patterns: tuple[str, ...] | None = None,
        starting_position: str = "TRIM_HORIZON",
        source_arn: str = STREAM_ARN,
        source_parameters: SourceParameters | None = None,
        in_threads: bool = False,
        **stream_parameters: Any,
    ) -> None:
        self.clock = ManualClock()
        if in_threads:
            self.clock.now = time.time()
        self.streams = FakeStreams(self.clock)
        self.kinesis = self.new_kinesis()
        self.sqs = self.new_sqs()
        self.iam = FakeIam()
        clients = {
            "dynamodbstreams": self.streams,
            "kinesis": self.kinesis,
            "sqs": self.sqs,
            "sns": FakeSns(),
            "iam": self.iam,
        }
        self.assembly = PipeAssembly(
            clients.__getitem__,
            compile_filter,
            Clock() if in_threads else Clock(self.clock, self.clock),
            in_threads=in_threads,
        )
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        self.pipe = Pipe(
            arn=PIPE_ARN,
            name="orders-pipe",
            account_id="000000000000",
            region="eu-north-1",
            definition=PipeDefinition(
                source_arn=source_arn,
                target_arn=TARGET_ARN,
                role_arn=ROLE_ARN,
                source_parameters=source_parameters
                or StreamParameters(starting_position, **stream_parameters),
                target_parameters=KinesisTargetParameters(partition_key),
                filter_patterns=filter_patterns,
            ),
            desired_state="RUNNING",
            current_state="CREATING",
            creation_time=moment,
            last_modified_time=moment,
        )
        self.poller: Poller | None = None

    def new_kinesis(self) -> FakeKinesis:
        """Return the client of Kinesis."""
        return FakeKinesis()

    def new_sqs(self) -> FakeSqs:
        """Return the client of SQS."""
        return FakeSqs()

    def start(self) -> None:
        """Create the pipe, or start it again after `stop`."""
        self.assembly.create(self.pipe, self.pipe.definition, lambda: False)
        self.poller = self.assembly.poller(self.pipe)

    def stop(self) -> None:
        """Forget everything that a stopped pipe forgets."""
        if self.poller is not None:
            self.poller.close()
        self.poller = None

    def run(self, seconds: float = 1.0) -> None:
        """Let the poller run for a while of the manual clock."""
        assert self.poller is not None
        end = self.clock.now + seconds
        while self.clock.now <= end:
            self.clock.advance(max(self.poller.step(lambda: False), 0.001))

    @property
    def partition_keys(self) -> list[str]:
        """Partition keys of the accepted records, in order."""
        return [record["PartitionKey"] for record in self.kinesis.accepted]

    @property
    def batch_sizes(self) -> list[int]:
        """Number of records of every request to the target."""
        return [len(request) for request in self.kinesis.requests]

    def checkpoint(self, shard_id: str = PARENT) -> str | None:
        """Return the checkpoint of a shard."""
        return self.pipe.progress.checkpoint(shard_id)
