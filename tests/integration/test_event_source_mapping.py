"""Event source mappings of streams and queues: what a function gets, what fails, and a mapping's states."""

import base64
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Aws
from tests.integration.lambda_functions import Function
from tests.polling import WAITER_CONFIG, poll_until

# Writes the order numbers of each batch to a file and fails as its batch says.
CODE = """
import base64, json, os, time
def value(record):
    if "kinesis" in record:
        return base64.b64decode(record["kinesis"]["data"]).decode(), record["kinesis"]["sequenceNumber"]
    if "dynamodb" in record:
        return record["dynamodb"]["Keys"]["id"]["S"], record["dynamodb"]["SequenceNumber"]
    return record["body"], record["messageId"]
def handler(event, context):
    values = [value(record) for record in event["Records"]]
    with open({path!r}, "a") as file:
        file.write(json.dumps([[text for text, _ in values], event["Records"][:1]]) + "\\n")
    while {mode!r} == "wait" and not os.path.exists({path!r} + ".go"):
        time.sleep(0.05)
    if {mode!r} == "raise" and any(text == "bad" for text, _ in values):
        raise ValueError("bad order")
    if {mode!r} == "aggregate":
        with open({path!r} + ".windows", "a") as file:
            file.write(json.dumps({{**event, "Records": [text for text, _ in values]}}) + "\\n")
        return {{"state": {{"values": event["state"].get("values", []) + [text for text, _ in values]}}}}
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

    def let_go(self) -> None:
        """Let a function that waits, and every later call of it, return."""
        self._path.with_name(f"{self._path.name}.go").touch()

    def first_record(self) -> dict[str, Any]:
        record: dict[str, Any] = self._lines()[0][1][0]
        return record

    def windows(self) -> list[dict[str, Any]]:
        """Return the events that a function which aggregates was invoked with; their records are the values."""
        path = self._path.with_name(f"{self._path.name}.windows")
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

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
        poll_until("the mapping to be deletable", partial(deletes, aws, uuid))


def deletes(aws: Aws, uuid: str) -> bool:
    """Delete a mapping unless it is gone; False while it is in use."""
    client = aws.client("lambda")
    try:
        client.delete_event_source_mapping(UUID=uuid)
    except client.exceptions.ResourceInUseException:
        return False
    except client.exceptions.ResourceNotFoundException:
        pass
    return True


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


@pytest.mark.parametrize("is_consumer", [False, True], ids=["stream", "consumer"])
def test_a_kinesis_record_has_the_fields_that_lambda_documents(
    aws: Aws, name: str, tmp_path: Path, map_source: Any, is_consumer: bool
) -> None:
    batches = Batches(aws, name, tmp_path / "batches")
    stream_arn = kinesis_stream(aws, name)
    source_arn = stream_arn
    if is_consumer:
        consumer = aws.client("kinesis").register_stream_consumer(StreamARN=stream_arn, ConsumerName="orders")
        source_arn = consumer["Consumer"]["ConsumerARN"]
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


@pytest.mark.parametrize("source", [KINESIS, DYNAMODB], ids=["kinesis", "dynamodb"])
def test_a_tumbling_window_hands_its_state_on_and_ends_with_an_empty_invocation(
    aws: Aws, name: str, tmp_path: Path, map_source: Any, source: Source
) -> None:
    # GIVEN windows of two seconds
    create, put = source
    source_arn = create(aws, name)
    batches = Batches(aws, name, tmp_path / "batches", "aggregate")
    map_source(name, source_arn, StartingPosition="TRIM_HORIZON", BatchSize=2, TumblingWindowInSeconds=2)

    # WHEN records of two windows or more come
    put(aws, name, "1", "2", "3")
    poll_until("the end of a window", lambda: any(map(is_final, batches.windows())))
    put(aws, name, "4")
    poll_until(
        "the end of the last window",
        lambda: any(
            "4" in window["state"].get("values", []) for window in filter(is_final, batches.windows())
        ),
    )

    # THEN each window begins with no state, and ends with that of all its records
    invocations = batches.windows()
    ends = [index for index, window in enumerate(invocations) if is_final(window)]
    for begin, end in zip([0, *(index + 1 for index in ends)], ends, strict=False):
        first, last = invocations[begin], invocations[end]
        assert first["state"] == {}
        assert (last["Records"], last["window"]) == ([], first["window"])
        assert last["state"]["values"] == values_of(invocations[begin:end])
        assert last["eventSourceARN"] == source_arn
    assert values_of(invocations) == ["1", "2", "3", "4"]


def values_of(invocations: list[dict[str, Any]]) -> list[str]:
    return [value for invocation in invocations for value in invocation["Records"]]


def is_final(invocation: dict[str, Any]) -> bool:
    return bool(invocation["isFinalInvokeForWindow"])


def test_messages_of_a_queue_reach_the_function(aws: Aws, name: str, tmp_path: Path, map_source: Any) -> None:
    batches = Batches(aws, name, tmp_path / "batches")
    url, queue_arn = queue(aws, name)
    map_source(name, queue_arn, BatchSize=1)

    aws.client("sqs").send_message(QueueUrl=url, MessageBody="a")

    poll_until("the batch", batches.read)
    assert batches.read() == [["a"]]


def test_messages_that_are_too_large_together_are_invoked_with_in_parts(
    aws: Aws, name: str, tmp_path: Path, map_source: Any
) -> None:
    # GIVEN a queue with more than the 6 MB of a payload, all of it for one batch
    code = (
        "import pathlib\n"
        "def handler(event, context):\n"
        "    messages = [record['body'][:2] for record in event['Records']]\n"
        f"    pathlib.Path({str(tmp_path)!r}, ','.join(messages)).touch()\n"
    )
    Function(aws.client("lambda"), name, code)
    url, queue_arn = queue(aws, name)
    sent = [f"{number:02d}" for number in range(30)]
    for number in sent:
        aws.client("sqs").send_message(QueueUrl=url, MessageBody=number + "x" * 250_000)

    # WHEN
    map_source(name, queue_arn, BatchSize=100, MaximumBatchingWindowInSeconds=1)

    # THEN
    def received() -> list[str]:
        return sorted(number for path in tmp_path.iterdir() for number in path.name.split(","))

    poll_until("every message", lambda: len(received()) >= len(sent))
    assert received() == sent
    poll_until("the messages to be deleted", lambda: not left_in(aws, url))


def left_in(aws: Aws, url: str) -> int:
    """Return how many messages a queue has, those included that are being processed."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


