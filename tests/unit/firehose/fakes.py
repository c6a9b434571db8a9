"""In-memory clients with boto3's shapes, a clock that tests move, and makers of settings and records."""

import base64
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from emulator.firehose.client import Clients
from emulator.firehose.configuration import (
    BufferingHints,
    Configuration,
    DeliveryStreamIdentity,
    LambdaProcessor,
    S3Destination,
)
from emulator.firehose.delivery_stream import DeliveryStream
from emulator.firehose.executor import Executor
from emulator.firehose.record import KinesisRecordMetadata, Record

NOW = 1_767_225_600.0  # 2026-01-01 00:00:00 UTC
SHARD = "shardId-000000000000"
STREAM_ARN = "arn:aws:kinesis:eu-north-1:000000000000:stream/orders"
FUNCTION_ARN = "arn:aws:lambda:eu-north-1:000000000000:function:transform"
IDENTITY = DeliveryStreamIdentity(
    "deliveries", "arn:aws:firehose:eu-north-1:000000000000:deliverystream/deliveries", "eu-north-1"
)
KINESIS_IDENTITY = replace(IDENTITY, source_kinesis_stream_arn=STREAM_ARN)


class ManualClock:
    """Moves only when a test says so, or sleeps."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def monotonic(self) -> float:
        return self.elapsed

    def time(self) -> float:
        return NOW + self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds

    def advance(self, seconds: float) -> None:
        self.elapsed += seconds


def client_error(code: str, operation_name: str = "Any") -> ClientError:
    """Return what boto3 raises for an AWS error."""
    return ClientError({"Error": {"Code": code, "Message": f"{code} happened"}}, operation_name)


@dataclass
class FakeS3:
    """Keeps objects in the order they were written; raises what is in `errors` first.

    `refused` makes it refuse the keys that contain it.
    """

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    attempted_keys: list[str] = field(default_factory=list)
    refused: str | None = None

    def put_object(self, **arguments: Any) -> dict[str, Any]:
        self.attempted_keys.append(arguments["Key"])
        if self.errors:
            raise self.errors.pop(0)
        if self.refused is not None and self.refused in arguments["Key"]:
            raise client_error("AccessDenied")
        self.objects[arguments["Key"]] = arguments
        return {}

    def bodies(self, prefix: str = "") -> list[bytes]:
        """Return the bodies of the objects below a prefix, oldest first."""
        return [each["Body"] for key, each in self.objects.items() if key.startswith(prefix)]


def upper_case(event: dict[str, Any]) -> Any:
    """Answer as a function does that takes b"drop…" and b"fail…" for what they say."""
    return {"records": [_upper_case(record) for record in event["records"]]}


def _upper_case(record: dict[str, Any]) -> dict[str, Any]:
    data = base64.b64decode(record["data"])
    if data.startswith(b"drop"):
        return {"recordId": record["recordId"], "result": "Dropped"}
    if data.startswith(b"fail"):
        return {"recordId": record["recordId"], "result": "ProcessingFailed", "data": record["data"]}
    return {
        "recordId": record["recordId"],
        "result": "Ok",
        "data": base64.b64encode(data.upper()).decode(),
    }


@dataclass
class FakeLambda:
    """Answers with `handler`, which gets the event, or returns the payload as bytes, or raises."""

    handler: Callable[[dict[str, Any]], Any] = upper_case
    function_error: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    request_sizes: list[int] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:
        assert (FunctionName, InvocationType) == (FUNCTION_ARN, "RequestResponse")
        event = json.loads(Payload)
        self.events.append(event)
        self.request_sizes.append(len(Payload))
        answer = self.handler(event)
        payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        response: dict[str, Any] = {"StatusCode": 200, "Payload": io.BytesIO(payload)}
        return response | ({"FunctionError": self.function_error} if self.function_error else {})


@dataclass
class FakeCloudWatch:
    """Keeps what was published."""

    data: list[dict[str, Any]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        assert Namespace == "AWS/Firehose"
        if self.errors:
            raise self.errors.pop(0)
        self.data += MetricData

    def sums(self) -> dict[str, float]:
        """Return each metric's sum over everything published."""
        sums: dict[str, float] = {}
        for datum in self.data:
            name = datum["MetricName"]
            sums[name] = sums.get(name, 0) + datum["StatisticValues"]["Sum"]
        return sums


