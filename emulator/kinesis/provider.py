"""The Kinesis API: moto's control plane, this project's data plane."""

import copy
import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, ServiceRequest
from localstack.aws.api.core import handler
from localstack.aws.api.kinesis import (
    AddTagsToStreamInput,
    CreateStreamInput,
    DecreaseStreamRetentionPeriodInput,
    DeleteResourcePolicyInput,
    DeleteStreamInput,
    DeregisterStreamConsumerInput,
    DescribeLimitsInput,
    DescribeLimitsOutput,
    DescribeStreamConsumerInput,
    DescribeStreamConsumerOutput,
    DescribeStreamInput,
    DescribeStreamOutput,
    DescribeStreamSummaryInput,
    DescribeStreamSummaryOutput,
    DisableEnhancedMonitoringInput,
    EnableEnhancedMonitoringInput,
    EnhancedMonitoringOutput,
    GetRecordsInput,
    GetRecordsOutput,
    GetResourcePolicyInput,
    GetResourcePolicyOutput,
    GetShardIteratorInput,
    GetShardIteratorOutput,
    IncreaseStreamRetentionPeriodInput,
    KinesisApi,
    ListShardsInput,
    ListShardsOutput,
    ListStreamConsumersInput,
    ListStreamConsumersOutput,
    ListStreamsInput,
    ListStreamsOutput,
    ListTagsForResourceInput,
    ListTagsForResourceOutput,
    ListTagsForStreamInput,
    ListTagsForStreamOutput,
    MergeShardsInput,
    PutRecordInput,
    PutRecordOutput,
    PutRecordsInput,
    PutRecordsOutput,
    PutResourcePolicyInput,
    RegisterStreamConsumerInput,
    RegisterStreamConsumerOutput,
    RemoveTagsFromStreamInput,
    SplitShardInput,
    StartStreamEncryptionInput,
    StopStreamEncryptionInput,
    SubscribeToShardInput,
    SubscribeToShardOutput,
    TagResourceInput,
    UntagResourceInput,
    UpdateShardCountInput,
    UpdateShardCountOutput,
    UpdateStreamModeInput,
)
from localstack.aws.connect import connect_to
from localstack.aws.forwarder import ForwardingFallbackDispatcher, create_aws_request_context
from localstack.http import Response
from localstack.services.moto import call_moto
from localstack.services.plugins import ServiceLifecycleHook
from localstack.utils.patch import patch
from moto.kinesis import models as moto_models

from emulator.dispatch import Handler, guarded
from emulator.errors import ServiceError
from emulator.kinesis import constraint, monitoring, retention
from emulator.kinesis.client import KinesisClient, put_records_response
from emulator.kinesis.consumer import Consumer, consumed_stream_arn, find_consumer, list_consumers, register
from emulator.kinesis.data_plane import (
    DataPlane,
    NewRecord,
    Stream,
    find_shard,
    stream_name_of,
)
from emulator.kinesis.listing import check_token_alone, decode_token, list_shards, list_streams
from emulator.kinesis.missing import StreamNotFoundError, stream_of_shard, stream_of_shards
from emulator.kinesis.protection import check_encryption_type, check_policy, encryption
from emulator.kinesis.quota import ON_DEMAND_STREAM_LIMIT, Quotas, is_on_demand
from emulator.kinesis.record_size import DEFAULT_RECORD_KIB, refuse_warm_throughput
from emulator.kinesis.resharding import merge_shards, split_shard, update_shard_count
from emulator.kinesis.shard import Shard
from emulator.kinesis.subscription import Subscriptions
from emulator.kinesis.tags import add_tags, check_tags, remove_tags, tag_list
from emulator.kinesis.timestamp import exact_timestamp

# One lock for every account and region: moto's state is not safe for threads.
_LOCK = threading.RLock()
_DATA_PLANE = DataPlane(_LOCK, limited=os.environ.get("KINESIS_SHARD_LIMITS") == "on")
_SUBSCRIPTIONS = Subscriptions(_DATA_PLANE)
DESCRIBED_SHARDS = 100
# These take the lock themselves, where they need it.
_DATA_OPERATIONS = frozenset({"PutRecord", "PutRecords", "GetRecords", "GetShardIterator"})


