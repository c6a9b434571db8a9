"""The readers take every page once and leave what they read as it was."""

import io
from collections.abc import Iterator
from typing import Any, cast

import pytest

from tests.unit.verify.situation import NOON, at
from verify.evidence import Change, DeadLetter, KinesisRecord, Row
from verify.readers import BucketReader, DeadLetterReader, KinesisReader, StreamReader


class FakeStream:
    """A DynamoDB stream of one shard, read in pages of two; an iterator is a position."""

    def __init__(self, sequence_numbers: list[int]) -> None:
        self.sequence_numbers = sequence_numbers

    def describe_stream(self, StreamArn: str, ExclusiveStartShardId: str | None = None) -> dict[str, Any]:
        # Two shards, a page each; the second one is empty.
        if ExclusiveStartShardId is None:
            return {"StreamDescription": {"Shards": [{"ShardId": "s1"}], "LastEvaluatedShardId": "s1"}}
        return {"StreamDescription": {"Shards": [{"ShardId": "s2"}]}}

    def get_shard_iterator(self, ShardId: str, ShardIteratorType: str, **position: str) -> dict[str, str]:
        after = int(position.get("SequenceNumber", "0")) if ShardIteratorType != "TRIM_HORIZON" else 0
        return {"ShardIterator": f"{ShardId}:{after}"}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:
        shard_id, _, after = ShardIterator.partition(":")
        numbers = [number for number in self.sequence_numbers if number > int(after)][:2]
        if shard_id == "s2":
            return {"Records": []}
        records = [
            {
                "eventID": f"e{number}",
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": {"orderid": {"S": str(number)}},
                    "SequenceNumber": str(number),
                    "ApproximateCreationDateTime": at(number),
                },
            }
            for number in numbers
        ]
        return {"Records": records, "NextShardIterator": f"{shard_id}:{numbers[-1] if numbers else after}"}


def changes_of(*numbers: int) -> list[Change]:
    return [Change(f"e{number}", "INSERT", "s1", number, at(number), str(number)) for number in numbers]


def test_the_stream_is_read_to_its_end_and_then_only_what_is_new() -> None:
    # GIVEN
    stream = FakeStream([1, 2, 3])
    reader = StreamReader(cast(Any, stream), "arn")

    # WHEN
    first = list(reader.read(until=at(100)))
    stream.sequence_numbers += [4]
    second = list(reader.read(until=at(100)))

    # THEN
    assert (first, second) == (changes_of(1, 2, 3), changes_of(4))


def test_a_stream_that_grows_while_it_is_read_is_read_as_far_as_the_beginning_of_the_reading() -> None:
    # GIVEN
    reader = StreamReader(cast(Any, FakeStream(list(range(1, 11)))), "arn")

    # WHEN
    found = list(reader.read(until=at(3)))

    # THEN the page that reaches second 3 is the last
    assert found == changes_of(1, 2, 3, 4)


class FakeKinesis:
    """A Kinesis stream of one shard, read a record at a time."""

    def __init__(self, count: int) -> None:
        self.count = count

    def get_paginator(self, operation: str) -> "FakeKinesis":
        assert operation == "list_shards"
        return self

    def paginate(self, StreamName: str) -> Iterator[dict[str, Any]]:
        yield {"Shards": [{"ShardId": "k1"}]}

    def get_shard_iterator(self, ShardIteratorType: str, **position: str) -> dict[str, str]:
        return {"ShardIterator": position.get("StartingSequenceNumber", "0")}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:
        number = int(ShardIterator) + 1
        if number > self.count:
            return {"Records": [], "NextShardIterator": ShardIterator, "MillisBehindLatest": 0}
        record = {"Data": b"", "SequenceNumber": str(number), "ApproximateArrivalTimestamp": NOON}
        behind = 1000 if number < self.count else 0
        return {"Records": [record], "NextShardIterator": str(number), "MillisBehindLatest": behind}


def test_kinesis_is_read_to_its_tip_and_then_only_what_is_new() -> None:
    # GIVEN
    kinesis = FakeKinesis(3)
    reader = KinesisReader(cast(Any, kinesis), "stream")

    # WHEN
    first = list(reader.read())
    kinesis.count = 4
    second = list(reader.read())

    # THEN
    records = [KinesisRecord(None, "k1", number, NOON) for number in range(1, 5)]
    assert (first, second) == (records[:3], records[3:])


class FakeBucket:
    """A bucket; counts how often each object is read."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.reads: list[str] = []

    def get_paginator(self, operation: str) -> "FakeBucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:
        for key in self.objects:
            if key.startswith(Prefix):
                yield {"Contents": [{"Key": key, "LastModified": NOON}]}
        yield {}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        self.reads.append(Key)
        return {"Body": io.BytesIO(self.objects[Key])}


def test_an_object_is_read_once() -> None:
    # GIVEN
    bucket = FakeBucket({"orders/a": b'{"event_id": "e1"}', "errors/a": b"{}"})
    reader = BucketReader(cast(Any, bucket), "bucket")

    # WHEN
    first = reader.read_rows()
    bucket.objects["orders/b"] = b'{"event_id": "e2"}'
    second = reader.read_rows()

    # THEN
    assert (first, second) == ([Row("e1", None, NOON)], [Row("e2", None, NOON)])
    assert bucket.reads == ["orders/a", "orders/b"]


class FakeQueue:
    """A queue that hides what it hands out until it is told to show it; the connection may break after some pages."""

    def __init__(self, bodies: list[str], pages_until_failure: int | None = None) -> None:
        self.bodies = bodies
        self.hidden: set[str] = set()
        self.pages_left = pages_until_failure

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:
        visible = len(self.bodies) - len(self.hidden)
        return {"Attributes": {"ApproximateNumberOfMessages": str(visible)}}

    def receive_message(self, MaxNumberOfMessages: int, **options: Any) -> dict[str, Any]:
        if self.pages_left is not None:
            self.pages_left -= 1
            if self.pages_left < 0:
                raise ConnectionResetError
        visible = [str(number) for number in range(len(self.bodies)) if str(number) not in self.hidden]
        page = visible[:MaxNumberOfMessages]
        self.hidden.update(page)
        messages = [{"MessageId": key, "ReceiptHandle": key, "Body": self.bodies[int(key)]} for key in page]
        return {"Messages": messages} if messages else {}

    def change_message_visibility_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        assert len(Entries) <= 10
        assert {entry["VisibilityTimeout"] for entry in Entries} == {0}
        self.hidden -= {entry["ReceiptHandle"] for entry in Entries}
        return {}


def test_dead_letters_are_looked_at_once_and_stay_in_the_queue() -> None:
    # GIVEN
    queue = FakeQueue(["not a pipe's"] * 12)
    reader = DeadLetterReader(cast(Any, queue), "url")

    # WHEN
    first = list(reader.read())
    queue.bodies += ["another", "and another"]
    second = list(reader.read())

    # THEN
    unrecognised = DeadLetter(None, 0, 0, "")
    assert (first, second) == ([unrecognised] * 12, [unrecognised] * 2)
    assert queue.hidden == set()


def test_dead_letters_become_visible_again_when_the_reading_fails() -> None:
    # GIVEN a queue that fails after its first page
    queue = FakeQueue(["not a pipe's"] * 13, pages_until_failure=1)

    # WHEN
    with pytest.raises(ConnectionResetError):
        list(DeadLetterReader(cast(Any, queue), "url").read())

    # THEN
    assert queue.hidden == set()