@pytest.mark.parametrize("starting_position", ["TRIM_HORIZON", "LATEST"])
def test_a_mapping_goes_on_in_the_children_of_a_shard_that_ends(
    aws: Aws, name: str, tmp_path: Path, map_source: Any, starting_position: str
) -> None:
    # GIVEN a mapping that has delivered what its one shard holds
    batches = Batches(aws, name, tmp_path / "batches")
    map_source(name, kinesis_stream(aws, name), StartingPosition=starting_position, BatchSize=10)

    def delivered() -> list[str]:
        return [text for batch in batches.read() for text in batch]

    put_kinesis(aws, name, "before")
    poll_until("the first record", delivered)

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
    assert delivered() == ["before", "after-1", "after-2", "last"]


def states(aws: Aws, uuid: str) -> tuple[str, str]:
    """Return a mapping's state as it is told alone and in the list."""
    client = aws.client("lambda")
    (listed,) = [
        mapping["State"]
        for page in client.get_paginator("list_event_source_mappings").paginate()
        for mapping in page["EventSourceMappings"]
        if mapping["UUID"] == uuid
    ]
    return client.get_event_source_mapping(UUID=uuid)["State"], listed


def test_a_mapping_goes_on_where_it_was_disabled_with_what_was_changed_meanwhile(
    aws: Aws, name: str, tmp_path: Path, map_source: Any
) -> None:
    # GIVEN a mapping that has delivered a record and is disabled
    client = aws.client("lambda")
    batches = Batches(aws, name, tmp_path / "batches", mode="raise")
    uuid = map_source(name, table_stream(aws, name), StartingPosition="LATEST", BatchSize=1)
    put_items(aws, name, "a")
    poll_until("the first record", batches.read)
    assert client.update_event_source_mapping(UUID=uuid, Enabled=False)["State"] == "Disabling"
    poll_until("the mapping to be disabled", lambda: states(aws, uuid) == ("Disabled", "Disabled"))

    # WHEN more is written, and it is enabled to isolate what fails
    put_items(aws, name, "b", "bad", "c")
    answer = client.update_event_source_mapping(
        UUID=uuid, BatchSize=10, BisectBatchOnFunctionError=True, MaximumRetryAttempts=0, Enabled=True
    )

    # THEN it goes on after the first record, and what fails is left out alone
    assert (answer["State"], answer["BatchSize"]) == ("Enabling", 10)
    poll_until("the last record", lambda: ["c"] in batches.read())
    assert batches.read() == [["a"], ["b", "bad", "c"], ["b"], ["bad", "c"], ["bad"], ["c"]]
    poll_until(
        "the result",
        lambda: client.get_event_source_mapping(UUID=uuid)["LastProcessingResult"] == "OK",
    )
    assert states(aws, uuid) == ("Enabled", "Enabled")


