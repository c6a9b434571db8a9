"""The Amazon Data Firehose API."""

import functools
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.core import handler
from localstack.aws.api.firehose import FirehoseApi
from localstack.runtime.shutdown import SHUTDOWN_HANDLERS
from localstack.services.plugins import ServiceLifecycleHook
from localstack.utils.aws.arns import firehose_stream_arn

from emulator.errors import ServiceError
from emulator.firehose import lifecycle
from emulator.firehose.api_metric import ListingMetrics
from emulator.firehose.clock import SystemClock
from emulator.firehose.cloudformation import complete_resource_provider
from emulator.firehose.completion import complete
from emulator.firehose.configuration import DeliveryStreamIdentity
from emulator.firehose.delivery_stream import DeliveryStream
from emulator.firehose.encryption import Encryption, Key, check_encryptable, key_from
from emulator.firehose.metric import Operation
from emulator.firehose.record import Record
from emulator.firehose.record_id import DirectPutRecordIds, response_record_id
from emulator.firehose.registry import DeliveryStreams
from emulator.firehose.resource import DeliveryStreamResource
from emulator.firehose.service_client import (
    check_references,
    clients_for,
    cloudwatch_for,
    kms_for,
    schema_region,
)
from emulator.firehose.validation import constraint
from emulator.firehose.validation.destination import check_destination
from emulator.firehose.validation.reference import check_data_stream
from emulator.firehose.validation.request import (
    KINESIS_TYPE,
    check_batch,
    check_source,
    destination_of,
    page,
    tags_from,
)
from emulator.firehose.wire import configuration_from

_CLOCK = SystemClock()
# A client that goes on at once after creating, as none can on AWS, is kept waiting for up to this long.
_CREATION_SECONDS = 0.5
_SLOW_DOWN = ("ServiceUnavailableException", "Slow down.")
_LOGS_PRINCIPAL = "logs"

Request = Mapping[str, Any]
Answer = TypeVar("Answer")
Method = Callable[["FirehoseProvider", RequestContext, Any], Answer]


def operation(name: str, measured_as: Operation | None = None) -> Callable[[Method[Answer]], Method[Answer]]:
    """Mark a method as the handler of an operation whose request is checked against the API's model first."""

    def mark(method: Method[Answer]) -> Method[Answer]:
        @functools.wraps(method)
        def answer(self: "FirehoseProvider", context: RequestContext, request: Any) -> Answer:
            begun = _CLOCK.monotonic()
            try:
                constraint.check(context.operation.input_shape, request)
                answered = method(self, context, request)
            except ServiceError as error:
                raise CommonServiceException(error.code, error.message, error.status_code) from error
            if measured_as is not None:
                self.measure(context, request, measured_as, _CLOCK.monotonic() - begun)
            return answered

        marked: Method[Answer] = handler(name, expand=False)(answer)
        return marked

    return mark


