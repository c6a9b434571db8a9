"""The Kinesis API: moto's control plane, this project's data plane."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.core import handler
from localstack.aws.api.kinesis import (
    CreateStreamInput,
    GetRecordsInput,
    GetRecordsOutput,
    GetShardIteratorInput,
    GetShardIteratorOutput,
    KinesisApi,
    ListShardsInput,
    ListShardsOutput,
    PutRecordInput,
    PutRecordOutput,
    PutRecordsInput,
    PutRecordsOutput,
)
from localstack.aws.connect import connect_to
from localstack.services.moto import MotoFallbackDispatcher, call_moto
from localstack.services.plugins import ServiceLifecycleHook
from localstack.utils.patch import patch
from moto.kinesis import models as moto_models

from emulator.dispatch import Handler, guarded
from emulator.errors import ServiceError
from emulator.kinesis.client import KinesisClient
from emulator.kinesis.data_plane import DataPlane, NewRecord, Stream
from emulator.kinesis.listing import decode_token, list_shards
from emulator.kinesis.shard import Shard

# One lock for every account and region: moto's state is not safe for threads.
_LOCK = threading.RLock()
_DATA_PLANE = DataPlane(_LOCK)
# These take the lock themselves, where they need it.
_DATA_OPERATIONS = frozenset({"PutRecord", "PutRecords", "GetRecords", "GetShardIterator"})


def dispatch_table(provider: "KinesisProvider") -> dict[str, Handler]:
    """Return the operations of the API, control operations one at a time."""
    return guarded(MotoFallbackDispatcher(provider), CommonServiceException, _LOCK, free=_DATA_OPERATIONS)


def find_stream(account_id: str, region: str, name: str | None, arn: str | None) -> Stream:
    """Return a data stream by its ARN or name.

    Raises:
        ServiceError: there is no such stream, or neither was given.
    """
    if arn:
        parts = arn.split(":", 5)
        if len(parts) < 6 or not parts[5].startswith("stream/"):
            raise ServiceError(
                "InvalidArgumentException", f"StreamARN {arn} is not the ARN of a data stream."
            )
        region, account_id, name = parts[3], parts[4], parts[5].removeprefix("stream/")
    if not name:
        raise ServiceError("InvalidArgumentException", "Either StreamName or StreamARN should be provided.")
    stream: Stream | None = moto_models.kinesis_backends[account_id][region].streams.get(name)
    if stream is None:
        raise ServiceError(
            "ResourceNotFoundException", f"Stream {name} under account {account_id} not found."
        )
    return stream


def kinesis_client(account_id: str, region: str) -> KinesisClient:
    """Return a client for use inside the emulator: boto3's shapes without the cost of the gateway."""
    boto_client = connect_to(aws_access_key_id=account_id, region_name=region).kinesis
    return KinesisClient(
        _DATA_PLANE, lambda name, arn: find_stream(account_id, region, name, arn), boto_client
    )


def _replace_data_plane() -> None:
    """Make moto's data streams consist of this project's shards."""
    moto_models.Shard = Shard

    @patch(moto_models.Stream.__init__)
    def create(original: Callable[..., None], stream: Any, *args: Any, **kwargs: Any) -> None:
        original(stream, *args, **kwargs)
        # Kinesis says epoch seconds; moto keeps a local time as text.
        stream.creation_datetime = time.time()


def _stream(context: RequestContext, request: Mapping[str, Any]) -> Stream:
    return find_stream(
        context.account_id, context.region, request.get("StreamName"), request.get("StreamARN")
    )


class KinesisProvider(KinesisApi, ServiceLifecycleHook):
    """Serves records from this project's shards; everything else is moto's."""

    def __init__(self) -> None:
        _replace_data_plane()

    @handler("CreateStream", expand=False)
    def create_stream(self, context: RequestContext, request: CreateStreamInput) -> None:
        call_moto(context)
        if tags := request.get("Tags"):
            moto_models.kinesis_backends[context.account_id][context.region].add_tags_to_stream(
                stream_arn=None, stream_name=request["StreamName"], tags=tags
            )

    @handler("PutRecord", expand=False)
    def put_record(self, context: RequestContext, request: PutRecordInput) -> PutRecordOutput:
        record = NewRecord(request["PartitionKey"], request["Data"], request.get("ExplicitHashKey"))
        number, shard_id = _DATA_PLANE.put(_stream(context, request), record)
        return PutRecordOutput(SequenceNumber=number, ShardId=shard_id)

    @handler("PutRecords", expand=False)
    def put_records(self, context: RequestContext, request: PutRecordsInput) -> PutRecordsOutput:
        records = [
            NewRecord(entry["PartitionKey"], entry["Data"], entry.get("ExplicitHashKey"))
            for entry in request["Records"]
        ]
        results = _DATA_PLANE.put_all(_stream(context, request), records)
        return PutRecordsOutput(
            FailedRecordCount=0,
            Records=[{"SequenceNumber": number, "ShardId": shard_id} for number, shard_id in results],
        )

    @handler("GetShardIterator", expand=False)
    def get_shard_iterator(
        self, context: RequestContext, request: GetShardIteratorInput
    ) -> GetShardIteratorOutput:
        iterator = _DATA_PLANE.iterator(
            _stream(context, request),
            request["ShardId"],
            request["ShardIteratorType"],
            request.get("StartingSequenceNumber"),
            request.get("Timestamp"),
        )
        return GetShardIteratorOutput(ShardIterator=iterator)

    @handler("GetRecords", expand=False)
    def get_records(self, context: RequestContext, request: GetRecordsInput) -> GetRecordsOutput:
        iterator = _DATA_PLANE.decode_iterator(request["ShardIterator"])
        stream = find_stream(context.account_id, context.region, iterator.stream, request.get("StreamARN"))
        page = _DATA_PLANE.get(stream, iterator, request.get("Limit"))
        output = GetRecordsOutput(Records=page.records, MillisBehindLatest=page.millis_behind_latest)
        if page.next_iterator is not None:
            output["NextShardIterator"] = page.next_iterator
        if page.child_shards:
            output["ChildShards"] = page.child_shards
        return output

    @handler("ListShards", expand=False)
    def list_shards(self, context: RequestContext, request: ListShardsInput) -> ListShardsOutput:
        start = request.get("ExclusiveStartShardId")
        shard_filter = request.get("ShardFilter")
        if token := request.get("NextToken"):
            name, start, shard_filter = decode_token(token)
            stream = find_stream(context.account_id, context.region, name, None)
        else:
            stream = _stream(context, request)
        shards, next_token = list_shards(stream, start, shard_filter, request.get("MaxResults"))
        output = ListShardsOutput(Shards=shards)
        if next_token is not None:
            output["NextToken"] = next_token
        return output
