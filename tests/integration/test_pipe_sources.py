"""Data streams and queues as the source of a pipe, through the API, into a data stream.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-source.html
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Aws
from tests.integration.pipe_setup import TRUST, create_data_stream, settled_state
from tests.polling import poll_until


class Surroundings:
    """A data stream and a queue to read, a data stream to write, a role, and a pipe of the test's own."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.name = name
        self.pipes = aws.client("pipes")
        self.kinesis = aws.client("kinesis")
        self.sqs = aws.client("sqs")
        self.iam = aws.client("iam")
        self.role_arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        self.source, self.target = f"{name}-source", f"{name}-target"
        self.source_arn = create_data_stream(self.kinesis, self.source)
        self.target_arn = create_data_stream(self.kinesis, self.target)
        attributes = {"VisibilityTimeout": "1"}
        self.queue_url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        shown = self.sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["QueueArn"])
        self.queue_arn = shown["Attributes"]["QueueArn"]

    def create(self, **request: Any) -> tuple[str, str | None]:
        """Create the pipe; return its settled state and the reason."""
        self.pipes.create_pipe(
            Name=self.name,
            Target=self.target_arn,
            RoleArn=self.role_arn,
            **{"TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "$.eventID"}}, **request},
        )
        return self.settle()

    def settle(self) -> tuple[str, str | None]:
        """Wait until the pipe is in no transition; return its state and the reason."""
        return settled_state(self.pipes, self.name)

    def events(self) -> list[dict[str, Any]]:
        """Return every event that has arrived."""
        records: list[dict[str, Any]] = []
        for shard in self.kinesis.list_shards(StreamName=self.target)["Shards"]:
            iterator = self.kinesis.get_shard_iterator(
                StreamName=self.target, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            records += self.kinesis.get_records(ShardIterator=iterator)["Records"]
        return [json.loads(record["Data"]) for record in records]

    def arrived(self, count: int) -> list[dict[str, Any]]:
        """Wait until as many events have arrived."""
        return poll_until(f"{count} events", lambda: found if len(found := self.events()) >= count else None)

    def messages(self) -> tuple[int, int]:
        """Return how many messages in the queue are visible, and how many are not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)
        visible, invisible = (int(answer["Attributes"][attribute]) for attribute in names)
        return visible, invisible

    def clean_up(self) -> None:
        """Delete everything."""
        self.settle()
        self.pipes.delete_pipe(Name=self.name)
        poll_until("the pipe to be gone", lambda: not self.pipes.list_pipes(NamePrefix=self.name)["Pipes"])
        for stream_name in (self.source, self.target):
            self.kinesis.delete_stream(StreamName=stream_name)
        self.sqs.delete_queue(QueueUrl=self.queue_url)
        self.iam.delete_role(RoleName=self.name)


@pytest.fixture
def subject(aws: Aws, name: str) -> Iterator[Surroundings]:
    """Return the surroundings of a pipe."""
    surroundings = Surroundings(aws, name)
    yield surroundings
    surroundings.clean_up()


def test_data_stream_is_read_on_through_a_split_and_a_merge(subject: Surroundings) -> None:
    # GIVEN a pipe from a data stream, with a filter on its data
    kinesis = subject.kinesis
    state = subject.create(
        Source=subject.source_arn,
        SourceParameters={
            "KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON", "BatchSize": 10},
            "FilterCriteria": {"Filters": [{"Pattern": '{"data":{"n":[{"numeric":[">",0]}]}}'}]},
        },
    )
    assert state == ("RUNNING", "No records processed")

    # WHEN it is split and merged while records are written with one key
    def write(number: int) -> None:
        for data in (b"no JSON", b'{"n":0}', json.dumps({"n": number}).encode()):
            kinesis.put_record(StreamName=subject.source, Data=data, PartitionKey="key")

    def open_shards() -> list[str]:
        shards = kinesis.list_shards(StreamName=subject.source)["Shards"]
        return [s["ShardId"] for s in shards if "EndingSequenceNumber" not in s["SequenceNumberRange"]]

    write(1)
    (only,) = open_shards()
    kinesis.split_shard(StreamName=subject.source, ShardToSplit=only, NewStartingHashKey=str(2**127))
    write(2)
    left, right = open_shards()
    kinesis.merge_shards(StreamName=subject.source, ShardToMerge=left, AdjacentShardToMerge=right)
    write(3)

    # THEN what matches arrives in order, with the shard of each record in its id
    events = subject.arrived(3)
    assert [json.loads(base64.b64decode(event["data"])) for event in events] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert len({event["eventID"].split(":")[0] for event in events}) == 3
    assert {event["invokeIdentityArn"] for event in events} == {subject.role_arn}


def test_data_stream_that_is_deleted_stops_the_pipe_with_aws_s_reason(subject: Surroundings) -> None:
    # GIVEN a running pipe
    subject.create(
        Source=subject.source_arn,
        SourceParameters={"KinesisStreamParameters": {"StartingPosition": "LATEST"}},
    )

    # WHEN its stream is deleted
    subject.kinesis.delete_stream(StreamName=subject.source)

    # THEN the pipe says what to do
    def reason() -> str | None:
        pipe = subject.pipes.describe_pipe(Name=subject.name)
        return pipe["StateReason"] if pipe["CurrentState"] == "STOPPED" else None

    assert poll_until("the stop", reason) == (
        "Stream not found. To resume processing please delete the pipe and create a new one."
    )
    create_data_stream(subject.kinesis, subject.source)


def test_messages_of_a_queue_arrive_and_are_deleted(subject: Surroundings) -> None:
    # GIVEN a queue with a message that matches, and one that does not
    subject.sqs.send_message(
        QueueUrl=subject.queue_url,
        MessageBody='{"kind":"order"}',
        MessageAttributes={"trace": {"DataType": "String", "StringValue": "t-1"}},
    )
    subject.sqs.send_message(QueueUrl=subject.queue_url, MessageBody="text")

    # WHEN a pipe reads it
    state = subject.create(
        Source=subject.queue_arn,
        SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": '{"body":{"kind":["order"]}}'}]}},
        TargetParameters={"KinesisStreamParameters": {"PartitionKey": "$.messageId"}},
    )

    # THEN the one arrives, and the queue is empty
    assert state == ("RUNNING", "USER_INITIATED")
    (event,) = subject.arrived(1)
    assert event["body"] == '{"kind":"order"}'
    assert event["messageAttributes"]["trace"]["stringValue"] == "t-1"
    assert event["attributes"]["ApproximateReceiveCount"] == "1"
    assert (event["eventSource"], event["eventSourceARN"]) == ("aws:sqs", subject.queue_arn)
    poll_until("the queue to be empty", lambda: subject.messages() == (0, 0))


def test_message_that_the_target_refuses_comes_again(subject: Surroundings) -> None:
    # GIVEN a pipe whose partition key leads nowhere in the message that is there
    subject.sqs.send_message(QueueUrl=subject.queue_url, MessageBody="a")
    subject.create(
        Source=subject.queue_arn,
        TargetParameters={"KinesisStreamParameters": {"PartitionKey": "$.absent"}},
    )
    poll_until("the message to be received", lambda: subject.messages() == (0, 1))

    # WHEN the pipe is given another one
    subject.pipes.update_pipe(
        Name=subject.name,
        RoleArn=subject.role_arn,
        TargetParameters={"KinesisStreamParameters": {"PartitionKey": "$.messageId"}},
    )

    # THEN the message arrives after its visibility timeout
    (event,) = subject.arrived(1)
    assert event["body"] == "a"
    assert int(event["attributes"]["ApproximateReceiveCount"]) > 1


def test_pipe_of_a_missing_queue_fails_and_can_be_deleted(subject: Surroundings) -> None:
    # GIVEN a queue that does not exist
    # WHEN a pipe is to read it
    state, reason = subject.create(
        Source=subject.queue_arn + "-missing",
        TargetParameters={"KinesisStreamParameters": {"PartitionKey": "k"}},
    )

    # THEN it fails with AWS's reason, and the fixture deletes it
    assert state == "CREATE_FAILED"
    assert reason == (
        "Input parameter is invalid from the request due to : "
        "The provided customer role does not have permissions to call ReceiveMessage on SQS"
    )