class FirehoseProvider(FirehoseApi, ServiceLifecycleHook):
    """Serves delivery streams with S3 destinations, fed directly or from a Kinesis data stream.

    Roles are kept and shown; what they allow is not checked, because LocalStack Community enforces no IAM.

    https://docs.aws.amazon.com/firehose/latest/APIReference/Welcome.html
    """

    def __init__(self) -> None:
        self._delivery_streams = DeliveryStreams()
        self._record_ids = DirectPutRecordIds(_CLOCK)
        self._listing_metrics: dict[tuple[str, str], ListingMetrics] = {}
        self._lock = threading.Lock()

    def on_after_init(self) -> None:
        """Have delivery streams drained while the services that they call still run; complete CloudFormation."""
        SHUTDOWN_HANDLERS.register(self._stop)
        complete_resource_provider()

    def on_before_stop(self) -> None:
        """Drain when only this service is stopped."""
        self._stop()

    @operation("CreateDeliveryStream")
    def create_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, str]:
        delivery_stream_type = check_source(request)
        wire = destination_of(request)
        check_destination(wire)
        tags = tags_from(request.get("Tags") or [], {})
        encryption = Encryption()
        if (wanted := request.get("DeliveryStreamEncryptionConfigurationInput")) is not None:
            encryption.status = "ENABLING"
            encryption.key = key_from(delivery_stream_type, wanted, context.region)
        check_references(context.account_id, context.region, wire)
        resource = self._resource(context, request, delivery_stream_type, complete(wire))
        resource.tags, resource.encryption = tags, encryption
        self._delivery_streams.add(resource)
        lifecycle.create(resource, kms_for(context.account_id, context.region))
        return {"DeliveryStreamARN": resource.arn}

    @operation("DescribeDeliveryStream", "DescribeDeliveryStream")
    def describe_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self.find(context, request)
        with resource.lock:
            description = resource.description(request.get("ExclusiveStartDestinationId"))
        return {"DeliveryStreamDescription": description}

    @operation("ListDeliveryStreams")
    def list_delivery_streams(self, context: RequestContext, request: Request) -> dict[str, Any]:
        begun = _CLOCK.monotonic()
        names = self._delivery_streams.names(
            context.account_id, context.region, request.get("DeliveryStreamType")
        )
        listed, more = page(
            names, request.get("ExclusiveStartDeliveryStreamName"), request.get("Limit") or 10
        )
        self._metrics_of_listing(context).listed(_CLOCK.monotonic() - begun)
        return {"DeliveryStreamNames": listed, "HasMoreDeliveryStreams": more}

    @operation("DeleteDeliveryStream")
    def delete_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find_created(context, request)
        if resource.begin_deletion():
            lifecycle.delete(resource, _CLOCK, lambda: self._delivery_streams.remove(resource))
        return {}

    @operation("UpdateDestination", "UpdateDeliveryStream")
    def update_destination(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find_created(context, request)
        with resource.lock:
            check = functools.partial(
                check_references, context.account_id, context.region, schema_region=resource.schema_region
            )
            resource.update(request, _now(), check)
        return {}

    @operation("PutRecord", "PutRecord")
    def put_record(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find_writable(context, request)
        if not resource.delivery_stream.has_room():
            resource.delivery_stream.metrics.throttled(1)
            raise ServiceError(*_SLOW_DOWN, status_code=503)
        data = request["Record"]["Data"]
        self._put(resource, [data])
        resource.delivery_stream.metrics.ingested("PutRecord", 1, len(data))
        return {"RecordId": response_record_id(), "Encrypted": resource.encryption.encrypts}

    @operation("PutRecordBatch", "PutRecordBatch")
    def put_record_batch(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find_writable(context, request)
        check_batch(request["Records"])
        data = [record["Data"] for record in request["Records"]]
        code, message = _SLOW_DOWN
        responses = [{"ErrorCode": code, "ErrorMessage": message} for _ in data]
        taken = resource.delivery_stream.has_room()
        metrics = resource.delivery_stream.metrics
        if taken:
            self._put(resource, data)
            responses = [{"RecordId": response_record_id()} for _ in data]
            metrics.ingested("PutRecordBatch", len(data), sum(map(len, data)))
        else:
            metrics.throttled(len(data))
        return {
            "FailedPutCount": 0 if taken else len(data),
            "Encrypted": resource.encryption.encrypts,
            "RequestResponses": responses,
        }

    @operation("StartDeliveryStreamEncryption")
    def start_delivery_stream_encryption(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self.find(context, request)
        key = key_from(
            resource.delivery_stream_type,
            request.get("DeliveryStreamEncryptionConfigurationInput"),
            context.region,
        )
        self._change_encryption(context, resource, key)
        return {}

    @operation("StopDeliveryStreamEncryption")
    def stop_delivery_stream_encryption(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self.find(context, request)
        check_encryptable(resource.delivery_stream_type)
        self._change_encryption(context, resource, None)
        return {}

    @operation("TagDeliveryStream")
    def tag_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self.find(context, request)
        with resource.lock:
            resource.tags = tags_from(request["Tags"], resource.tags)
        return {}

    @operation("UntagDeliveryStream")
    def untag_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self.find(context, request)
        with resource.lock:
            resource.tags = {
                key: value for key, value in resource.tags.items() if key not in request["TagKeys"]
            }
        return {}

    @operation("ListTagsForDeliveryStream")
    def list_tags_for_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        tags = self.find(context, request).tags
        keys, more = page(tags, request.get("ExclusiveStartTagKey"), request.get("Limit") or len(tags))
        return {"Tags": [{"Key": key, "Value": tags[key]} for key in keys], "HasMoreTags": more}

    def find(self, context: RequestContext, request: Request) -> DeliveryStreamResource:
        """Return the delivery stream that a request names.

        Raises:
            ServiceError: there is none.
        """
        return self._delivery_streams.find(context.account_id, context.region, request["DeliveryStreamName"])

    def _find_created(self, context: RequestContext, request: Request) -> DeliveryStreamResource:
        resource = self.find(context, request)
        resource.created.wait(_CREATION_SECONDS)
        return resource

    def measure(
        self, context: RequestContext, request: Request, measured_as: Operation, latency_seconds: float
    ) -> None:
        """Count a call that was answered, unless the delivery stream is gone by now."""
        resource = self._delivery_streams.get(
            context.account_id, context.region, request["DeliveryStreamName"]
        )
        if resource is not None:
            resource.delivery_stream.metrics.requested(measured_as, latency_seconds)

    def _find_writable(self, context: RequestContext, request: Request) -> DeliveryStreamResource:
        resource = self._find_created(context, request)
        caller = context.internal_request_params or {}
        resource.check_writable(by_cloudwatch_logs=caller.get("service_principal") == _LOGS_PRINCIPAL)
        return resource

    def _resource(
        self, context: RequestContext, request: Request, delivery_stream_type: str, wire: dict[str, Any]
    ) -> DeliveryStreamResource:
        name, account_id, region = request["DeliveryStreamName"], context.account_id, context.region
        kinesis_source = (
            request["KinesisStreamSourceConfiguration"] if delivery_stream_type == KINESIS_TYPE else None
        )
        stream_arn = kinesis_source["KinesisStreamARN"] if kinesis_source else None
        configuration = configuration_from(wire, 1, account_id, region)
        clients = clients_for(account_id, region, stream_arn, configuration.format_conversion)
        if stream_arn is not None and clients.kinesis is not None:
            check_data_stream(clients.kinesis, stream_arn)
        identity = DeliveryStreamIdentity(
            name=name,
            arn=firehose_stream_arn(name, account_id, region),
            region=region,
            source_kinesis_stream_arn=stream_arn,
        )
        delivery_stream = DeliveryStream(identity, configuration, clients, _CLOCK)
        if delivery_stream.source is not None:
            # The reading begins where the data stream ends now, not when the threads have started.
            delivery_stream.source.position()
        return DeliveryStreamResource(
            name=name,
            account_id=account_id,
            region=region,
            schema_region=schema_region(configuration.format_conversion, region),
            arn=identity.arn,
            delivery_stream_type=delivery_stream_type,
            created_at=_now(),
            wire=wire,
            delivery_stream=delivery_stream,
            kinesis_source=kinesis_source,
        )

    def _put(self, resource: DeliveryStreamResource, data: list[bytes]) -> None:
        arrival = round(_CLOCK.time() * 1000)
        resource.delivery_stream.put([Record(self._record_ids.next(), each, arrival) for each in data])

    def _change_encryption(
        self, context: RequestContext, resource: DeliveryStreamResource, key: Key | None
    ) -> None:
        with resource.lock:
            resource.check_active()
            status = "DISABLING" if key is None else "ENABLING"
            resource.encryption.begin(status, key, resource.name, _CLOCK.monotonic())
        lifecycle.change_encryption(resource, key, kms_for(context.account_id, context.region))

    def _metrics_of_listing(self, context: RequestContext) -> ListingMetrics:
        account_id, region = context.account_id, context.region
        with self._lock:
            if (account_id, region) not in self._listing_metrics:
                self._listing_metrics[account_id, region] = ListingMetrics(
                    cloudwatch_for(account_id, region), _CLOCK
                )
            return self._listing_metrics[account_id, region]

    def _stop(self) -> None:
        lifecycle.stop(self._delivery_streams.take_all(), _CLOCK)
        with self._lock:
            listing_metrics, self._listing_metrics = self._listing_metrics, {}
        for metrics in listing_metrics.values():
            metrics.stop(timeout_seconds=0.5)


def _now() -> datetime:
    return datetime.now(UTC)
