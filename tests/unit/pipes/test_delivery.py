"""Retries, halving, giving up and the checkpoint of one shard.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html
"""

import json
from collections.abc import Sequence
from typing import Any

from emulator.pipes.clock import Clock
from emulator.pipes.dead_letter import SnsDeadLetterTopic, SqsDeadLetterQueue, dynamodb_dead_letter_message
from emulator.pipes.delivery import Delivery, DeliveryPolicy
from emulator.pipes.event import Event
from emulator.pipes.targets.kinesis import KinesisTarget
from tests.clock import ManualClock
from tests.unit.pipes.fakes import (
    PIPE_ARN,
    QUEUE_ARN,
    STREAM_ARN,
    TARGET_ARN,
    FakeKinesis,
    FakeSns,
    FakeSqs,
    client_error,
    event,
)

MISSING = client_error("ResourceNotFoundException")
THROTTLED = client_error("ProvisionedThroughputExceededException")
SHARD = "shardId-00000001"


class Subject:
    """A delivery to a fake stream; the partition key is the event's number."""

    def __init__(self, *, dead_letter: bool = False, **policy: Any) -> None:
        self.clock = ManualClock()
        self.kinesis = FakeKinesis()
        self.sqs = FakeSqs()
        self.checkpoints: list[str] = []
        self.delivery = Delivery(
            target=KinesisTarget(self.kinesis, TARGET_ARN, "$.number"),
            policy=DeliveryPolicy(**policy),
            advance=self.checkpoints.append,
            dead_letter_queue=SqsDeadLetterQueue(self.sqs, QUEUE_ARN) if dead_letter else None,
            dead_letter_message=self.message,
            clock=Clock(self.clock, self.clock),
            label="orders-pipe",
        )

    def message(self, events: Sequence[Event], condition: str, attempts: int) -> str:
        """Return a short stand-in for the dead-letter message."""
        return " ".join([condition, *(dead.sequence_number for dead in events)])

    def run(self, *, attempts: int = 100) -> None:
        """Attempt until nothing is in flight, letting the time of each wait pass."""
        for _ in range(attempts):
            if self.delivery.is_idle:
                return
            if not self.delivery.attempt():
                assert self.delivery.retry_at is not None
                self.clock.now = max(self.clock.now, self.delivery.retry_at)

    @property
    def requests(self) -> list[list[str]]:
        """Partition keys of every request."""
        return [[record["PartitionKey"] for record in request] for request in self.kinesis.requests]

    @property
    def dead_letters(self) -> list[str]:
        """Bodies of the dead-letter messages."""
        return [body for _, body in self.sqs.messages]


def batch(*numbers: int, created_at: float | None = None) -> list[Event]:
    """Return events with these sequence numbers."""
    moment = ManualClock().now if created_at is None else created_at
    return [event(number, created_at=moment) for number in numbers]


def test_checkpoint_moves_when_the_target_accepts_the_batch() -> None:
    # GIVEN a batch
    subject = Subject()
    subject.delivery.begin(batch(1, 2, 3))

    # WHEN it is delivered
    subject.run()

    # THEN the checkpoint is its last record
    assert subject.checkpoints == ["3"]


def test_checkpoint_stays_when_the_target_fails() -> None:
    # GIVEN a target that is missing
    subject = Subject()
    subject.kinesis.failures = [MISSING]
    subject.delivery.begin(batch(1, 2))

    # WHEN the batch is tried once
    done = subject.delivery.attempt()

    # THEN nothing moves, and the batch waits
    assert (done, subject.checkpoints, subject.delivery.is_idle) == (False, [], False)


def test_waits_grow_up_to_ten_seconds_and_start_over_after_success() -> None:
    # GIVEN a target that fails eight times
    subject = Subject()
    subject.kinesis.failures = [MISSING] * 8
    subject.delivery.begin(batch(1))

    # WHEN the batch is tried as soon as it may be
    waits = []
    while not subject.delivery.attempt():
        assert subject.delivery.retry_at is not None
        waits.append(round(subject.delivery.retry_at - subject.clock.now, 3))
        subject.clock.now = subject.delivery.retry_at

    # THEN each wait is twice the one before, ten seconds at most
    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]

    # AND the next failure begins with the first wait again
    subject.kinesis.failures = [MISSING]
    subject.delivery.begin(batch(2))
    subject.delivery.attempt()
    assert subject.delivery.retry_at == subject.clock.now + 0.2