@dataclass
class FakeLogs:
    """Keeps the messages of log events; raises what is in `errors` first."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def put_log_events(
        self, *, logGroupName: str, logStreamName: str, logEvents: list[dict[str, Any]]
    ) -> dict[str, Any]:
        if self.errors:
            raise self.errors.pop(0)
        assert (logGroupName, logStreamName) == ("/aws/kinesisfirehose/deliveries", "DestinationDelivery")
        self.messages += [json.loads(event["message"]) for event in logEvents]
        return {}


@dataclass
class FakeShard:
    """A shard: its records, whether it still takes some, and its parents."""

    shard_id: str
    records: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False
    parent: str | None = None
    adjacent_parent: str | None = None


@dataclass
class FakeGlue:
    """Has one table, whose columns are names and types; raises what is in `errors` first."""

    columns: dict[str, str] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)

    def get_table(self, *, CatalogId: str, DatabaseName: str, Name: str) -> dict[str, Any]:
        if self.errors:
            raise self.errors.pop(0)
        columns = [{"Name": name, "Type": kind} for name, kind in self.columns.items()]
        descriptor = {"Columns": columns}
        return {"Table": {"Name": Name, "DatabaseName": DatabaseName, "StorageDescriptor": descriptor}}

    def get_table_version(self, *, VersionId: str, TableName: str, **place: str) -> dict[str, Any]:
        return {"TableVersion": self.get_table(Name=TableName, **place), "VersionId": VersionId}


class InlineExecutor:
    """Runs every task at once, in the caller's thread."""

    def submit(self, task: Callable[[], None]) -> None:
        task()


@dataclass
class ManualExecutor:
    """Keeps tasks until a test runs them, in whatever order."""

    tasks: list[Callable[[], None]] = field(default_factory=list)

    def submit(self, task: Callable[[], None]) -> None:
        self.tasks.append(task)

    def end(self, index: int) -> None:
        """Run one of the tasks that wait."""
        self.tasks.pop(index)()


class FakeKinesis:
    """A data stream; sequence numbers are counted per shard, iterators are `shard/position`."""

    def __init__(self, clock: ManualClock, *shard_ids: str, page_size: int = 1000) -> None:
        self.clock = clock
        self.page_size = page_size
        self.shards = {shard_id: FakeShard(shard_id) for shard_id in shard_ids or (SHARD,)}
        self.errors: list[Exception] = []
        self.iterator_requests: list[dict[str, Any]] = []
        self.read: list[str] = []

    def put(self, *data: bytes, shard_id: str = SHARD) -> None:
        """Append records to a shard."""
        records = self.shards[shard_id].records
        for each in data:
            records.append(
                {
                    "SequenceNumber": f"{len(records) + 1:056d}",
                    "ApproximateArrivalTimestamp": datetime.fromtimestamp(self.clock.time(), UTC),
                    "Data": each,
                    "PartitionKey": "key",
                }
            )

    def list_shards(self, *, StreamARN: str) -> dict[str, Any]:
        self._fail()
        return {"Shards": [_listed(shard) for shard in self.shards.values()]}

    def get_shard_iterator(self, *, StreamARN: str, ShardId: str, **place: Any) -> dict[str, Any]:
        self._fail()
        self.iterator_requests.append({"ShardId": ShardId, **place})
        records = self.shards[ShardId].records
        match place["ShardIteratorType"]:
            case "LATEST":
                position = len(records)
            case "AFTER_SEQUENCE_NUMBER":
                position = int(place["StartingSequenceNumber"])
            case "AT_TIMESTAMP":
                position = sum(
                    record["ApproximateArrivalTimestamp"] < place["Timestamp"] for record in records
                )
            case _:
                position = 0
        return {"ShardIterator": f"{ShardId}/{position}"}

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:
        self._fail()
        shard_id, position = ShardIterator.split("/")
        shard = self.shards[shard_id]
        self.read.append(shard_id)
        start = int(position)
        page = shard.records[start : start + self.page_size]
        end = start + len(page)
        behind = len(shard.records) - end
        response: dict[str, Any] = {"Records": page, "MillisBehindLatest": 1000 * behind}
        if behind or not shard.closed:
            response["NextShardIterator"] = f"{shard_id}/{end}"
        return response

    def _fail(self) -> None:
        if self.errors:
            raise self.errors.pop(0)


