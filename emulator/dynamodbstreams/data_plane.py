"""Reading the streams of DynamoDB tables: the four operations of the DynamoDB Streams API."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from emulator.dynamodbstreams.change_stream import ChangeStream, StreamShard
from emulator.errors import ServiceError
from emulator.shard_iterator import InvalidShardIteratorError, ShardIterator

MAXIMUM_PAGE_RECORDS = 1000
MAXIMUM_PAGE_BYTES = 1024 * 1024
MAXIMUM_LISTED = 100
ITERATOR_LIFETIME_SECONDS = 15 * 60
_STREAM_ARN = re.compile(
    r"arn:[a-z-]+:dynamodb:[a-z0-9-]+:\d{12}:table/[a-zA-Z0-9_.-]+/stream/[\d:.T-]+", re.ASCII
)


@dataclass
class StreamRegistry:
    """The streams of one account and region by ARN, oldest first."""

    streams: dict[str, ChangeStream] = field(default_factory=dict)

    def add(self, stream: ChangeStream) -> None:
        """Make a stream known."""
        self.streams[stream.arn] = stream

    def find(self, arn: str) -> ChangeStream:
        """Return a stream.

        Raises:
            ServiceError: there is none with this ARN.
        """
        stream = self.streams.get(arn)
        if stream is None:
            raise ServiceError(
                "ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found"
            )
        return stream

    def prune(self, now: float) -> None:
        """Forget the streams of which nothing can be read any more."""
        for arn in [arn for arn, stream in self.streams.items() if stream.expired(now)]:
            del self.streams[arn]


class DataPlane:
    """Lists, describes and reads streams, in boto3's shapes.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
    """

    def __init__(self, registry: StreamRegistry, clock: Callable[[], float] = time.time) -> None:
        self._registry = registry
        self._clock = clock

    def list_streams(
        self, table_name: str | None = None, start_arn: str | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """Return a page of streams, all of them or those of one table."""
        _check_limit(limit, MAXIMUM_LISTED)
        if start_arn is not None:
            _check_arn(start_arn)
        self._registry.prune(self._clock())
        streams = [
            stream
            for stream in list(self._registry.streams.values())
            if table_name is None or stream.table_name == table_name
        ]
        page, last = _page(streams, start_arn, limit, lambda stream: stream.arn)
        output: dict[str, Any] = {
            "Streams": [
                {"StreamArn": stream.arn, "TableName": stream.table_name, "StreamLabel": stream.label}
                for stream in page
            ]
        }
        if last is not None:
            output["LastEvaluatedStreamArn"] = last
        return output

    def describe_stream(
        self,
        arn: str,
        start_shard_id: str | None = None,
        limit: int | None = None,
        shard_filter: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return a stream and a page of its shards, all of them or the children of one.

        Raises:
            ServiceError: there is no such stream, or the limit or the filter is not as the API has it.
        """
        _check_limit(limit, MAXIMUM_LISTED)
        parent = _parent_of(shard_filter) if shard_filter else None
        _check_arn(arn)
        stream = self._registry.find(arn)
        page, last = _page(stream.listed_shards(parent), start_shard_id, limit, lambda shard: shard.shard_id)
        description: dict[str, Any] = {
            "StreamArn": stream.arn,
            "StreamLabel": stream.label,
            "StreamStatus": stream.status,
            "StreamViewType": stream.view_type,
            "CreationRequestDateTime": datetime.fromtimestamp(stream.created_at, UTC),
            "TableName": stream.table_name,
            "KeySchema": stream.key_schema,
            "Shards": [shard.describe() for shard in page],
        }
        if last is not None:
            description["LastEvaluatedShardId"] = last
        return {"StreamDescription": description}

    def get_shard_iterator(
        self, arn: str, shard_id: str, iterator_type: str, sequence_number: str | None = None
    ) -> dict[str, Any]:
        """Return an iterator.

        Raises:
            ServiceError: the stream or shard is unknown; the sequence number is missing, malformed, trimmed, or given
                for a type that has none.
        """
        _check_arn(arn)
        shard = _find_shard(self._registry.find(arn), shard_id)
        now = self._clock()
        shard.log.trim(now)
        position = _starting_position(shard, iterator_type, sequence_number)
        token = ShardIterator(arn, shard_id, position, now).encode()
        return {"ShardIterator": f"{arn}|1|{token}"}

    def get_records(self, iterator_text: str, limit: int | None = None) -> dict[str, Any]:
        """Return the change records after an iterator, up to 1,000 and 1 MiB.

        Raises:
            ServiceError: the iterator is malformed, expired or points at trimmed records, or the limit is too high.
        """
        _check_limit(limit, MAXIMUM_PAGE_RECORDS)
        now = self._clock()
        iterator = _decode(iterator_text)
        if iterator.expired(now, ITERATOR_LIFETIME_SECONDS):
            raise ServiceError("ExpiredIteratorException", "Iterator expired")
        shard = _find_shard(self._registry.find(iterator.stream), iterator.shard_id)
        shard.log.trim(now)
        if iterator.position < shard.log.first_position - 1:
            raise _trimmed()
        is_open = shard.is_open  # read before the log: a shard gets no record after it was closed
        records, position = shard.read(iterator.position, limit or MAXIMUM_PAGE_RECORDS, MAXIMUM_PAGE_BYTES)
        output: dict[str, Any] = {"Records": records}
        if is_open or position < shard.log.last_position:
            token = ShardIterator(iterator.stream, shard.shard_id, position, now).encode()
            output["NextShardIterator"] = f"{iterator.stream}|1|{token}"
        return output


