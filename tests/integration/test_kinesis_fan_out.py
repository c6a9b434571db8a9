"""Enhanced fan-out through the Kinesis API: consumers and the event stream of a shard."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Aws

FIRST = "shardId-000000000000"


@pytest.fixture
def stream_arn(aws: Aws, name: str) -> str:
    """Return the ARN of a new stream of one shard."""
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    return str(kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"])


def subscribe(aws: Aws, consumer_arn: str, **position: Any) -> Any:
    return aws.client("kinesis").subscribe_to_shard(
        ConsumerARN=consumer_arn, ShardId=FIRST, StartingPosition=position
    )["EventStream"]


def register(aws: Aws, stream_arn: str, name: str) -> str:
    consumer = aws.client("kinesis").register_stream_consumer(StreamARN=stream_arn, ConsumerName=name)[
        "Consumer"
    ]
    return str(consumer["ConsumerARN"])


def records(events: Any) -> Iterator[dict[str, Any]]:
    """Return the records of an event stream as they come."""
    return (record for event in events for record in event["SubscribeToShardEvent"]["Records"])


def test_a_consumer_lives_from_registration_to_deregistration(aws: Aws, name: str, stream_arn: str) -> None:
    # GIVEN
    kinesis = aws.client("kinesis")

    # WHEN it is registered
    created = kinesis.register_stream_consumer(StreamARN=stream_arn, ConsumerName="reader")["Consumer"]

    # THEN it is created, then active, and counted
    arn = created["ConsumerARN"]
    assert (created["ConsumerStatus"], arn.rpartition(":")[0]) == (
        "CREATING",
        f"{stream_arn}/consumer/reader",
    )
    described = kinesis.describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]
    assert described == {**created, "ConsumerStatus": "ACTIVE", "StreamARN": stream_arn}
    listed = kinesis.list_stream_consumers(StreamARN=stream_arn)["Consumers"]
    assert listed == [{**created, "ConsumerStatus": "ACTIVE"}]
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert summary["ConsumerCount"] == 1

    # AND the stream stays while it is there
    with pytest.raises(kinesis.exceptions.ResourceInUseException):
        kinesis.delete_stream(StreamName=name)

    # WHEN it is deregistered
    kinesis.deregister_stream_consumer(StreamARN=stream_arn, ConsumerName="reader")

    # THEN it is gone
    with pytest.raises(kinesis.exceptions.ResourceNotFoundException):
        kinesis.describe_stream_consumer(StreamARN=stream_arn, ConsumerName="reader")
    kinesis.delete_stream(StreamName=name)


def test_records_are_pushed_as_they_are_put(aws: Aws, name: str, stream_arn: str) -> None:
    # GIVEN a subscription to the end of the shard
    kinesis = aws.client("kinesis")
    kinesis.put_record(StreamName=name, Data=b"old", PartitionKey="a")
    events = subscribe(aws, register(aws, stream_arn, "reader"), Type="LATEST")

    # WHEN records are put, one after the other
    incoming = records(events)
    delays: list[float] = []
    received: list[bytes] = []
    for datum in (b"\x00\xff", b"b", b"c"):
        put_at = time.monotonic()
        kinesis.put_record(StreamName=name, Data=datum, PartitionKey="a")
        received.append(next(incoming)["Data"])
        delays.append(time.monotonic() - put_at)

    # THEN each arrives at once, not with a later look
    assert received == [b"\x00\xff", b"b", b"c"]
    assert min(delays) < 1
    events.close()


def test_a_subscription_begins_at_every_kind_of_position(aws: Aws, name: str, stream_arn: str) -> None:
    # GIVEN three records
    kinesis = aws.client("kinesis")
    numbers = [
        kinesis.put_record(StreamName=name, Data=datum, PartitionKey="a")["SequenceNumber"]
        for datum in (b"a", b"b", b"c")
    ]
    positions: list[tuple[bytes, dict[str, Any]]] = [
        (b"abc", {"Type": "TRIM_HORIZON"}),
        (b"bc", {"Type": "AT_SEQUENCE_NUMBER", "SequenceNumber": numbers[1]}),
        (b"c", {"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": numbers[1]}),
        (b"abc", {"Type": "AT_TIMESTAMP", "Timestamp": datetime.now(UTC) - timedelta(hours=1)}),
    ]

    # THEN a consumer of each begins there
    for expected, position in positions:
        events = subscribe(aws, register(aws, stream_arn, position["Type"]), **position)
        incoming = records(events)
        assert b"".join(next(incoming)["Data"] for _ in range(len(expected))) == expected
        events.close()


def test_a_subscription_ends_with_its_shard(aws: Aws, name: str, stream_arn: str) -> None:
    kinesis = aws.client("kinesis")
    events = subscribe(aws, register(aws, stream_arn, "reader"), Type="TRIM_HORIZON")
    kinesis.put_record(StreamName=name, Data=b"last", PartitionKey="a")

    kinesis.split_shard(StreamName=name, ShardToSplit=FIRST, NewStartingHashKey=str(2**127))

    received = [event["SubscribeToShardEvent"] for event in events]
    assert [record["Data"] for event in received for record in event["Records"]] == [b"last"]
    assert [child["ShardId"] for child in received[-1]["ChildShards"]] == [
        "shardId-000000000001",
        "shardId-000000000002",
    ]


def test_a_subscription_ends_with_its_stream(aws: Aws, name: str, stream_arn: str) -> None:
    kinesis = aws.client("kinesis")
    consumer_arn = register(aws, stream_arn, "reader")
    events = subscribe(aws, consumer_arn, Type="LATEST")
    with pytest.raises(ClientError) as raised:
        subscribe(aws, consumer_arn, Type="LATEST")
    assert raised.value.response["Error"]["Code"] == "ResourceInUseException"

    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)

    assert list(events) == []