def test_only_the_refused_records_are_sent_again_in_order() -> None:
    # GIVEN a stream that first refuses the second and the fourth record
    subject = Subject()
    subject.kinesis.failures = [{1: "InternalFailure", 3: "InternalFailure"}]
    subject.delivery.begin(batch(1, 2, 3, 4, 5))

    # WHEN the batch is delivered
    subject.run()

    # THEN those two are retried alone; the checkpoint stood before the lowest of them meanwhile
    assert subject.requests == [["1", "2", "3", "4", "5"], ["2", "4"]]
    assert subject.checkpoints == ["1", "5"]


def test_without_a_limit_a_batch_is_retried_until_it_is_accepted() -> None:
    # GIVEN the default policy and a target that fails 50 times
    subject = Subject()
    subject.kinesis.failures = [MISSING] * 50
    subject.delivery.begin(batch(1))

    # WHEN time passes
    subject.run()

    # THEN the record has arrived
    assert (len(subject.requests), subject.checkpoints) == (51, ["1"])


def test_batch_is_given_up_after_its_retry_attempts() -> None:
    # GIVEN two retries and a target that keeps refusing the second record
    subject = Subject(dead_letter=True, maximum_retry_attempts=2)
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == "2"
    subject.delivery.begin(batch(1, 2, 3))

    # WHEN time passes
    subject.run()

    # THEN it was tried three times, the dead-letter queue names it alone, and the shard moves on
    assert subject.requests == [["1", "2", "3"], ["2"], ["2"]]
    assert subject.dead_letters == ["RetryAttemptsExhausted 2"]
    assert subject.checkpoints == ["1", "3"]


def test_no_retry_attempts_means_one_try() -> None:
    # GIVEN no retries
    subject = Subject(dead_letter=True, maximum_retry_attempts=0)
    subject.kinesis.failures = [MISSING]
    subject.delivery.begin(batch(1))

    # WHEN the target fails
    subject.run()

    # THEN the record is given up at once
    assert (len(subject.requests), subject.dead_letters) == (1, ["RetryAttemptsExhausted 1"])


def test_internal_errors_use_up_no_retry_attempt() -> None:
    # GIVEN no retries, and a target that is throttled five times
    subject = Subject(dead_letter=True, maximum_retry_attempts=0)
    subject.kinesis.failures = [THROTTLED] * 5
    subject.delivery.begin(batch(1))

    # WHEN time passes
    subject.run()

    # THEN the record has arrived
    assert (subject.dead_letters, subject.checkpoints, len(subject.requests)) == ([], ["1"], 6)


def test_bisect_isolates_the_failing_record() -> None:
    # GIVEN bisecting, one retry, and a target that fails as told
    subject = Subject(dead_letter=True, maximum_retry_attempts=1, automatic_bisect=True)
    subject.kinesis.failures = [MISSING, {}, MISSING, MISSING, MISSING, {}]
    subject.delivery.begin(batch(1, 2, 3, 4))

    # WHEN the batch is delivered: 1-4 fails, 1-2 passes, 3-4 fails, 3 fails twice, 4 passes
    subject.run()

    # THEN only the single record is given up, and halving itself used up no retry
    assert subject.requests == [["1", "2", "3", "4"], ["1", "2"], ["3", "4"], ["3"], ["3"], ["4"]]
    assert subject.dead_letters == ["RetryAttemptsExhausted 3"]
    assert subject.checkpoints == ["2", "3", "4"]


def test_records_older_than_the_maximum_age_are_given_up_before_they_are_sent() -> None:
    # GIVEN a maximum age of a minute, and a batch that is partly older
    subject = Subject(dead_letter=True, maximum_record_age_in_seconds=60)
    now = subject.clock.now
    old, young = batch(1, 2, created_at=now - 61), batch(3, created_at=now - 59)
    subject.delivery.begin([*old, *young])

    # WHEN it is delivered
    subject.run()

    # THEN the old ones go to the dead-letter queue and the young one to the target
    assert subject.dead_letters == ["RecordAgeExceeded 1 2"]
    assert subject.requests == [["3"]]
    assert subject.checkpoints == ["2", "3"]


