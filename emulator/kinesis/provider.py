"""The Kinesis API: moto's control plane, this project's data plane."""

import copy
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, ServiceRequest, kinesis
from localstack.aws.api.core import handler
from localstack.aws.connect import connect_to
from localstack.aws.forwarder import ForwardingFallbackDispatcher, create_aws_request_context
from localstack.http import Response
from localstack.services.moto import call_moto
from localstack.services.plugins import ServiceLifecycleHook
from localstack.utils.patch import patch
from moto.kinesis import models as moto_models

from emulator import constraint
from emulator.dispatch import Handler, guarded
from emulator.errors import ServiceError
from emulator.kinesis import monitoring, retention
from emulator.kinesis.client import KinesisClient, get_records_response, put_records_response
from emulator.kinesis.consumer import Consumer, consumed_stream_arn, find_consumer, list_consumers, register
from emulator.kinesis.creation import new_stream
from emulator.kinesis.data_plane import DataPlane, Stream, find_shard, stream_name_of
from emulator.kinesis.listing import list_shards, list_shards_response, list_streams_response
from emulator.kinesis.missing import StreamNotFoundError, stream_of_shard, stream_of_shards
from emulator.kinesis.new_record import NewRecord
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


class KinesisProvider(kinesis.KinesisApi, ServiceLifecycleHook):
    """Serves records and consumers from this project's shards; everything else is moto's."""

    def __init__(self) -> None:
        _replace_data_plane()

    def on_before_stop(self) -> None:
        _SUBSCRIPTIONS.end()

    def on_before_state_reset(self) -> None:
        _SUBSCRIPTIONS.end()

    @handler("CreateStream", expand=False)
    def create_stream(self, context: RequestContext, request: kinesis.CreateStreamInput) -> None:
        backend = moto_models.kinesis_backends[context.account_id][context.region]
        new = new_stream(request, context.account_id, backend.streams, _quotas(context))
        stream = backend.create_stream(new.stream_name, new.shard_count, stream_mode=new.stream_mode)
        stream.tags.update(new.tags)
        stream.max_record_size_in_kib = new.max_record_size_in_kib

    @handler("ListStreams", expand=False)
    def list_streams(
        self, context: RequestContext, request: kinesis.ListStreamsInput
    ) -> kinesis.ListStreamsOutput:
        streams = moto_models.kinesis_backends[context.account_id][context.region].streams
        return kinesis.ListStreamsOutput(**list_streams_response(streams, request))

    @handler("DescribeLimits", expand=False)
    def describe_limits(
        self, context: RequestContext, request: kinesis.DescribeLimitsInput
    ) -> kinesis.DescribeLimitsOutput:
        quotas = _quotas(context)
        return kinesis.DescribeLimitsOutput(
            ShardLimit=quotas.shard_limit,
            OpenShardCount=quotas.open_shards,
            OnDemandStreamCount=quotas.on_demand_streams,
            OnDemandStreamCountLimit=ON_DEMAND_STREAM_LIMIT,
        )

    @handler("EnableEnhancedMonitoring", expand=False)
    def enable_enhanced_monitoring(
        self, context: RequestContext, request: kinesis.EnableEnhancedMonitoringInput
    ) -> kinesis.EnhancedMonitoringOutput:
        stream: Any = _stream(context, request)
        answer = monitoring.set_metrics(stream, monitoring.enabled, request["ShardLevelMetrics"])
        return kinesis.EnhancedMonitoringOutput(**answer)

    @handler("DisableEnhancedMonitoring", expand=False)
    def disable_enhanced_monitoring(
        self, context: RequestContext, request: kinesis.DisableEnhancedMonitoringInput
    ) -> kinesis.EnhancedMonitoringOutput:
        stream: Any = _stream(context, request)
        answer = monitoring.set_metrics(stream, monitoring.disabled, request["ShardLevelMetrics"])
        return kinesis.EnhancedMonitoringOutput(**answer)

    @handler("DeleteStream", expand=False)
    def delete_stream(self, context: RequestContext, request: kinesis.DeleteStreamInput) -> None:
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
    def describe_stream(
        self, context: RequestContext, request: kinesis.DescribeStreamInput
    ) -> kinesis.DescribeStreamOutput:
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
        return kinesis.DescribeStreamOutput(**output)

    @handler("DescribeStreamSummary", expand=False)
    def describe_stream_summary(
        self, context: RequestContext, request: kinesis.DescribeStreamSummaryInput
    ) -> kinesis.DescribeStreamSummaryOutput:
        stream: Any = _stream(context, request)
        output: Any = _call_moto(context, request)
        output["StreamDescriptionSummary"] |= {
            "OpenShardCount": sum(shard.is_open for shard in stream.shards.values()),
            "ConsumerCount": len(stream.consumers),
            "MaxRecordSizeInKiB": stream.max_record_size_in_kib,
        }
        return kinesis.DescribeStreamSummaryOutput(**output)

    @handler("MergeShards", expand=False)
    def merge_shards(self, context: RequestContext, request: kinesis.MergeShardsInput) -> None:
        shard_ids = request["ShardToMerge"], request["AdjacentShardToMerge"]
        stream: Any = stream_of_shards(lambda: _stream(context, request), *shard_ids)
        merge_shards(stream, *shard_ids)

    @handler("SplitShard", expand=False)
    def split_shard(self, context: RequestContext, request: kinesis.SplitShardInput) -> None:
        stream: Any = stream_of_shards(lambda: _stream(context, request), request["ShardToSplit"])
        if not is_on_demand(stream):
            _quotas(context).check_shards(1)
        split_shard(stream, request["ShardToSplit"], request["NewStartingHashKey"])

    @handler("UpdateShardCount", expand=False)
    def update_shard_count(
        self, context: RequestContext, request: kinesis.UpdateShardCountInput
    ) -> kinesis.UpdateShardCountOutput:
        stream: Any = _stream(context, request)
        before = update_shard_count(stream, request["TargetShardCount"], _quotas(context))
        return kinesis.UpdateShardCountOutput(
            StreamName=stream.stream_name,
            StreamARN=stream.arn,
            CurrentShardCount=before,
            TargetShardCount=request["TargetShardCount"],
        )

    @handler("UpdateStreamMode", expand=False)
    def update_stream_mode(self, context: RequestContext, request: kinesis.UpdateStreamModeInput) -> None:
        settings: Mapping[str, Any] = request
        refuse_warm_throughput(settings.get("WarmThroughputMiBps"))
        stream: Any = _stream(context, request)
        mode = request["StreamModeDetails"]
        if mode["StreamMode"] == "ON_DEMAND" and not is_on_demand(stream):
            _quotas(context).check_on_demand_stream()
        stream.stream_mode = dict(mode)

    # Of a newer model than kinesis.KinesisApi's.
    @handler("UpdateMaxRecordSize", expand=False)
    def update_max_record_size(self, context: RequestContext, request: ServiceRequest) -> None:
        stream: Any = _stream(context, request)
        stream.max_record_size_in_kib = request["MaxRecordSizeInKiB"]

    @handler("IncreaseStreamRetentionPeriod", expand=False)
    def increase_stream_retention_period(
        self, context: RequestContext, request: kinesis.IncreaseStreamRetentionPeriodInput
    ) -> None:
        stream: Any = _stream(context, request)
        retention.increase(stream, request["RetentionPeriodHours"])

    @handler("DecreaseStreamRetentionPeriod", expand=False)
    def decrease_stream_retention_period(
        self, context: RequestContext, request: kinesis.DecreaseStreamRetentionPeriodInput
    ) -> None:
        stream: Any = _stream(context, request)
        retention.decrease(stream, request["RetentionPeriodHours"])

    @handler("AddTagsToStream", expand=False)
    def add_tags_to_stream(self, context: RequestContext, request: kinesis.AddTagsToStreamInput) -> None:
        stream: Any = _stream(context, request)
        add_tags(_named(stream), stream.tags, request["Tags"])

    @handler("RemoveTagsFromStream", expand=False)
    def remove_tags_from_stream(
        self, context: RequestContext, request: kinesis.RemoveTagsFromStreamInput
    ) -> None:
        stream: Any = _stream(context, request)
        remove_tags(_named(stream), stream.tags, request["TagKeys"])

    @handler("ListTagsForStream", expand=False)
    def list_tags_for_stream(
        self, context: RequestContext, request: kinesis.ListTagsForStreamInput
    ) -> kinesis.ListTagsForStreamOutput:
        stream: Any = _stream(context, request)
        tags, has_more = tag_list(stream.tags, request.get("ExclusiveStartTagKey"), request.get("Limit"))
        return kinesis.ListTagsForStreamOutput(Tags=tags, HasMoreTags=has_more)

    @handler("TagResource", expand=False)
    def tag_resource(self, context: RequestContext, request: kinesis.TagResourceInput) -> None:
        resource, tags = _tagged(context, request["ResourceARN"])
        add_tags(resource, tags, request["Tags"])

    @handler("UntagResource", expand=False)
    def untag_resource(self, context: RequestContext, request: kinesis.UntagResourceInput) -> None:
        resource, tags = _tagged(context, request["ResourceARN"])
        remove_tags(resource, tags, request["TagKeys"])

    @handler("ListTagsForResource", expand=False)
    def list_tags_for_resource(
        self, context: RequestContext, request: kinesis.ListTagsForResourceInput
    ) -> kinesis.ListTagsForResourceOutput:
        _, tags = _tagged(context, request["ResourceARN"])
        return kinesis.ListTagsForResourceOutput(Tags=tag_list(tags)[0])

    @handler("PutResourcePolicy", expand=False)
    def put_resource_policy(self, context: RequestContext, request: kinesis.PutResourcePolicyInput) -> None:
        _policies(context, request)[request["ResourceARN"]] = check_policy(request["Policy"])

    @handler("GetResourcePolicy", expand=False)
    def get_resource_policy(
        self, context: RequestContext, request: kinesis.GetResourcePolicyInput
    ) -> kinesis.GetResourcePolicyOutput:
        return kinesis.GetResourcePolicyOutput(
            Policy=_policies(context, request).get(request["ResourceARN"], "{}")
        )

    @handler("DeleteResourcePolicy", expand=False)
    def delete_resource_policy(
        self, context: RequestContext, request: kinesis.DeleteResourcePolicyInput
    ) -> None:
        arn = request["ResourceARN"]
        if _policies(context, request).pop(arn, None) is None:
            raise ServiceError(
                "ResourceNotFoundException", f"No resource policy found for resource ARN {arn}."
            )

    @handler("StartStreamEncryption", expand=False)
    def start_stream_encryption(
        self, context: RequestContext, request: kinesis.StartStreamEncryptionInput
    ) -> None:
        stream: Any = _stream(context, request)
        check_encryption_type(request["EncryptionType"])
        stream.encryption_type, stream.key_id = request["EncryptionType"], request["KeyId"]

    @handler("StopStreamEncryption", expand=False)
    def stop_stream_encryption(
        self, context: RequestContext, request: kinesis.StopStreamEncryptionInput
    ) -> None:
        stream: Any = _stream(context, request)
        check_encryption_type(request["EncryptionType"])
        stream.encryption_type, stream.key_id = "NONE", None

    @handler("PutRecord", expand=False)
    def put_record(self, context: RequestContext, request: kinesis.PutRecordInput) -> kinesis.PutRecordOutput:
        record = NewRecord(
            request["PartitionKey"],
            request["Data"],
            request.get("ExplicitHashKey"),
            request.get("SequenceNumberForOrdering"),
        )
        stream = _stream(context, request)
        number, shard_id = _DATA_PLANE.put(stream, record)
        return kinesis.PutRecordOutput(SequenceNumber=number, ShardId=shard_id, **encryption(stream))

    @handler("PutRecords", expand=False)
    def put_records(
        self, context: RequestContext, request: kinesis.PutRecordsInput
    ) -> kinesis.PutRecordsOutput:
        entries = request["Records"]
        if any(entry.get("PartitionKey") is None or entry.get("Data") is None for entry in entries):
            constraint.check(context.operation.input_shape, request, with_records=True)
        records = [
            NewRecord(entry["PartitionKey"], entry["Data"], entry.get("ExplicitHashKey")) for entry in entries
        ]
        stream = _stream(context, request)
        results = _DATA_PLANE.put_all(stream, records)
        return kinesis.PutRecordsOutput(**put_records_response(results), **encryption(stream))

    @handler("GetShardIterator", expand=False)
    def get_shard_iterator(
        self, context: RequestContext, request: kinesis.GetShardIteratorInput
    ) -> kinesis.GetShardIteratorOutput:
        iterator = _DATA_PLANE.iterator(
            stream_of_shard(lambda: _stream(context, request), request["ShardId"]),
            request["ShardId"],
            request["ShardIteratorType"],
            request.get("StartingSequenceNumber"),
            _timestamp(context, request.get("Timestamp"), "Timestamp"),
        )
        return kinesis.GetShardIteratorOutput(ShardIterator=iterator)

    @handler("GetRecords", expand=False)
    def get_records(
        self, context: RequestContext, request: kinesis.GetRecordsInput
    ) -> kinesis.GetRecordsOutput:
        iterator = _DATA_PLANE.decode_iterator(request["ShardIterator"])
        stream = stream_of_shard(
            lambda: _find_stream(context, stream_name_of(iterator), request.get("StreamARN")),
            iterator.shard_id,
        )
        page = _DATA_PLANE.get(stream, iterator, request.get("Limit"))
        return kinesis.GetRecordsOutput(**get_records_response(page))

    @handler("ListShards", expand=False)
    def list_shards(
        self, context: RequestContext, request: kinesis.ListShardsInput
    ) -> kinesis.ListShardsOutput:
        answer = list_shards_response(
            request,
            lambda name, arn: _find_stream(context, name, arn),
            time.time(),
            _timestamp(
                context, (request.get("ShardFilter") or {}).get("Timestamp"), "ShardFilter", "Timestamp"
            ),
        )
        return kinesis.ListShardsOutput(**answer)

    @handler("RegisterStreamConsumer", expand=False)
    def register_stream_consumer(
        self, context: RequestContext, request: kinesis.RegisterStreamConsumerInput
    ) -> kinesis.RegisterStreamConsumerOutput:
        stream: Any = _stream(context, request)
        tags = request.get("Tags") or {}
        check_tags(f"consumer {request['ConsumerName']} of {_named(stream)}", tags)
        consumer = register(stream, request["ConsumerName"], time.time(), tags)
        return kinesis.RegisterStreamConsumerOutput(Consumer=consumer.to_json("CREATING"))

    @handler("DescribeStreamConsumer", expand=False)
    def describe_stream_consumer(
        self, context: RequestContext, request: kinesis.DescribeStreamConsumerInput
    ) -> kinesis.DescribeStreamConsumerOutput:
        _, consumer = _consumer(context, request)
        description = consumer.to_json() | {"StreamARN": consumer.stream_arn}
        return kinesis.DescribeStreamConsumerOutput(ConsumerDescription=description)

    @handler("ListStreamConsumers", expand=False)
    def list_stream_consumers(
        self, context: RequestContext, request: kinesis.ListStreamConsumersInput
    ) -> kinesis.ListStreamConsumersOutput:
        stream: Any = _stream(context, request)
        consumers, token = list_consumers(stream, request.get("NextToken"), request.get("MaxResults"))
        output = kinesis.ListStreamConsumersOutput(Consumers=[consumer.to_json() for consumer in consumers])
        if token is not None:
            output["NextToken"] = token
        return output

    @handler("DeregisterStreamConsumer", expand=False)
    def deregister_stream_consumer(
        self, context: RequestContext, request: kinesis.DeregisterStreamConsumerInput
    ) -> None:
        stream, consumer = _consumer(context, request)
        stream.consumers.remove(consumer)
        policies = moto_models.kinesis_backends[stream.account_id][stream.region].resource_policies
        policies.pop(consumer.consumer_arn, None)
        _SUBSCRIPTIONS.end(consumer.consumer_arn)

    @handler("SubscribeToShard", expand=False)
    def subscribe_to_shard(
        self, context: RequestContext, request: kinesis.SubscribeToShardInput
    ) -> kinesis.SubscribeToShardOutput:
        stream, consumer = _consumer(context, request)
        shard = find_shard(stream, request["ShardId"])
        start = request["StartingPosition"]
        timestamp = _timestamp(context, start.get("Timestamp"), "StartingPosition", "Timestamp")
        position = _DATA_PLANE.position(stream, shard, start["Type"], start.get("SequenceNumber"), timestamp)
        events = _SUBSCRIPTIONS.subscribe(stream, consumer, shard, position)
        return kinesis.SubscribeToShardOutput(
            EventStream=({"SubscribeToShardEvent": event} for event in events)
        )
