"""A Kinesis data stream as a pipe reads it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emulator.pipes.choice import STREAM_RETENTION_SECONDS
from emulator.pipes.errors import StreamNotFoundError, TrimmedDataError
from emulator.pipes.event import Event
from emulator.pipes.kinesis_event import kinesis_event, kinesis_position
from emulator.pipes.source import Page, Shard, source_errors

_SECONDS_IN_AN_HOUR = 60 * 60


class KinesisSource:
    """Reads a data stream with shared throughput, through a boto3-shaped client.

    Only the stream with this `identity` is read: not one that was created under its name after it was deleted.

    https://docs.aws.amazon.com/streams/latest/dev/developing-consumers-with-sdk.html
    """

    RECORDS_PER_PAGE = 1000

    def __init__(self, client: Any, stream_arn: str, role_arn: str, identity: str | None) -> None:
        self._client = client
        self._stream_arn = stream_arn
        self._role_arn = role_arn
        self._identity = identity
        self._retention_seconds: float = STREAM_RETENTION_SECONDS

    def is_enabled(self) -> bool:
        """Tell whether the stream is not being deleted."""
        return bool(self._summary()["StreamStatus"] != "DELETING")

    def identity(self) -> str:
        """Return when the stream was created: its ARN alone is the same for its successor."""
        moment = self._summary()["StreamCreationTimestamp"]
        return str(moment.timestamp() if isinstance(moment, datetime) else moment)

    def retention_seconds(self) -> float:
        """Return how long the stream keeps a record, as of the last list of shards."""
        return self._retention_seconds

    def shards(self) -> list[Shard]:
        """Return every shard the stream lists."""
        if self._identity is not None and self.identity() != self._identity:
            raise StreamNotFoundError(f"{self._stream_arn} was deleted and created again")
        shards: list[Shard] = []
        arguments: dict[str, str] = {"StreamARN": self._stream_arn}
        while True:
            with source_errors():
                answer = self._client.list_shards(**arguments)
            shards += [_shard(entry) for entry in answer["Shards"]]
            if not answer.get("NextToken"):
                return shards
            arguments = {"NextToken": answer["NextToken"]}

    def shard_iterator(self, shard_id: str, after: str | None) -> str:
        """Return an iterator that follows a sequence number, or the trim horizon's."""
        position = (
            {"ShardIteratorType": "TRIM_HORIZON"}
            if after is None
            else {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}
        )
        # Kinesis says so of a sequence number that is not in the shard.
        with source_errors({"InvalidArgumentException": TrimmedDataError} if after is not None else {}):
            response = self._client.get_shard_iterator(
                StreamARN=self._stream_arn, ShardId=shard_id, **position
            )
        return str(response["ShardIterator"])

    def get_records(self, shard_iterator: str) -> Page:
        """Read up to 1,000 records."""
        with source_errors():
            response = self._client.get_records(
                ShardIterator=shard_iterator, Limit=self.RECORDS_PER_PAGE, StreamARN=self._stream_arn
            )
        return Page(
            response["Records"],
            response.get("NextShardIterator"),
            response.get("MillisBehindLatest", 0) > 0,
        )

    def position(self, record: Mapping[str, Any]) -> tuple[str, float]:
        """Return a record's sequence number and the epoch second of its arrival."""
        return kinesis_position(record)

    def event(self, shard_id: str, record: Mapping[str, Any]) -> Event:
        """Turn a record into an event."""
        return kinesis_event(record, stream_arn=self._stream_arn, shard_id=shard_id, role_arn=self._role_arn)

    def _summary(self) -> Mapping[str, Any]:
        with source_errors():
            answer = self._client.describe_stream_summary(StreamARN=self._stream_arn)
        summary: Mapping[str, Any] = answer["StreamDescriptionSummary"]
        self._retention_seconds = summary["RetentionPeriodHours"] * _SECONDS_IN_AN_HOUR
        return summary


def _shard(entry: Mapping[str, Any]) -> Shard:
    parents = (entry.get("ParentShardId"), entry.get("AdjacentParentShardId"))
    return Shard(
        entry["ShardId"],
        tuple(parent for parent in parents if parent),
        entry["SequenceNumberRange"].get("EndingSequenceNumber") is not None,
    )