def _listed(shard: FakeShard) -> dict[str, Any]:
    parents = {"ParentShardId": shard.parent, "AdjacentParentShardId": shard.adjacent_parent}
    return {"ShardId": shard.shard_id} | {key: value for key, value in parents.items() if value}


def configuration(
    size_in_mbs: float = 1,
    interval_in_seconds: float = 60,
    processor: LambdaProcessor | None = None,
    **settings: Any,
) -> Configuration:
    """Return settings; those of the destination and of the whole are told apart by name."""
    whole = {each.name: settings.pop(each.name) for each in fields(Configuration) if each.name in settings}
    destination = S3Destination(
        "bucket",
        BufferingHints(size_in_mbs, interval_in_seconds),
        prefix=settings.pop("prefix", "data/"),
        error_output_prefix=settings.pop("error_output_prefix", "errors/!{firehose:error-output-type}/"),
        **settings,
    )
    return Configuration(1, destination, processor, **whole)


def lambda_processor(
    number_of_retries: int = 3, size_in_mbs: float = 1, interval_in_seconds: float = 5
) -> LambdaProcessor:
    """Return a processor."""
    return LambdaProcessor(FUNCTION_ARN, number_of_retries, BufferingHints(size_in_mbs, interval_in_seconds))


def record(data: bytes, number: int = 1, arrival: float = NOW, shard_id: str | None = SHARD) -> Record:
    """Return a record from a data stream, or from a producer when `shard_id` is None."""
    sequence_number = f"{number:056d}"
    kinesis = KinesisRecordMetadata(sequence_number, "key", shard_id) if shard_id else None
    return Record(f"{sequence_number}000000", data, round(arrival * 1000), kinesis)


class Subject:
    """A delivery stream without threads; `run` does what its threads would do now."""

    def __init__(
        self,
        settings: Configuration,
        identity: DeliveryStreamIdentity = KINESIS_IDENTITY,
        shard_ids: Sequence[str] = (),
        kinesis_errors: Sequence[Exception] = (),
        executor: Executor | None = None,
        clock: ManualClock | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self.s3 = FakeS3()
        self.function = FakeLambda()
        self.cloudwatch = FakeCloudWatch()
        self.logs = FakeLogs()
        self.kinesis = FakeKinesis(self.clock, *shard_ids)
        self.kinesis.errors = list(kinesis_errors)
        self.glue = FakeGlue()
        self.delivery_stream = DeliveryStream(
            identity,
            settings,
            Clients(self.s3, self.function, self.cloudwatch, self.logs, self.kinesis, self.glue),
            self.clock,
            executor or InlineExecutor(),
        )
        if self.delivery_stream.source is not None:
            self.delivery_stream.source.position()

    def run(self, seconds: float = 0.0) -> None:
        """Let time pass, then read, process and deliver what is due."""
        self.clock.advance(seconds)
        if self.delivery_stream.source is not None:
            self.delivery_stream.source.run()
        self.delivery_stream.process()
        self.delivery_stream.deliver()

    def checkpoint(self, shard_id: str = SHARD) -> int:
        """Return how many records of a shard are settled."""
        assert self.delivery_stream.source is not None
        return int(self.delivery_stream.source.checkpoints()[shard_id] or 0)