def test_a_mapping_is_disabled_once_its_batch_is_done_and_enabled_again_after_it(
    aws: Aws, name: str, tmp_path: Path, map_source: Any
) -> None:
    # GIVEN a function that is busy with a batch
    client = aws.client("lambda")
    batches = Batches(aws, name, tmp_path / "batches", mode="wait")
    uuid = map_source(name, kinesis_stream(aws, name), StartingPosition="LATEST", BatchSize=1)
    put_kinesis(aws, name, "a", "b")
    poll_until("the first batch", batches.read)

    # WHEN the mapping is disabled, and the function goes on
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    assert states(aws, uuid) == ("Disabling", "Disabling")
    batches.let_go()
    poll_until("the mapping to be disabled", lambda: states(aws, uuid) == ("Disabled", "Disabled"))
    assert batches.read() == [["a"]]

    # THEN the batch that was done then does not come again
    client.update_event_source_mapping(UUID=uuid, Enabled=True)
    poll_until("the second batch", lambda: ["b"] in batches.read())
    assert batches.read() == [["a"], ["b"]]


def test_a_disabled_mapping_can_be_deleted(aws: Aws, name: str, tmp_path: Path, map_source: Any) -> None:
    # GIVEN
    client = aws.client("lambda")
    Batches(aws, name, tmp_path / "batches")
    uuid = map_source(name, kinesis_stream(aws, name), StartingPosition="LATEST")
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    poll_until("the mapping to be disabled", lambda: states(aws, uuid) == ("Disabled", "Disabled"))

    # WHEN
    assert client.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"

    # THEN it is gone, and the same source and function may be mapped again
    poll_until(
        "the mapping to be gone",
        lambda: not client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"],
    )


def test_a_mapping_that_is_not_available_is_refused(aws: Aws, name: str, tmp_path: Path) -> None:
    client = aws.client("lambda")
    Batches(aws, name, tmp_path / "batches")
    source_arn = kinesis_stream(aws, name)

    def refusal(source_arn: str, **configuration: Any) -> str:
        with pytest.raises(ClientError) as refused:
            client.create_event_source_mapping(
                **{"FunctionName": name, "EventSourceArn": source_arn, "StartingPosition": "LATEST"}
                | configuration
            )
        return str(refused.value.response["Error"]["Code"])

    windows_at_once = {"TumblingWindowInSeconds": 30, "ParallelizationFactor": 2}
    assert refusal(source_arn, **windows_at_once) == "InvalidParameterValueException"
    assert refusal(source_arn, ParallelizationFactor=11) == "ValidationException"
    assert refusal(f"{source_arn}/consumer/missing:1") == "InvalidParameterValueException"
    assert refusal(source_arn, FunctionName=f"{name}:missing") == "InvalidParameterValueException"
    assert refusal(source_arn.replace(":stream/", ":")) == "InvalidParameterValueException"
    assert refusal(source_arn.replace(":kinesis:", ":sns:")) == "InvalidParameterValueException"
    assert refusal("orders") == "ValidationException"
    url, queue_arn = queue(aws, name)
    aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    assert refusal(queue_arn) == "InvalidParameterValueException"
    # Nothing is left of them.
    assert client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"] == []


