"""A Kinesis client with boto3's methods and shapes that calls the data plane without serialising."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from emulator.errors import ServiceError
from emulator.kinesis.data_plane import DataPlane, Page, PutResult, Stream, stream_name_of
from emulator.kinesis.missing import stream_of_shard
from emulator.kinesis.new_record import NewRecord

FindStream = Callable[[str | None, str | None], Stream]


def put_records_response(results: Sequence[PutResult]) -> dict[str, Any]:
    """Return the PutRecords response that says what became of each record."""
    entries: list[dict[str, Any]] = []
    failed = 0
    for result in results:
        if isinstance(result, ServiceError):
            failed += 1
            entries.append({"ErrorCode": result.code, "ErrorMessage": result.message})
        else:
            number, shard_id = result
            entries.append({"SequenceNumber": number, "ShardId": shard_id})
    return {"FailedRecordCount": failed, "Records": entries}


def get_records_response(page: Page) -> dict[str, Any]:
    """Return the GetRecords response of a page; at a closed shard's end it has no iterator, and the children."""
    response: dict[str, Any] = {"Records": page.records, "MillisBehindLatest": page.millis_behind_latest}
    if page.next_iterator is not None:
        response["NextShardIterator"] = page.next_iterator
    if page.child_shards:
        response["ChildShards"] = page.child_shards
    return response


class KinesisClient:
    """Serves the record operations directly; every other method is the boto3 client's own."""

    def __init__(self, data_plane: DataPlane, find_stream: FindStream, boto_client: Any) -> None:
        """Take `find_stream(name, arn)`, which raises ServiceError for an unknown stream."""
        self._data_plane = data_plane
        self._find_stream = find_stream
        self._boto_client = boto_client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._boto_client, name)

    def put_record(
        self,
        *,
        Data: bytes,
        PartitionKey: str,
        StreamName: str | None = None,
        StreamARN: str | None = None,
        ExplicitHashKey: str | None = None,
    ) -> dict[str, Any]:
        """Write one record."""
        try:
            stream = self._find_stream(StreamName, StreamARN)
            number, shard_id = self._data_plane.put(stream, NewRecord(PartitionKey, Data, ExplicitHashKey))
        except ServiceError as error:
            raise error.as_client_error("PutRecord") from error
        return {"ShardId": shard_id, "SequenceNumber": number}

    def put_records(
        self,
        *,
        Records: Sequence[dict[str, Any]],
        StreamName: str | None = None,
        StreamARN: str | None = None,
    ) -> dict[str, Any]:
        """Write up to 500 records."""
        new_records = [
            NewRecord(entry["PartitionKey"], entry["Data"], entry.get("ExplicitHashKey")) for entry in Records
        ]
        try:
            results = self._data_plane.put_all(self._find_stream(StreamName, StreamARN), new_records)
        except ServiceError as error:
            raise error.as_client_error("PutRecords") from error
        return put_records_response(results)

    def get_shard_iterator(
        self,
        *,
        ShardId: str,
        ShardIteratorType: str,
        StreamName: str | None = None,
        StreamARN: str | None = None,
        StartingSequenceNumber: str | None = None,
        Timestamp: datetime | None = None,
    ) -> dict[str, Any]:
        """Return a shard iterator."""
        try:
            stream = stream_of_shard(lambda: self._find_stream(StreamName, StreamARN), ShardId)
            iterator = self._data_plane.iterator(
                stream, ShardId, ShardIteratorType, StartingSequenceNumber, Timestamp
            )
        except ServiceError as error:
            raise error.as_client_error("GetShardIterator") from error
        return {"ShardIterator": iterator}

    def get_records(
        self, *, ShardIterator: str, Limit: int | None = None, StreamARN: str | None = None
    ) -> dict[str, Any]:
        """Return the records after an iterator."""
        try:
            iterator = self._data_plane.decode_iterator(ShardIterator)
            stream = stream_of_shard(
                lambda: self._find_stream(stream_name_of(iterator), StreamARN), iterator.shard_id
            )
            page = self._data_plane.get(stream, iterator, Limit)
        except ServiceError as error:
            raise error.as_client_error("GetRecords") from error
        return get_records_response(page)
