"""From a queue to the target: batches, deletion, what fails, order in a FIFO queue.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html
"""

import json
from typing import Any

import pytest

from emulator.pipes.errors import SourceAccessError, StreamNotFoundError
from emulator.pipes.queue_event import queue_event
from tests.unit.pipes.fakes import client_error
from tests.unit.pipes.source_fakes import SOURCE_QUEUE_ARN, QueueSurroundings


def test_event_has_the_members_of_a_queue_event() -> None:
    # GIVEN a message as ReceiveMessage returns it
    message: dict[str, Any] = {
        "MessageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "ReceiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
        "MD5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "Body": "Test message.",
        "Attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
        "MD5OfMessageAttributes": "9de691a346c79e4fda4af06248aa9dfc",
        "MessageAttributes": {
            "name": {"StringValue": "value", "DataType": "String"},
            "image": {"BinaryValue": b"\x00\x01", "DataType": "Binary.png"},
        },
    }

    # WHEN it becomes an event
    event = queue_event(message, SOURCE_QUEUE_ARN)

    # THEN it is AWS's sample event
    assert json.loads(event.data) == {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
        "body": "Test message.",
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
        "messageAttributes": {
            "name": {
                "stringValue": "value",
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "String",
            },
            "image": {
                "binaryValue": "AAE=",
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "Binary.png",
            },
        },
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "md5OfMessageAttributes": "9de691a346c79e4fda4af06248aa9dfc",
        "eventSource": "aws:sqs",
        "eventSourceARN": SOURCE_QUEUE_ARN,
        "awsRegion": "eu-north-1",
    }
    assert event.created_at == 1545082649.183


def test_delivered_messages_are_deleted() -> None:
    # GIVEN more messages than one receive returns
    subject = QueueSurroundings()
    for number in range(25):
        subject.sqs.put(str(number))

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN they arrive ten at a time, and the queue is empty
    assert subject.batch_sizes == [10, 10, 5]
    assert subject.partition_keys == [str(number) for number in range(25)]
    assert subject.sqs.bodies == []


def test_batching_window_collects_a_larger_batch_over_several_receives() -> None:
    # GIVEN batches of 25 with a window of five seconds
    subject = QueueSurroundings(batch_size=25, window=5)
    subject.start()

    # WHEN 40 messages are there
    for number in range(40):
        subject.sqs.put(str(number))
    subject.run(1)
    before = subject.batch_sizes
    subject.run(6)

    # THEN a full batch goes at once, and the rest when its window ends
    assert (before, subject.batch_sizes) == ([25], [25, 15])
    assert subject.sqs.bodies == []


def test_refused_messages_come_back_after_the_visibility_timeout() -> None:
    # GIVEN a target that refuses the first request
    subject = QueueSurroundings()
    subject.sqs.put("a")
    subject.kinesis.failures = [client_error("ResourceNotFoundException")]

    # WHEN the pipe runs for less than the timeout, and then on
    subject.start()
    subject.run(25)
    before = (subject.partition_keys, subject.sqs.bodies)
    subject.run(10)

    # THEN it stays in the queue until it is accepted
    assert before == ([], ["a"])
    assert (subject.partition_keys, subject.sqs.bodies) == (["a"], [])


def test_partial_failure_deletes_only_the_accepted_messages() -> None:
    # GIVEN a target that refuses one message of three
    subject = QueueSurroundings()
    for body in "abc":
        subject.sqs.put(body)
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == "b"

    # WHEN the pipe runs
    subject.start()
    subject.run(5)

    # THEN that one alone stays, and others are received meanwhile
    assert subject.sqs.bodies == ["b"]
    subject.sqs.put("d")
    subject.run(2)
    assert subject.partition_keys == ["a", "c", "d"]


def test_message_that_always_fails_is_tried_at_ever_longer_intervals() -> None:
    # GIVEN a queue without a visibility timeout, and a target that refuses everything
    subject = QueueSurroundings()
    subject.sqs.visibility_timeout = 0
    subject.sqs.put("a")
    subject.kinesis.refuses = lambda record: True

    # WHEN the pipe runs for a minute
    subject.start()
    subject.run(60)

    # THEN it was not tried over and over
    assert 5 <= len(subject.kinesis.requests) <= 15


@pytest.mark.parametrize(
    ("pattern", "arrived"),
    [
        ('{"body":{"city":["Oslo"]}}', ['{"city":"Oslo"}']),
        ('{"body":{"city":[{"exists":false}]}}', ['{"n":1}']),
        ('{"body":["plain"]}', ["plain"]),
        ('{"body":["{\\"n\\":1}"]}', []),
        ('{"attributes":{"SenderId":["AIDA"]}}', ['{"city":"Oslo"}', '{"n":1}', "plain"]),
    ],
)
def test_filter_looks_into_the_body_and_deletes_what_does_not_match(pattern: str, arrived: list[str]) -> None:
    # GIVEN messages with JSON and with text
    subject = QueueSurroundings(filter_patterns=(pattern,))
    for body in ('{"city":"Oslo"}', '{"n":1}', "plain"):
        subject.sqs.put(body)

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN what does not match is gone for good
    assert subject.partition_keys == arrived
    assert subject.sqs.bodies == []