def test_a_mapping_that_is_being_deleted_is_in_use_until_its_batch_is_done(
    aws: Aws, name: str, tmp_path: Path, map_source: Any
) -> None:
    # GIVEN a batch in flight
    client = aws.client("lambda")
    batches = Batches(aws, name, tmp_path / "batches", "wait")
    uuid = map_source(name, kinesis_stream(aws, name), StartingPosition="TRIM_HORIZON")
    put_kinesis(aws, name, "1")
    poll_until("the batch in flight", batches.read)

    # WHEN
    client.delete_event_source_mapping(UUID=uuid)

    # THEN it is seen, and neither changed nor deleted again
    assert states(aws, uuid) == ("Deleting", "Deleting")
    with pytest.raises(
        client.exceptions.ResourceInUseException, match="Cannot update the event source mapping"
    ):
        client.update_event_source_mapping(UUID=uuid, BatchSize=1)
    with pytest.raises(
        client.exceptions.ResourceInUseException, match="Cannot delete the event source mapping"
    ):
        client.delete_event_source_mapping(UUID=uuid)
    # AND it is gone once its batch is done
    batches.let_go()
    poll_until(
        "the mapping to be gone",
        lambda: not client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"],
    )
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_event_source_mapping(UUID=uuid)


def test_filters_are_removed_by_an_empty_list(aws: Aws, name: str, tmp_path: Path, map_source: Any) -> None:
    # GIVEN a mapping whose filter nothing matches
    client = aws.client("lambda")
    batches = Batches(aws, name, tmp_path / "batches")
    filters = {"Filters": [{"Pattern": json.dumps({"partitionKey": ["none"]})}]}
    uuid = map_source(name, kinesis_stream(aws, name), StartingPosition="LATEST", FilterCriteria=filters)

    # WHEN
    assert "FilterCriteria" not in client.update_event_source_mapping(
        UUID=uuid, FilterCriteria={"Filters": []}
    )
    poll_until("the mapping to be enabled", lambda: states(aws, uuid) == ("Enabled", "Enabled"))

    # THEN
    assert "FilterCriteria" not in client.get_event_source_mapping(UUID=uuid)
    put_kinesis(aws, name, "1")
    poll_until("the batch", lambda: batches.read() == [["1"]])


def test_a_mapping_whose_stream_is_deleted_while_it_is_updated_can_be_deleted(
    aws: Aws, name: str, tmp_path: Path, map_source: Any
) -> None:
    # GIVEN an update that waits for the batch in flight
    client = aws.client("lambda")
    batches = Batches(aws, name, tmp_path / "batches", "wait")
    uuid = map_source(name, kinesis_stream(aws, name), StartingPosition="TRIM_HORIZON")
    put_kinesis(aws, name, "1")
    poll_until("the batch in flight", batches.read)
    client.update_event_source_mapping(UUID=uuid, BatchSize=1)
    with pytest.raises(client.exceptions.ResourceInUseException):
        client.delete_event_source_mapping(UUID=uuid)

    # WHEN the stream is deleted meanwhile
    aws.client("kinesis").delete_stream(StreamName=name, EnforceConsumerDeletion=True)
    batches.let_go()

    # THEN
    poll_until("the mapping to be enabled", lambda: states(aws, uuid) == ("Enabled", "Enabled"))
    client.delete_event_source_mapping(UUID=uuid)
    poll_until(
        "the mapping to be gone",
        lambda: not client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"],
    )