def dispatch_table(provider: "KinesisProvider") -> dict[str, Handler]:
    """Return the operations of the API, control operations one at a time."""
    table = {
        operation: _checked(handle)
        for operation, handle in ForwardingFallbackDispatcher(provider, _call_moto).items()
    }
    return guarded(table, CommonServiceException, _LOCK, free=_DATA_OPERATIONS)


def _checked(handle: Handler) -> Handler:
    """Return a handler that sees only requests that keep to the API's model."""

    def call(context: RequestContext, request: Mapping[str, Any]) -> Any:
        constraint.check(context.operation.input_shape, request)
        output = handle(context, request)
        return _empty_answer(context) if context.operation.output_shape is None else output

    return call


def _empty_answer(context: RequestContext) -> Response:
    """Return the answer of an operation that has nothing to say: no body, where LocalStack would write `{}`."""
    content_type = context.request.headers.get("Content-Type", "application/x-amz-json-1.1")
    return Response(
        status=200, headers={"Content-Type": content_type, "x-amzn-requestid": context.request_id}
    )


def _call_moto(context: RequestContext, request: Mapping[str, Any]) -> Any:
    """Have moto serve a request. It reads JSON only, so one in CBOR, as the Java SDK sends it, is written anew."""
    if "cbor" not in context.request.headers.get("Content-Type", ""):
        return call_moto(context)
    rewritten = create_aws_request_context(
        service_name=context.service.service_name,
        action=context.operation.name,
        parameters=request,
        region=context.region,
        protocol="json",
    )
    headers = copy.deepcopy(context.request.headers)
    headers.update(rewritten.request.headers)
    rewritten.request.headers = headers
    return call_moto(rewritten)


def find_stream(account_id: str, region: str, name: str | None, arn: str | None) -> Stream:
    """Return a data stream by its ARN or name.

    Raises:
        ServiceError: there is no such stream, neither was given, or they are not of the same stream.
    """
    if arn:
        parts = arn.split(":", 5)
        if len(parts) < 6 or not parts[5].startswith("stream/"):
            raise ServiceError(
                "InvalidArgumentException", f"StreamARN {arn} is not the ARN of a data stream."
            )
        region, account_id, named = parts[3], parts[4], parts[5].removeprefix("stream/")
        if name not in (None, named):
            raise ServiceError(
                "InvalidArgumentException",
                f"StreamName {name} and StreamARN {arn} are different streams: give one of the two.",
            )
        name = named
    if not name:
        raise ServiceError("InvalidArgumentException", "Either StreamName or StreamARN should be provided.")
    stream: Stream | None = moto_models.kinesis_backends[account_id][region].streams.get(name)
    if stream is None:
        raise StreamNotFoundError(name, account_id)
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
        stream.max_record_size_in_kib = DEFAULT_RECORD_KIB


def _stream(context: RequestContext, request: Mapping[str, Any]) -> Stream:
    return _find_stream(context, request.get("StreamName"), request.get("StreamARN"))


def _find_stream(context: RequestContext, name: str | None, arn: str | None) -> Stream:
    """Return a stream of the region that was called; an endpoint knows no other one's streams."""
    if arn:
        _, _, _, region, account_id, resource = arn.split(":", 5)
        if region != context.region:
            raise StreamNotFoundError(resource.removeprefix("stream/").partition("/")[0], account_id)
    return find_stream(context.account_id, context.region, name, arn)


def _named(stream: Any) -> str:
    """Return how a message names a stream."""
    return f"stream {stream.stream_name} under account {stream.account_id}"


