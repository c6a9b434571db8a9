"""LocalStack's event source mappings on this project's streams: batches, retries, partial failures, destinations."""

import base64
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Aws
from tests.integration.lambda_functions import Function
from tests.polling import WAITER_CONFIG, poll_until

# Writes the order numbers of each batch to a file and fails as its batch says.
CODE = """
import base64, json
def value(record):
    if "kinesis" in record:
        return base64.b64decode(record["kinesis"]["data"]).decode(), record["kinesis"]["sequenceNumber"]
    if "dynamodb" in record:
        return record["dynamodb"]["Keys"]["id"]["S"], record["dynamodb"]["SequenceNumber"]
    return record["body"], record["messageId"]
def handler(event, context):
    values = [value(record) for record in event["Records"]]
    with open({path!r}, "a") as file:
        file.write(json.dumps([[text for text, _ in values], event["Records"][0]]) + "\\n")
    if {mode!r} == "raise" and any(text == "bad" for text, _ in values):
        raise ValueError("bad order")
    if {mode!r} == "report":
        return {{"batchItemFailures": [{{"itemIdentifier": number}} for text, number in values if text == "bad"]}}
"""


class Batches:
    """What a function was called with."""

    def __init__(self, aws: Aws, name: str, path: Path, mode: str = "") -> None:
        self._path = path
        self.function = Function(aws.client("lambda"), name, CODE.format(path=str(path), mode=mode))

    def read(self) -> list[list[str]]:
        """Return the values of each batch, oldest first."""
        return [values for values, _ in self._lines()]

    def first_record(self) -> dict[str, Any]:
        record: dict[str, Any] = self._lines()[0][1]
        return record

    def _lines(self) -> list[Any]:
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return [json.loads(line) for line in lines]


@pytest.fixture
def map_source(aws: Aws) -> Any:
    """Return a function that maps a source to a function and waits until it is enabled."""
    created: list[str] = []

    def create(function_name: str, source_arn: str, **configuration: Any) -> str:
        client = aws.client("lambda")
        answer = client.create_event_source_mapping(
            FunctionName=function_name, EventSourceArn=source_arn, **configuration
        )
        created.append(answer["UUID"])
        poll_until(
            "the mapping to be enabled",
            lambda: client.get_event_source_mapping(UUID=answer["UUID"])["State"] == "Enabled",
        )
        return str(answer["UUID"])

    yield create
    for uuid in created:
        aws.client("lambda").delete_event_source_mapping(UUID=uuid)


