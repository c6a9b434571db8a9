"""A DynamoDB Streams client with boto3's methods and shapes that calls the data plane without serialising."""

from typing import Any

from emulator.dynamodbstreams.data_plane import DataPlane
from emulator.errors import ServiceError


class DynamoDBStreamsClient:
    """Reads streams inside the emulator; records are shared and must not be changed."""

    def __init__(self, data_plane: DataPlane) -> None:
        self._data_plane = data_plane

    def list_streams(
        self,
        *,
        TableName: str | None = None,
        ExclusiveStartStreamArn: str | None = None,
        Limit: int | None = None,
    ) -> dict[str, Any]:
        """Return a page of streams."""
        return self._data_plane.list_streams(TableName, ExclusiveStartStreamArn, Limit)

    def describe_stream(
        self,
        *,
        StreamArn: str,
        ExclusiveStartShardId: str | None = None,
        Limit: int | None = None,
        ShardFilter: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return a stream and its shards."""
        try:
            return self._data_plane.describe_stream(StreamArn, ExclusiveStartShardId, Limit, ShardFilter)
        except ServiceError as error:
            raise error.as_client_error("DescribeStream") from error

    def get_shard_iterator(
        self, *, StreamArn: str, ShardId: str, ShardIteratorType: str, SequenceNumber: str | None = None
    ) -> dict[str, Any]:
        """Return a shard iterator."""
        try:
            return self._data_plane.get_shard_iterator(StreamArn, ShardId, ShardIteratorType, SequenceNumber)
        except ServiceError as error:
            raise error.as_client_error("GetShardIterator") from error

    def get_records(self, *, ShardIterator: str, Limit: int | None = None) -> dict[str, Any]:
        """Return the change records after an iterator."""
        try:
            return self._data_plane.get_records(ShardIterator, Limit)
        except ServiceError as error:
            raise error.as_client_error("GetRecords") from error