def _tagged(context: RequestContext, resource_arn: str) -> tuple[str, dict[str, str]]:
    """Return how a message names a stream or consumer, and its tags."""
    stream_arn, is_consumer, _ = resource_arn.partition("/consumer/")
    stream: Any = _find_stream(context, None, stream_arn)
    if not is_consumer:
        return _named(stream), stream.tags
    consumer = find_consumer(stream, None, resource_arn)
    return f"consumer {consumer.consumer_name} of {_named(stream)}", consumer.tags


def _consumer(context: RequestContext, request: Mapping[str, Any]) -> tuple[Any, Consumer]:
    """Return a consumer and its stream, from the names or ARNs of a request."""
    consumer_name, consumer_arn = request.get("ConsumerName"), request.get("ConsumerARN")
    stream_arn = consumed_stream_arn(request.get("StreamARN"), consumer_name, consumer_arn)
    stream: Any = _find_stream(context, None, stream_arn)
    return stream, find_consumer(stream, consumer_name, consumer_arn)


def _timestamp(context: RequestContext, parsed: Any, *path: str) -> Any:
    headers, body = context.request.headers, context.request.get_data()
    return exact_timestamp(parsed, headers.get("Content-Type", ""), body, *path)


def _policies(context: RequestContext, request: Mapping[str, Any]) -> dict[str, str]:
    """Return the resource policies among which that of a stream or consumer is, which must be there."""
    arn = request["ResourceARN"]
    _tagged(context, arn)
    account_id = arn.split(":")[4]
    policies: dict[str, str] = moto_models.kinesis_backends[account_id][context.region].resource_policies
    return policies


def _quotas(context: RequestContext) -> Quotas:
    backend = moto_models.kinesis_backends[context.account_id][context.region]
    return Quotas(context.account_id, context.region, backend.streams.values())


def _summary(stream: Any) -> dict[str, Any]:
    """Return a stream as ListStreams prints it."""
    return {
        "StreamName": stream.stream_name,
        "StreamARN": stream.arn,
        "StreamStatus": stream.status,
        "StreamModeDetails": stream.stream_mode,
        # A number would be written as one; CBOR has a type of its own for times.
        "StreamCreationTimestamp": datetime.fromtimestamp(stream.creation_datetime, UTC),
    }


def _set_metrics(
    stream: Any, change: Callable[[list[str], list[str]], list[str]], metrics: list[str]
) -> EnhancedMonitoringOutput:
    current = stream.shard_level_metrics
    stream.shard_level_metrics = change(current, metrics)
    return EnhancedMonitoringOutput(
        StreamName=stream.stream_name,
        StreamARN=stream.arn,
        CurrentShardLevelMetrics=current,
        DesiredShardLevelMetrics=stream.shard_level_metrics,
    )


