"""A DynamoDB stream as a pipe reads it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.errors import (
    ExpiredIteratorError,
    SourceError,
    StreamNotFoundError,
    TrimmedDataError,
)
from emulator.pipes.event import Event, dynamodb_event, dynamodb_position

_ERRORS: Mapping[str, type[SourceError]] = {
    "ExpiredIteratorException": ExpiredIteratorError,
    "TrimmedDataAccessException": TrimmedDataError,
    "ResourceNotFoundException": StreamNotFoundError,
}


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard of the source stream."""

    shard_id: str
    parent_shard_id: str | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What one read returned; no next iterator means that the closed shard has been read to its end.

    Records are as the source returned them: turning them into events costs far more than reading them.
    """

    records: Sequence[Mapping[str, Any]]
    next_shard_iterator: str | None
    full: bool


class StreamSource(Protocol):
    """A source that consists of shards; every method raises SourceError."""

    def is_enabled(self) -> bool:
        """Tell whether records are still being written to the stream."""

    def shards(self) -> list[Shard]:
        """Return every shard the stream lists."""

    def shard_iterator(self, shard_id: str, after: str | None) -> str:
        """Return an iterator that follows a sequence number, or the trim horizon's."""

    def get_records(self, shard_iterator: str) -> Page:
        """Read one page."""

    def position(self, record: Mapping[str, Any]) -> tuple[str, float]:
        """Return a record's sequence number and the epoch second of its creation."""

    def event(self, record: Mapping[str, Any]) -> Event:
        """Turn a record into an event."""


class DynamoDBStreamSource:
    """Reads a DynamoDB stream through a boto3-shaped client.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """

    RECORDS_PER_PAGE = 1000

    def __init__(self, client: Any, stream_arn: str) -> None:
        self._client = client
        self._stream_arn = stream_arn

    def is_enabled(self) -> bool:
        """Tell whether records are still being written to the stream."""
        with _source_errors():
            description = self._client.describe_stream(StreamArn=self._stream_arn)["StreamDescription"]
        return bool(description.get("StreamStatus", "ENABLED") in ("ENABLED", "ENABLING"))

    def shards(self) -> list[Shard]:
        """Return every shard the stream lists."""
        shards: list[Shard] = []
        arguments: dict[str, str] = {"StreamArn": self._stream_arn}
        while True:
            with _source_errors():
                description = self._client.describe_stream(**arguments)["StreamDescription"]
            shards += [
                Shard(
                    shard["ShardId"],
                    shard.get("ParentShardId"),
                    shard.get("SequenceNumberRange", {}).get("EndingSequenceNumber") is not None,
                )
                for shard in description.get("Shards", [])
            ]
            last = description.get("LastEvaluatedShardId")
            if not last:
                return shards
            arguments["ExclusiveStartShardId"] = last

    def shard_iterator(self, shard_id: str, after: str | None) -> str:
        """Return an iterator that follows a sequence number, or the trim horizon's."""
        position = (
            {"ShardIteratorType": "TRIM_HORIZON"}
            if after is None
            else {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
        )
        with _source_errors():
            response = self._client.get_shard_iterator(
                StreamArn=self._stream_arn, ShardId=shard_id, **position
            )
        return str(response["ShardIterator"])

    def get_records(self, shard_iterator: str) -> Page:
        """Read up to 1,000 records."""
        with _source_errors():
            response = self._client.get_records(ShardIterator=shard_iterator, Limit=self.RECORDS_PER_PAGE)
        records = response["Records"]
        return Page(
            records,
            response.get("NextShardIterator"),
            len(records) >= self.RECORDS_PER_PAGE,
        )

    def position(self, record: Mapping[str, Any]) -> tuple[str, float]:
        """Return a record's sequence number and the epoch second of its creation."""
        return dynamodb_position(record)

    def event(self, record: Mapping[str, Any]) -> Event:
        """Turn a record into an event."""
        return dynamodb_event(record, self._stream_arn)


@contextmanager
def _source_errors() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise _ERRORS.get(code, SourceError)(str(error)) from error
    except BotoCoreError as error:
        raise SourceError(str(error)) from error
