"""Telling the dead-letter queue which records were given up."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.errors import DeadLetterError
from emulator.pipes.event import Event


class DeadLetterQueue(Protocol):
    """Where dead-letter messages go."""

    def send(self, message: str) -> None:
        """Send one message; raises DeadLetterError."""


class SqsDeadLetterQueue:
    """An SQS queue, by ARN."""

    def __init__(self, client: Any, queue_arn: str) -> None:
        self._client = client
        self._account_id, self._queue_name = queue_arn.split(":")[4:6]

    def send(self, message: str) -> None:
        """Send one message."""
        try:
            queue = self._client.get_queue_url(
                QueueName=self._queue_name, QueueOwnerAWSAccountId=self._account_id
            )
            self._client.send_message(QueueUrl=queue["QueueUrl"], MessageBody=message)
        except (ClientError, BotoCoreError) as error:
            raise DeadLetterError(str(error)) from error


class SnsDeadLetterTopic:
    """An SNS topic, by ARN."""

    def __init__(self, client: Any, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def send(self, message: str) -> None:
        """Publish one message."""
        try:
            self._client.publish(TopicArn=self._topic_arn, Message=message)
        except (ClientError, BotoCoreError) as error:
            raise DeadLetterError(str(error)) from error


def dynamodb_dead_letter_message(
    events: Sequence[Event], *, pipe_arn: str, stream_arn: str, shard_id: str, condition: str, now: float
) -> str:
    """Describe a batch that was given up; the records themselves stay in the stream.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    details = batch_details(events, stream_arn=stream_arn, shard_id=shard_id, milliseconds=False)
    return _message("DDBStreamBatchInfo", details, pipe_arn=pipe_arn, condition=condition, now=now)


def kinesis_dead_letter_message(
    events: Sequence[Event], *, pipe_arn: str, stream_arn: str, shard_id: str, condition: str, now: float
) -> str:
    """Describe a batch of a data stream; its times have milliseconds.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    """
    details = batch_details(events, stream_arn=stream_arn, shard_id=shard_id, milliseconds=True)
    return _message("KinesisBatchInfo", details, pipe_arn=pipe_arn, condition=condition, now=now)


def batch_details(
    events: Sequence[Event], *, stream_arn: str, shard_id: str, milliseconds: bool
) -> dict[str, Any]:
    """Say which records of which shard a batch consists of."""
    time_of = utc_milliseconds if milliseconds else _whole_seconds
    return {
        "shardId": shard_id,
        "startSequenceNumber": events[0].sequence_number,
        "endSequenceNumber": events[-1].sequence_number,
        "approximateArrivalOfFirstRecord": time_of(events[0].created_at),
        "approximateArrivalOfLastRecord": time_of(events[-1].created_at),
        "batchSize": len(events),
        "streamArn": stream_arn,
    }


def utc_milliseconds(epoch_seconds: float) -> str:
    """Return a time as the messages write it."""
    return _utc(epoch_seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(name: str, details: dict[str, Any], *, pipe_arn: str, condition: str, now: float) -> str:
    return json.dumps(
        {
            "context": {"partnerResourceArn": pipe_arn, "condition": condition},
            "version": "1.0",
            "timestamp": utc_milliseconds(now),
            name: details,
        }
    )


def _utc(epoch_seconds: float) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)


def _whole_seconds(epoch_seconds: float) -> str:
    return _utc(epoch_seconds).strftime("%Y-%m-%dT%H:%M:%SZ")
