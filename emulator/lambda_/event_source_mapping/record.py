"""The records of a stream as Lambda hands them to a function."""

from collections.abc import Mapping
from typing import Any

from emulator.pipes.event import Event
from emulator.pipes.json_data import json_data
from emulator.pipes.kinesis_source import KinesisSource
from emulator.pipes.source import DynamoDBStreamSource

KINESIS_FIELD = "kinesis"
_KINESIS_FIELDS = (
    "kinesisSchemaVersion",
    "partitionKey",
    "sequenceNumber",
    "data",
    "approximateArrivalTimestamp",
)


class KinesisRecordSource(KinesisSource):
    """A data stream as a mapping reads it; the mapping's source is the stream, or a consumer of it."""

    def __init__(self, client: Any, source_arn: str, role_arn: str, identity: str | None) -> None:
        super().__init__(client, stream_of(source_arn), role_arn, identity)
        self._source_arn = source_arn

    def event(self, shard_id: str, record: Mapping[str, Any]) -> Event:
        """Turn a record into an element of `Records`."""
        return kinesis_record(super().event(shard_id, record), self._source_arn)


class DynamoDBRecordSource(DynamoDBStreamSource):
    """The stream of a table as a mapping reads it."""

    def event(self, shard_id: str, record: Mapping[str, Any]) -> Event:
        """Turn a record into an element of `Records`."""
        return dynamodb_record(super().event(shard_id, record))


def stream_of(source_arn: str) -> str:
    """Return the ARN of the stream that a source is, or is a consumer of."""
    return source_arn.partition("/consumer/")[0]


def kinesis_record(event: Event, source_arn: str) -> Event:
    """Return a pipe's event with the record's own members under `kinesis`.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
    """
    own = {name: event.body[name] for name in _KINESIS_FIELDS}
    others = {name: value for name, value in event.body.items() if name not in _KINESIS_FIELDS}
    body = {KINESIS_FIELD: own} | others | {"eventSourceARN": source_arn}
    return Event(event.sequence_number, event.created_at, body, json_data(body))


def dynamodb_record(event: Event) -> Event:
    """Return a pipe's event with the time of the change as a function sees it, with a fraction.

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    """
    body = dict(event.body)
    change = dict(body["dynamodb"])
    if "ApproximateCreationDateTime" in change:
        change["ApproximateCreationDateTime"] = float(change["ApproximateCreationDateTime"])
    body["dynamodb"] = change
    return Event(event.sequence_number, event.created_at, body, json_data(body))


def filtered_body(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what filter patterns look into: a Kinesis record's own members stand at the top.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
    """
    return {**body, **body[KINESIS_FIELD]} if KINESIS_FIELD in body else body