class KinesisProvider(KinesisApi, ServiceLifecycleHook):
    """Serves records and consumers from this project's shards; everything else is moto's."""

    def __init__(self) -> None:
        _replace_data_plane()

    def on_before_stop(self) -> None:
        _SUBSCRIPTIONS.end()

    def on_before_state_reset(self) -> None:
        _SUBSCRIPTIONS.end()

    @handler("CreateStream", expand=False)
    def create_stream(self, context: RequestContext, request: CreateStreamInput) -> None:
        settings: Mapping[str, Any] = request
        refuse_warm_throughput(settings.get("WarmThroughputMiBps"))
        name = request["StreamName"]
        backend = moto_models.kinesis_backends[context.account_id][context.region]
        if name in backend.streams:
            raise ServiceError(
                "ResourceInUseException", f"Stream {name} under account {context.account_id} already exists."
            )
        tags = request.get("Tags") or {}
        check_tags(f"stream {name} under account {context.account_id}", tags)
        shard_count = request.get("ShardCount") or 0
        mode = request.get("StreamModeDetails") or {
            "StreamMode": "PROVISIONED" if shard_count else "ON_DEMAND"
        }
        if mode["StreamMode"] == "ON_DEMAND":
            _quotas(context).check_on_demand_stream()
        elif not shard_count:
            raise ServiceError(
                "InvalidArgumentException", "ShardCount is required for a stream in the PROVISIONED mode."
            )
        else:
            _quotas(context).check_shards(shard_count)
        stream = backend.create_stream(name, shard_count, stream_mode=dict(mode))
        stream.tags.update(tags)
        stream.max_record_size_in_kib = settings.get("MaxRecordSizeInKiB") or DEFAULT_RECORD_KIB

    @handler("ListStreams", expand=False)
    def list_streams(self, context: RequestContext, request: ListStreamsInput) -> ListStreamsOutput:
        streams = moto_models.kinesis_backends[context.account_id][context.region].streams
        names, token = list_streams(
            streams, request.get("ExclusiveStartStreamName"), request.get("NextToken"), request.get("Limit")
        )
        output = ListStreamsOutput(
            StreamNames=names,
            HasMoreStreams=token is not None,
            StreamSummaries=[_summary(streams[name]) for name in names],
        )
        if token is not None:
            output["NextToken"] = token
        return output

    @handler("DescribeLimits", expand=False)
    def describe_limits(self, context: RequestContext, request: DescribeLimitsInput) -> DescribeLimitsOutput:
        quotas = _quotas(context)
        return DescribeLimitsOutput(
            ShardLimit=quotas.shard_limit,
            OpenShardCount=quotas.open_shards,
            OnDemandStreamCount=quotas.on_demand_streams,
            OnDemandStreamCountLimit=ON_DEMAND_STREAM_LIMIT,
        )

    @handler("EnableEnhancedMonitoring", expand=False)
    def enable_enhanced_monitoring(
        self, context: RequestContext, request: EnableEnhancedMonitoringInput
    ) -> EnhancedMonitoringOutput:
        return _set_metrics(_stream(context, request), monitoring.enabled, request["ShardLevelMetrics"])

    @handler("DisableEnhancedMonitoring", expand=False)
    def disable_enhanced_monitoring(
        self, context: RequestContext, request: DisableEnhancedMonitoringInput
    ) -> EnhancedMonitoringOutput:
        return _set_metrics(_stream(context, request), monitoring.disabled, request["ShardLevelMetrics"])

    @handler("DeleteStream", expand=False)
    def delete_stream(self, context: RequestContext, request: DeleteStreamInput) -> None:
        stream: Any = _stream(context, request)
        if stream.consumers and not request.get("EnforceConsumerDeletion"):
            raise ServiceError(
                "ResourceInUseException",
                f"Stream {stream.stream_name} under account {stream.account_id} has registered consumers: "
                "deregister them or set EnforceConsumerDeletion.",
            )
        _call_moto(context, request)
        policies = moto_models.kinesis_backends[stream.account_id][stream.region].resource_policies
        policies.pop(stream.arn, None)
        for consumer in stream.consumers:
            policies.pop(consumer.consumer_arn, None)
            _SUBSCRIPTIONS.end(consumer.consumer_arn)

    @handler("DescribeStream", expand=False)
    def describe_stream(self, context: RequestContext, request: DescribeStreamInput) -> DescribeStreamOutput:
        stream: Any = _stream(context, request)
        output: Any = _call_moto(context, request)
        shards, more = list_shards(
            stream,
            time.time(),
            request.get("ExclusiveStartShardId"),
            maximum_results=request.get("Limit"),
            most=DESCRIBED_SHARDS,
        )
        output["StreamDescription"] |= {
            "Shards": shards,
            "HasMoreShards": more is not None,
            "StreamModeDetails": stream.stream_mode,
        }
        return DescribeStreamOutput(**output)

    @handler("DescribeStreamSummary", expand=False)
    def describe_stream_summary(
        self, context: RequestContext, request: DescribeStreamSummaryInput
    ) -> DescribeStreamSummaryOutput:
        stream: Any = _stream(context, request)
        output: Any = _call_moto(context, request)
        output["StreamDescriptionSummary"] |= {
            "OpenShardCount": sum(shard.is_open for shard in stream.shards.values()),
            "ConsumerCount": len(stream.consumers),
            "MaxRecordSizeInKiB": stream.max_record_size_in_kib,
        }
        return DescribeStreamSummaryOutput(**output)

    @handler("MergeShards", expand=False)
    def merge_shards(self, context: RequestContext, request: MergeShardsInput) -> None:
        shard_ids = request["ShardToMerge"], request["AdjacentShardToMerge"]
        stream: Any = stream_of_shards(lambda: _stream(context, request), *shard_ids)
        merge_shards(stream, *shard_ids)

    @handler("SplitShard", expand=False)
    def split_shard(self, context: RequestContext, request: SplitShardInput) -> None:
        stream: Any = stream_of_shards(lambda: _stream(context, request), request["ShardToSplit"])
        if not is_on_demand(stream):
            _quotas(context).check_shards(1)
        split_shard(stream, request["ShardToSplit"], request["NewStartingHashKey"])

    @handler("UpdateShardCount", expand=False)
    def update_shard_count(
        self, context: RequestContext, request: UpdateShardCountInput
    ) -> UpdateShardCountOutput:
        stream: Any = _stream(context, request)
        before = update_shard_count(stream, request["TargetShardCount"], _quotas(context))
        return UpdateShardCountOutput(
            StreamName=stream.stream_name,
            StreamARN=stream.arn,
            CurrentShardCount=before,
            TargetShardCount=request["TargetShardCount"],
        )

    @handler("UpdateStreamMode", expand=False)
    def update_stream_mode(self, context: RequestContext, request: UpdateStreamModeInput) -> None:
        settings: Mapping[str, Any] = request
        refuse_warm_throughput(settings.get("WarmThroughputMiBps"))
        stream: Any = _stream(context, request)
        mode = request["StreamModeDetails"]
        if mode["StreamMode"] == "ON_DEMAND" and not is_on_demand(stream):
            _quotas(context).check_on_demand_stream()
        stream.stream_mode = dict(mode)

    # Of a newer model than KinesisApi's.
    @handler("UpdateMaxRecordSize", expand=False)
    def update_max_record_size(self, context: RequestContext, request: ServiceRequest) -> None:
        stream: Any = _stream(context, request)
        stream.max_record_size_in_kib = request["MaxRecordSizeInKiB"]

    @handler("IncreaseStreamRetentionPeriod", expand=False)
    def increase_stream_retention_period(
        self, context: RequestContext, request: IncreaseStreamRetentionPeriodInput
    ) -> None:
        stream: Any = _stream(context, request)
        retention.increase(stream, request["RetentionPeriodHours"])

    @handler("DecreaseStreamRetentionPeriod", expand=False)
    def decrease_stream_retention_period(
        self, context: RequestContext, request: DecreaseStreamRetentionPeriodInput
    ) -> None:
        stream: Any = _stream(context, request)
        retention.decrease(stream, request["RetentionPeriodHours"])

    @handler("AddTagsToStream", expand=False)
    def add_tags_to_stream(self, context: RequestContext, request: AddTagsToStreamInput) -> None:
        stream: Any = _stream(context, request)
        add_tags(_named(stream), stream.tags, request["Tags"])

    @handler("RemoveTagsFromStream", expand=False)
    def remove_tags_from_stream(self, context: RequestContext, request: RemoveTagsFromStreamInput) -> None:
        stream: Any = _stream(context, request)
        remove_tags(_named(stream), stream.tags, request["TagKeys"])

    @handler("ListTagsForStream", expand=False)
    def list_tags_for_stream(
        self, context: RequestContext, request: ListTagsForStreamInput
    ) -> ListTagsForStreamOutput:
        stream: Any = _stream(context, request)
        tags, has_more = tag_list(stream.tags, request.get("ExclusiveStartTagKey"), request.get("Limit"))
        return ListTagsForStreamOutput(Tags=tags, HasMoreTags=has_more)

    @handler("TagResource", expand=False)
    def tag_resource(self, context: RequestContext, request: TagResourceInput) -> None:
        resource, tags = _tagged(context, request["ResourceARN"])
        add_tags(resource, tags, request["Tags"])

    @handler("UntagResource", expand=False)
    def untag_resource(self, context: RequestContext, request: UntagResourceInput) -> None:
        resource, tags = _tagged(context, request["ResourceARN"])
        remove_tags(resource, tags, request["TagKeys"])

    @handler("ListTagsForResource", expand=False)
    def list_tags_for_resource(
        self, context: RequestContext, request: ListTagsForResourceInput
    ) -> ListTagsForResourceOutput:
        _, tags = _tagged(context, request["ResourceARN"])
        return ListTagsForResourceOutput(Tags=tag_list(tags)[0])

    @handler("PutResourcePolicy", expand=False)
    def put_resource_policy(self, context: RequestContext, request: PutResourcePolicyInput) -> None:
        _policies(context, request)[request["ResourceARN"]] = check_policy(request["Policy"])

    @handler("GetResourcePolicy", expand=False)
    def get_resource_policy(
        self, context: RequestContext, request: GetResourcePolicyInput
    ) -> GetResourcePolicyOutput:
        return GetResourcePolicyOutput(Policy=_policies(context, request).get(request["ResourceARN"], "{}"))

    @handler("DeleteResourcePolicy", expand=False)
    def delete_resource_policy(self, context: RequestContext, request: DeleteResourcePolicyInput) -> None:
        arn = request["ResourceARN"]
        if _policies(context, request).pop(arn, None) is None:
            raise ServiceError(
                "ResourceNotFoundException", f"No resource policy found for resource ARN {arn}."
            )

    @handler("StartStreamEncryption", expand=False)
    def start_stream_encryption(self, context: RequestContext, request: StartStreamEncryptionInput) -> None:
        stream: Any = _stream(context, request)
        check_encryption_type(request["EncryptionType"])
        stream.encryption_type, stream.key_id = request["EncryptionType"], request["KeyId"]

    @handler("StopStreamEncryption", expand=False)
    def stop_stream_encryption(self, context: RequestContext, request: StopStreamEncryptionInput) -> None:
        stream: Any = _stream(context, request)
        check_encryption_type(request["EncryptionType"])
        stream.encryption_type, stream.key_id = "NONE", None

    @handler("PutRecord", expand=False)
    def put_record(self, context: RequestContext, request: PutRecordInput) -> PutRecordOutput:
        record = NewRecord(
            request["PartitionKey"],
            request["Data"],
            request.get("ExplicitHashKey"),
            request.get("SequenceNumberForOrdering"),
        )
        stream = _stream(context, request)
        number, shard_id = _DATA_PLANE.put(stream, record)
        return PutRecordOutput(SequenceNumber=number, ShardId=shard_id, **encryption(stream))

    @handler("PutRecords", expand=False)
    def put_records(self, context: RequestContext, request: PutRecordsInput) -> PutRecordsOutput:
        entries = request["Records"]
        if any(entry.get("PartitionKey") is None or entry.get("Data") is None for entry in entries):
            constraint.check(context.operation.input_shape, request, with_records=True)
        records = [
            NewRecord(entry["PartitionKey"], entry["Data"], entry.get("ExplicitHashKey")) for entry in entries
        ]
        stream = _stream(context, request)
        results = _DATA_PLANE.put_all(stream, records)
        return PutRecordsOutput(**put_records_response(results), **encryption(stream))

    @handler("GetShardIterator", expand=False)
    def get_shard_iterator(
        self, context: RequestContext, request: GetShardIteratorInput
    ) -> GetShardIteratorOutput:
        iterator = _DATA_PLANE.iterator(
            stream_of_shard(lambda: _stream(context, request), request["ShardId"]),
            request["ShardId"],
            request["ShardIteratorType"],
            request.get("StartingSequenceNumber"),
            _timestamp(context, request.get("Timestamp"), "Timestamp"),
        )
        return GetShardIteratorOutput(ShardIterator=iterator)

    @handler("GetRecords", expand=False)
    def get_records(self, context: RequestContext, request: GetRecordsInput) -> GetRecordsOutput:
        iterator = _DATA_PLANE.decode_iterator(request["ShardIterator"])
        stream = stream_of_shard(
            lambda: _find_stream(context, stream_name_of(iterator), request.get("StreamARN")),
            iterator.shard_id,
        )
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
        shard_filter: dict[str, Any] = dict(request.get("ShardFilter") or {})
        if moment := shard_filter.get("Timestamp"):
            shard_filter["Timestamp"] = _timestamp(context, moment, "ShardFilter", "Timestamp")
        if token := request.get("NextToken"):
            check_token_alone(request)
            name, start, shard_filter = decode_token(token, time.time())
            stream = find_stream(context.account_id, context.region, name, None)
        else:
            if not request.get("StreamName") and not request.get("StreamARN"):
                raise ServiceError(
                    "InvalidArgumentException", "Either NextToken or StreamName should be provided."
                )
            stream = _stream(context, request)
        shards, next_token = list_shards(stream, time.time(), start, shard_filter, request.get("MaxResults"))
        output = ListShardsOutput(Shards=shards)
        if next_token is not None:
            output["NextToken"] = next_token
        return output

    @handler("RegisterStreamConsumer", expand=False)
    def register_stream_consumer(
        self, context: RequestContext, request: RegisterStreamConsumerInput
    ) -> RegisterStreamConsumerOutput:
        stream: Any = _stream(context, request)
        tags = request.get("Tags") or {}
        check_tags(f"consumer {request['ConsumerName']} of {_named(stream)}", tags)
        consumer = register(stream, request["ConsumerName"], time.time(), tags)
        return RegisterStreamConsumerOutput(Consumer=consumer.to_json("CREATING"))

    @handler("DescribeStreamConsumer", expand=False)
    def describe_stream_consumer(
        self, context: RequestContext, request: DescribeStreamConsumerInput
    ) -> DescribeStreamConsumerOutput:
        _, consumer = _consumer(context, request)
        description = consumer.to_json() | {"StreamARN": consumer.stream_arn}
        return DescribeStreamConsumerOutput(ConsumerDescription=description)

    @handler("ListStreamConsumers", expand=False)
    def list_stream_consumers(
        self, context: RequestContext, request: ListStreamConsumersInput
    ) -> ListStreamConsumersOutput:
        stream: Any = _stream(context, request)
        consumers, token = list_consumers(stream, request.get("NextToken"), request.get("MaxResults"))
        output = ListStreamConsumersOutput(Consumers=[consumer.to_json() for consumer in consumers])
        if token is not None:
            output["NextToken"] = token
        return output

    @handler("DeregisterStreamConsumer", expand=False)
    def deregister_stream_consumer(
        self, context: RequestContext, request: DeregisterStreamConsumerInput
    ) -> None:
        stream, consumer = _consumer(context, request)
        stream.consumers.remove(consumer)
        policies = moto_models.kinesis_backends[stream.account_id][stream.region].resource_policies
        policies.pop(consumer.consumer_arn, None)
        _SUBSCRIPTIONS.end(consumer.consumer_arn)

    @handler("SubscribeToShard", expand=False)
    def subscribe_to_shard(
        self, context: RequestContext, request: SubscribeToShardInput
    ) -> SubscribeToShardOutput:
        stream, consumer = _consumer(context, request)
        shard = find_shard(stream, request["ShardId"])
        start = request["StartingPosition"]
        timestamp = _timestamp(context, start.get("Timestamp"), "StartingPosition", "Timestamp")
        position = _DATA_PLANE.position(stream, shard, start["Type"], start.get("SequenceNumber"), timestamp)
        events = _SUBSCRIPTIONS.subscribe(stream, consumer, shard, position)
        return SubscribeToShardOutput(EventStream=({"SubscribeToShardEvent": event} for event in events))
