"""The DynamoDB Streams API, on the change streams that the DynamoDB provider records."""

from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.core import handler
from localstack.aws.api.dynamodbstreams import (
    DescribeStreamInput,
    DescribeStreamOutput,
    DynamodbstreamsApi,
    GetRecordsInput,
    GetRecordsOutput,
    GetShardIteratorInput,
    GetShardIteratorOutput,
    ListStreamsInput,
    ListStreamsOutput,
)
from localstack.aws.skeleton import create_dispatch_table
from localstack.services.plugins import ServiceLifecycleHook
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

from emulator import constraint
from emulator.dispatch import Handler, guarded
from emulator.dynamodbstreams.client import DynamoDBStreamsClient
from emulator.dynamodbstreams.data_plane import DataPlane, StreamRegistry


class DynamoDBStreamsStore(BaseStore):
    """The streams of an account and region."""

    registry: StreamRegistry = LocalAttribute(default=StreamRegistry)


dynamodbstreams_stores = AccountRegionBundle("dynamodbstreams", DynamoDBStreamsStore)


def stream_registry(account_id: str, region: str) -> StreamRegistry:
    """Return where the streams of an account and region are kept."""
    registry: StreamRegistry = dynamodbstreams_stores[account_id][region].registry
    return registry


def dynamodbstreams_client(account_id: str, region: str) -> DynamoDBStreamsClient:
    """Return a client for use inside the emulator: boto3's shapes without the cost of the gateway."""
    return DynamoDBStreamsClient(DataPlane(stream_registry(account_id, region)))


def dispatch_table(provider: "DynamoDBStreamsProvider") -> dict[str, Handler]:
    """Return the operations of the API; none needs a lock."""
    table = create_dispatch_table(provider)
    return guarded(table, exception=CommonServiceException)


class DynamoDBStreamsProvider(DynamodbstreamsApi, ServiceLifecycleHook):
    """Answers from the data plane."""

    @handler("ListStreams", expand=False)
    def list_streams(self, context: RequestContext, request: ListStreamsInput) -> ListStreamsOutput:
        return ListStreamsOutput(
            **_data_plane(context, request).list_streams(
                request.get("TableName"), request.get("ExclusiveStartStreamArn"), request.get("Limit")
            )
        )

    @handler("DescribeStream", expand=False)
    def describe_stream(self, context: RequestContext, request: DescribeStreamInput) -> DescribeStreamOutput:
        return DescribeStreamOutput(
            **_data_plane(context, request).describe_stream(
                request["StreamArn"],
                request.get("ExclusiveStartShardId"),
                request.get("Limit"),
                request.get("ShardFilter"),
            )
        )

    @handler("GetShardIterator", expand=False)
    def get_shard_iterator(
        self, context: RequestContext, request: GetShardIteratorInput
    ) -> GetShardIteratorOutput:
        return GetShardIteratorOutput(
            **_data_plane(context, request).get_shard_iterator(
                request["StreamArn"],
                request["ShardId"],
                request["ShardIteratorType"],
                request.get("SequenceNumber"),
            )
        )

    @handler("GetRecords", expand=False)
    def get_records(self, context: RequestContext, request: GetRecordsInput) -> GetRecordsOutput:
        return GetRecordsOutput(
            **_data_plane(context, request).get_records(request["ShardIterator"], request.get("Limit"))
        )


def _data_plane(context: RequestContext, request: Any) -> DataPlane:
    """Return what answers a request, once it is as the API has it."""
    constraint.check(context.operation.input_shape, request)
    registry: Any = stream_registry(context.account_id, context.region)
    return DataPlane(registry)