def queue(aws: Aws, name: str) -> tuple[str, str]:
    """Return the URL and the ARN of a new queue."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, arn


def message(aws: Aws, url: str) -> dict[str, Any]:
    """Return the first message of a queue."""

    def receive() -> dict[str, Any] | None:
        messages = aws.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages")
        return json.loads(messages[0]["Body"]) if messages else None

    return poll_until("a message at the destination", receive)


def kinesis_stream(aws: Aws, name: str) -> str:
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    return str(kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"])


def put_kinesis(aws: Aws, name: str, *values: str) -> None:
    aws.client("kinesis").put_records(
        StreamName=name, Records=[{"Data": value.encode(), "PartitionKey": "k"} for value in values]
    )


def table_stream(aws: Aws, name: str) -> str:
    table = aws.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    return str(table["LatestStreamArn"])


def put_items(aws: Aws, name: str, *values: str) -> None:
    for value in values:
        aws.client("dynamodb").put_item(TableName=name, Item={"id": {"S": value}})


Source = tuple[Callable[[Aws, str], str], Callable[..., None]]
KINESIS: Source = (kinesis_stream, put_kinesis)
DYNAMODB: Source = (table_stream, put_items)


@pytest.mark.parametrize("source", [KINESIS, DYNAMODB], ids=["kinesis", "dynamodb"])
def test_a_failing_batch_reaches_the_destination_and_the_rest_the_function(
    aws: Aws, name: str, tmp_path: Path, map_source: Any, source: Source
) -> None:
    # GIVEN a function that fails for one record, and a destination for what fails
    create, put = source
    batches = Batches(aws, name, tmp_path / "batches", mode="raise")
    url, queue_arn = queue(aws, name)
    source_arn = create(aws, name)
    put(aws, name, "a", "bad", "c", "d")

    # WHEN
    map_source(
        name,
        source_arn,
        StartingPosition="TRIM_HORIZON",
        BatchSize=4,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )

    # THEN the destination hears of it and of the stream it came from
    failure = message(aws, url)
    assert failure["requestContext"]["functionArn"].endswith(f":function:{name}")
    (info,) = [value for key, value in failure.items() if key.endswith("BatchInfo")]
    assert info["streamArn"] == source_arn
    assert info["batchSize"] == 4
    # AND the stream is read on
    put(aws, name, "later")
    poll_until("the later record", lambda: ["later"] in batches.read())
    assert batches.read() == [["a", "bad", "c", "d"]] * 2 + [["later"]]


@pytest.mark.parametrize("source", [KINESIS, DYNAMODB], ids=["kinesis", "dynamodb"])
def test_a_partial_failure_is_repeated_from_the_record_reported(
    aws: Aws, name: str, tmp_path: Path, map_source: Any, source: Source
) -> None:
    # GIVEN a function that reports one record as failed
    create, put = source
    batches = Batches(aws, name, tmp_path / "batches", mode="report")
    source_arn = create(aws, name)
    put(aws, name, "a", "bad", "c")

    # WHEN
    map_source(
        name,
        source_arn,
        StartingPosition="TRIM_HORIZON",
        BatchSize=3,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        MaximumRetryAttempts=1,
    )

    # THEN what follows it comes again with it, and what comes later is read on
    poll_until("the second attempt", lambda: len(batches.read()) >= 2)
    put(aws, name, "later")
    poll_until("the later record", lambda: ["later"] in batches.read())
    assert batches.read() == [["a", "bad", "c"], ["bad", "c"], ["later"]]


def test_a_kinesis_record_has_the_fields_that_lambda_documents(
    aws: Aws, name: str, tmp_path: Path, map_source: Any
) -> None:
    batches = Batches(aws, name, tmp_path / "batches")
    source_arn = kinesis_stream(aws, name)
    put_kinesis(aws, name, "a")

    map_source(name, source_arn, StartingPosition="TRIM_HORIZON", BatchSize=1)

    poll_until("the batch", batches.read)
    record = batches.first_record()
    fields = record["kinesis"]
    assert (record["eventSource"], record["eventSourceARN"], record["eventName"]) == (
        "aws:kinesis",
        source_arn,
        "aws:kinesis:record",
    )
    assert record["eventID"] == f"shardId-000000000000:{fields['sequenceNumber']}"
    assert (fields["partitionKey"], base64.b64decode(fields["data"])) == ("k", b"a")


def test_messages_of_a_queue_reach_the_function(aws: Aws, name: str, tmp_path: Path, map_source: Any) -> None:
    batches = Batches(aws, name, tmp_path / "batches")
    url, queue_arn = queue(aws, name)
    map_source(name, queue_arn, BatchSize=1)

    aws.client("sqs").send_message(QueueUrl=url, MessageBody="a")

    poll_until("the batch", batches.read)
    assert batches.read() == [["a"]]


@pytest.mark.parametrize("starting_position", ["TRIM_HORIZON", "LATEST"])
def test_a_mapping_goes_on_in_the_children_of_a_shard_that_ends(
    aws: Aws, name: str, tmp_path: Path, map_source: Any, starting_position: str
) -> None:
    # GIVEN a mapping that has delivered what its one shard holds
    batches = Batches(aws, name, tmp_path / "batches")
    map_source(name, kinesis_stream(aws, name), StartingPosition=starting_position, BatchSize=10)

    def delivered() -> list[str]:
        return [text for batch in batches.read() for text in batch]

    # LATEST is a moment some time after the mapping is enabled
    numbers = itertools.count()

    def written_and_delivered() -> bool:
        put_kinesis(aws, name, f"before-{next(numbers)}")
        return bool(delivered())

    poll_until("the first record", written_and_delivered)

    # WHEN the shard is split, and more is written at once
    aws.client("kinesis").split_shard(
        StreamName=name, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127)
    )
    aws.client("kinesis").get_waiter("stream_exists").wait(StreamName=name, WaiterConfig=WAITER_CONFIG)
    put_kinesis(aws, name, "after-1", "after-2")

    # THEN it arrives, and nothing arrives twice
    poll_until("what was written after the split", lambda: "after-2" in delivered())
    put_kinesis(aws, name, "last")
    poll_until("the last record", lambda: "last" in delivered())
    assert [text for text in delivered() if not text.startswith("before")] == ["after-1", "after-2", "last"]
    assert len(delivered()) == len(set(delivered()))