def test_fifo_queue_keeps_the_order_of_a_group_through_failures() -> None:
    # GIVEN two groups, and a target that refuses the first request
    subject = QueueSurroundings(batch_size=2, fifo=True)
    for number in range(3):
        subject.sqs.put(f"a{number}", "a")
    subject.sqs.put("b0", "b")
    subject.kinesis.failures = [client_error("ResourceNotFoundException")]

    # WHEN the pipe runs
    subject.start()
    subject.run(90)

    # THEN the other group went on, and the first is in order
    assert subject.partition_keys == ["b0", "a0", "a1", "a2"]
    assert subject.sqs.bodies == []


def test_fifo_messages_behind_a_failed_one_are_let_go() -> None:
    # GIVEN a group of two messages that do not fit into one batch of 6 MB
    subject = QueueSurroundings(fifo=True)
    subject.sqs.put("a" * 200, "g")
    subject.sqs.put("b" * (6 * 1024 * 1024), "g")
    subject.sqs.put("c", "g")
    subject.kinesis.failures = [client_error("ResourceNotFoundException")]

    # WHEN the first batch fails
    subject.start()
    assert subject.poller is not None
    subject.poller.step(lambda: False)

    # THEN what was received behind it was not sent
    assert subject.batch_sizes == [1]
    assert subject.kinesis.accepted == []
    assert len(subject.sqs.bodies) == 3


def test_stop_makes_waiting_messages_visible_again() -> None:
    # GIVEN messages that wait for the end of their window
    subject = QueueSurroundings(batch_size=100, window=60)
    for number in range(12):
        subject.sqs.put(str(number))
    subject.start()
    subject.run(3)
    assert subject.sqs.visible == []

    # WHEN the pipe is stopped
    subject.stop()

    # THEN nothing was sent, and they can be received at once
    assert subject.kinesis.requests == []
    assert len(subject.sqs.visible) == 12


def test_stop_during_a_receive_sends_nothing_more_and_loses_nothing() -> None:
    # GIVEN a pipe that is asked to stop while it waits for messages
    subject = QueueSurroundings()
    subject.sqs.put("a")
    subject.start()
    assert subject.poller is not None

    # WHEN it receives one
    subject.poller.step(lambda: bool(subject.sqs.receives))
    subject.stop()

    # THEN it gave the message back, and delivers it after the next start
    assert (subject.kinesis.requests, subject.sqs.visible) == ([], ["a"])
    subject.start()
    subject.run(1)
    assert subject.partition_keys == ["a"]


def test_message_that_becomes_visible_while_it_waits_is_sent_once() -> None:
    # GIVEN a window longer than the visibility timeout
    subject = QueueSurroundings(batch_size=100, window=10)
    subject.sqs.visibility_timeout = 3
    subject.sqs.put("a")

    # WHEN the pipe runs past the window
    subject.start()
    subject.run(15)

    # THEN it arrives once and is deleted by its newest handle
    assert (subject.partition_keys, subject.sqs.bodies) == (["a"], [])


def test_message_that_cannot_be_deleted_comes_again(caplog: pytest.LogCaptureFixture) -> None:
    # GIVEN a message whose first handle does not work
    subject = QueueSurroundings()
    subject.sqs.put("a")
    subject.sqs.stuck = {"handle-1-1"}

    # WHEN the pipe runs past the visibility timeout
    subject.start()
    subject.run(35)

    # THEN it arrives twice, and the log says why
    assert (subject.partition_keys, subject.sqs.bodies) == (["a", "a"], [])
    assert "could not be deleted and may come again" in caplog.text


def test_idle_queue_is_asked_once_a_second_and_waits_there() -> None:
    # GIVEN an idle pipe
    subject = QueueSurroundings()
    subject.start()

    # WHEN it idles for a minute
    subject.run(60)

    # THEN every call has waited for a second
    assert 59 <= len(subject.sqs.receives) <= 61
    assert set(subject.sqs.receives) == {(10, 1)}


def test_source_error_is_retried_later() -> None:
    # GIVEN a queue that fails twice
    subject = QueueSurroundings()
    subject.sqs.put("a")
    subject.start()
    subject.sqs.errors = ["ServiceUnavailable", "ThrottlingException"]

    # WHEN the pipe runs
    subject.run(5)

    # THEN the message arrives
    assert subject.partition_keys == ["a"]


def test_queue_that_is_gone_is_reported() -> None:
    # GIVEN a running pipe
    subject = QueueSurroundings()
    subject.start()
    subject.run()

    # WHEN its queue is deleted
    subject.sqs.exists = False

    # THEN the poller says so, and the check gives a reason
    with pytest.raises(StreamNotFoundError):
        subject.run(5)
    with pytest.raises(SourceAccessError, match="ReceiveMessage on SQS"):
        subject.assembly.check_source(subject.pipe)


@pytest.mark.parametrize("missing", ["queue", "role"])
def test_pipe_without_its_queue_or_role_cannot_receive(missing: str) -> None:
    # GIVEN a pipe of which something is not there
    subject = QueueSurroundings()
    if missing == "queue":
        subject.sqs.exists = False
    else:
        subject.iam.roles.clear()

    # WHEN it is created
    with pytest.raises(SourceAccessError) as caught:
        subject.start()

    # THEN the reason is AWS's
    assert str(caught.value) == (
        "Input parameter is invalid from the request due to : "
        "The provided customer role does not have permissions to call ReceiveMessage on SQS"
    )