def test_records_that_grow_too_old_while_retried_are_given_up() -> None:
    # GIVEN a maximum age of a minute and a target that never comes back
    subject = Subject(dead_letter=True, maximum_record_age_in_seconds=60)
    subject.kinesis.failures = [MISSING] * 100
    subject.delivery.begin(batch(1))

    # WHEN time passes
    subject.run()

    # THEN the record is given up for its age
    assert subject.dead_letters == ["RecordAgeExceeded 1"]
    assert subject.checkpoints == ["1"]


def test_without_a_maximum_age_records_are_given_up_when_the_stream_forgets_them() -> None:
    # GIVEN the default policy and a record of 24 hours
    subject = Subject(dead_letter=True)
    subject.delivery.begin(batch(1, created_at=subject.clock.now - 24 * 3600 - 1))

    # WHEN it is due
    subject.run()

    # THEN it is not sent any more
    assert (subject.requests, subject.dead_letters) == ([], ["RecordAgeExceeded 1"])


def test_dead_letter_queue_that_fails_blocks_the_shard() -> None:
    # GIVEN a record that is given up, and a queue that is missing at first
    subject = Subject(dead_letter=True, maximum_retry_attempts=0)
    subject.kinesis.failures = [MISSING]
    subject.sqs.failures = [client_error("AWS.SimpleQueueService.NonExistentQueue")]
    subject.delivery.begin(batch(1))

    # WHEN it is tried once
    done = subject.delivery.attempt()

    # THEN the checkpoint stays until the queue has the message; the target is not tried again
    assert (done, subject.checkpoints) == (False, [])
    subject.run()
    assert (subject.dead_letters, subject.checkpoints) == (["RetryAttemptsExhausted 1"], ["1"])
    assert len(subject.requests) == 1


def test_without_a_dead_letter_queue_the_shard_moves_on() -> None:
    # GIVEN no queue and no retries
    subject = Subject(maximum_retry_attempts=0)
    subject.kinesis.failures = [MISSING]
    subject.delivery.begin(batch(1))

    # WHEN the target fails
    subject.run()

    # THEN the record is passed over
    assert subject.checkpoints == ["1"]


def test_dead_letter_message_names_the_records_without_their_content() -> None:
    # GIVEN two records that were given up
    events = [event(31, created_at=1_687_186_993.0), event(45, created_at=1_687_186_999.0)]

    # WHEN the message is made
    message = dynamodb_dead_letter_message(
        events,
        pipe_arn=PIPE_ARN,
        stream_arn=STREAM_ARN,
        shard_id=SHARD,
        condition="RetryAttemptsExhausted",
        now=1_687_187_031.498,
    )

    # THEN it is AWS's
    assert json.loads(message) == {
        "context": {"partnerResourceArn": PIPE_ARN, "condition": "RetryAttemptsExhausted"},
        "version": "1.0",
        "timestamp": "2023-06-19T15:03:51.498Z",
        "DDBStreamBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": "31",
            "endSequenceNumber": "45",
            "approximateArrivalOfFirstRecord": "2023-06-19T15:03:13Z",
            "approximateArrivalOfLastRecord": "2023-06-19T15:03:19Z",
            "batchSize": 2,
            "streamArn": STREAM_ARN,
        },
    }


def test_dead_letters_reach_a_queue_or_a_topic_by_arn() -> None:
    # GIVEN one of each
    sqs, sns = FakeSqs(), FakeSns()
    topic_arn = "arn:aws:sns:eu-north-1:000000000000:orders-pipe-dlq"

    # WHEN a message is sent to both
    SqsDeadLetterQueue(sqs, QUEUE_ARN).send("message")
    SnsDeadLetterTopic(sns, topic_arn).send("message")

    # THEN both have it
    assert sqs.messages == [("http://sqs/000000000000/orders-pipe-dlq", "message")]
    assert sns.messages == [(topic_arn, "message")]