def _starting_position(shard: StreamShard, iterator_type: str, sequence_number: str | None) -> int:
    if sequence_number is not None and iterator_type in ("TRIM_HORIZON", "LATEST"):
        raise ServiceError(
            "ValidationException",
            f"SequenceNumber must not be provided for the shard iterator type {iterator_type}",
        )
    match iterator_type:
        case "TRIM_HORIZON":
            return shard.log.first_position - 1
        case "LATEST":
            return shard.log.last_position
        case "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER":
            if sequence_number is None:
                raise ServiceError(
                    "ValidationException",
                    f"SequenceNumber must be provided for the shard iterator type {iterator_type}",
                )
            try:
                position = shard.position(sequence_number)
            except ValueError:
                raise ServiceError(
                    "ValidationException", f"Invalid SequenceNumber: {sequence_number}"
                ) from None
            if position < shard.log.first_position:
                raise _trimmed()
            if iterator_type == "AT_SEQUENCE_NUMBER":
                position -= 1
            # A number that no record has yet stands for the end of the shard: nothing is skipped.
            return min(position, shard.log.last_position)
    raise ServiceError("ValidationException", f"Invalid ShardIteratorType: {iterator_type}")


def _parent_of(shard_filter: Mapping[str, str]) -> str:
    filter_type = shard_filter.get("Type")
    if filter_type != "CHILD_SHARDS":
        raise ServiceError(
            "ValidationException",
            f"1 validation error detected: Value '{filter_type}' at 'shardFilter.type' failed to satisfy constraint: "
            "Member must satisfy enum value set: [CHILD_SHARDS]",
        )
    if "ShardId" not in shard_filter:
        raise ServiceError(
            "ValidationException", "ShardId must be provided for the shard filter type CHILD_SHARDS"
        )
    return shard_filter["ShardId"]


def _check_arn(arn: str) -> None:
    if not _STREAM_ARN.fullmatch(arn):
        raise ServiceError("ValidationException", f"Invalid StreamArn: {arn}")


def _check_limit(limit: int | None, maximum: int) -> None:
    if limit is not None and not 1 <= limit <= maximum:
        relation = "greater than or equal to 1" if limit < 1 else f"less than or equal to {maximum}"
        raise ServiceError(
            "ValidationException",
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
            f"Member must have value {relation}",
        )


def _trimmed() -> ServiceError:
    return ServiceError(
        "TrimmedDataAccessException",
        "The operation attempted to read past the oldest stream record in a shard",
    )


def _find_shard(stream: ChangeStream, shard_id: str) -> StreamShard:
    for shard in stream.shards:
        if shard.shard_id == shard_id:
            return shard
    raise ServiceError(
        "ResourceNotFoundException",
        f"Requested resource not found: Shard: {shard_id} in Stream: {stream.arn} not found",
    )


def _decode(text: str) -> ShardIterator:
    try:
        return ShardIterator.decode(text.rpartition("|")[2])
    except InvalidShardIteratorError:
        raise ServiceError("ValidationException", "Invalid ShardIterator") from None


def _page(
    items: Iterable[Any], start: str | None, limit: int | None, identity: Callable[[Any], str]
) -> tuple[list[Any], str | None]:
    """Return the items that follow the one named `start`, at most `limit`, and the last one's name if more follow.

    What has left since it was named counts by its name: names begin with the moment of creation.
    """
    remaining = list(items)
    if start is not None:
        names = [identity(item) for item in remaining]
        if start in names:
            remaining = remaining[names.index(start) + 1 :]
        else:
            remaining = [item for item, name in zip(remaining, names, strict=True) if name > start]
    size = limit or MAXIMUM_LISTED
    page = remaining[:size]
    return page, identity(page[-1]) if len(remaining) > size else None
