"""What a pipe reads: a stream that consists of shards, and the DynamoDB stream as one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.choice import STREAM_RETENTION_SECONDS
from emulator.pipes.errors import (
    ExpiredIteratorError,
    SourceError,
    StreamNotFoundError,
    TrimmedDataError,
)
from emulator.pipes.event import Event, dynamodb_event, dynamodb_position

_ERRORS: dict[str, type[SourceError]] = {
    "ExpiredIteratorException": ExpiredIteratorError,
    "TrimmedDataAccessException": TrimmedDataError,
    "ResourceNotFoundException": StreamNotFoundError,
}


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard of the source stream."""

    shard_id: str
    parent_shard_ids: tuple[str, ...]
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

    def identity(self) -> str:
        """Return what tells the stream from another one of the same ARN."""

    def retention_seconds(self) -> float:
        """Return how long the stream keeps a record."""

    def shards(self) -> list[Shard]:
        """Return every shard the stream lists."""

    def shard_iterator(self, shard_id: str, after: str | None) -> str:
        """Return an iterator that follows a sequence number, or the trim horizon's."""

    def get_records(self, shard_iterator: str) -> Page:
        """Read one page."""

    def position(self, record: Mapping[str, Any]) -> tuple[str, float]:
        """Return a record's sequence number and the epoch second of its creation."""

    def event(self, shard_id: str, record: Mapping[str, Any]) -> Event:
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
        with source_errors():
            description = self._client.describe_stream(StreamArn=self._stream_arn)["StreamDescription"]
        return bool(description.get("StreamStatus", "ENABLED") in ("ENABLED", "ENABLING"))

    def identity(self) -> str:
        """Return the ARN: every stream of a table has its own."""
        return self._stream_arn

    def retention_seconds(self) -> float:
        """Return how long the stream keeps a record."""
        return STREAM_RETENTION_SECONDS

    def shards(self) -> list[Shard]:
        """Return every shard the stream lists."""
        shards: list[Shard] = []
        arguments: dict[str, str] = {"StreamArn": self._stream_arn}
        while True:
            with source_errors():
                description = self._client.describe_stream(**arguments)["StreamDescription"]
            shards += [
                Shard(
                    shard["ShardId"],
                    (shard["ParentShardId"],) if shard.get("ParentShardId") else (),
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
        with source_errors():
            response = self._client.get_shard_iterator(
                StreamArn=self._stream_arn, ShardId=shard_id, **position
            )
        return str(response["ShardIterator"])

    def get_records(self, shard_iterator: str) -> Page:
        """Read up to 1,000 records."""
        with source_errors():
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

    def event(self, shard_id: str, record: Mapping[str, Any]) -> Event:
        """Turn a record into an event."""
        return dynamodb_event(record, self._stream_arn)


@contextmanager
def source_errors(errors: dict[str, type[SourceError]] = _ERRORS) -> Iterator[None]:
    """Raise a client's errors as SourceError; `errors` adds to the codes that have a class of their own."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise (_ERRORS | errors).get(code, SourceError)(str(error)) from error
    except BotoCoreError as error:
        raise SourceError(str(error)) from error
