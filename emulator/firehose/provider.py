"""The Amazon Data Firehose API."""

import functools
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.core import handler
from localstack.aws.api.firehose import FirehoseApi
from localstack.aws.connect import connect_to
from localstack.runtime.shutdown import SHUTDOWN_HANDLERS
from localstack.services.plugins import ServiceLifecycleHook
from localstack.utils.aws.arns import firehose_stream_arn, parse_arn

from emulator.errors import ServiceError
from emulator.firehose import constraint
from emulator.firehose.client import Clients
from emulator.firehose.clock import SystemClock
from emulator.firehose.configuration import DeliveryStreamIdentity
from emulator.firehose.delivery_stream import DeliveryStream
from emulator.firehose.destination_validation import check_destination
from emulator.firehose.record import Record
from emulator.firehose.record_id import DirectPutRecordIds, response_record_id
from emulator.firehose.refusal import invalid
from emulator.firehose.request_validation import (
    check_batch,
    check_encryption,
    check_source,
    check_update,
    destination_of,
    page,
    tags_from,
)
from emulator.firehose.resource import KINESIS_TYPE, DeliveryStreamResource
from emulator.firehose.wire import configuration_from
from emulator.kinesis.provider import kinesis_client

LOG = logging.getLogger(__name__)

_CLOCK = SystemClock()
# Within these, stopping the emulator and deleting a delivery stream must be done.
_STOP_SECONDS = 4.0
_DELETE_SECONDS = 10.0
_SLOW_DOWN = ("ServiceUnavailableException", "Slow down.")

Request = Mapping[str, Any]
Answer = TypeVar("Answer")
Method = Callable[["FirehoseProvider", RequestContext, Any], Answer]


def operation(name: str) -> Callable[[Method[Answer]], Method[Answer]]:
    """Mark a method as the handler of an operation whose request is checked against the API's model first."""

    def mark(method: Method[Answer]) -> Method[Answer]:
        @functools.wraps(method)
        def answer(self: "FirehoseProvider", context: RequestContext, request: Any) -> Answer:
            try:
                constraint.check(context.operation.input_shape, request)
                return method(self, context, request)
            except ServiceError as error:
                raise CommonServiceException(error.code, error.message, error.status_code) from error

        marked: Method[Answer] = handler(name, expand=False)(answer)
        return marked

    return mark


class FirehoseProvider(FirehoseApi, ServiceLifecycleHook):
    """Serves delivery streams with S3 destinations, fed directly or from a Kinesis data stream.

    Roles are kept and shown; what they allow is not checked, because LocalStack Community enforces no IAM.

    https://docs.aws.amazon.com/firehose/latest/APIReference/Welcome.html
    """

    def __init__(self) -> None:
        self._resources: dict[tuple[str, str], dict[str, DeliveryStreamResource]] = {}
        self._lock = threading.Lock()
        self._record_ids = DirectPutRecordIds(_CLOCK)

    def on_after_init(self) -> None:
        """Have delivery streams drained while the services that they call still run."""
        SHUTDOWN_HANDLERS.register(self._stop)

    def on_before_stop(self) -> None:
        """Drain when only this service is stopped."""
        self._stop()

    @operation("CreateDeliveryStream")
    def create_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, str]:
        name = request["DeliveryStreamName"]
        delivery_stream_type = check_source(request)
        wire = destination_of(request)
        check_destination(wire)
        tags = tags_from(request.get("Tags") or [], {})
        kinesis_source = request.get("KinesisStreamSourceConfiguration")
        clients = _clients(context.account_id, context.region, kinesis_source)
        if kinesis_source is not None:
            _check_exists(clients, kinesis_source["KinesisStreamARN"])
        identity = DeliveryStreamIdentity(
            name=name,
            arn=firehose_stream_arn(name, context.account_id, context.region),
            region=context.region,
            source_kinesis_stream_arn=kinesis_source["KinesisStreamARN"] if kinesis_source else None,
        )
        resource = DeliveryStreamResource(
            name=name,
            account_id=context.account_id,
            arn=identity.arn,
            delivery_stream_type=delivery_stream_type,
            created_at=_now(),
            wire=wire,
            delivery_stream=DeliveryStream(identity, configuration_from(wire, 1), clients, _CLOCK),
            kinesis_source=kinesis_source,
            tags=tags,
        )
        if encryption := request.get("DeliveryStreamEncryptionConfigurationInput"):
            resource.encryption = {"KeyType": encryption["KeyType"], "Status": "ENABLED"}
        with self._lock:
            resources = self._resources.setdefault((context.account_id, context.region), {})
            if name in resources:
                raise ServiceError(
                    "ResourceInUseException",
                    f"Firehose {name} under accountId {context.account_id} already exists",
                )
            resources[name] = resource
        if resource.delivery_stream.source is not None:
            # The reading begins where the data stream ends now, not when the threads have started.
            resource.delivery_stream.source.position()
        threading.Thread(target=_activate, args=(resource,), name=f"firehose-{name}-create").start()
        return {"DeliveryStreamARN": resource.arn}

    @operation("DescribeDeliveryStream")
    def describe_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find(context, request)
        return {"DeliveryStreamDescription": resource.description(request.get("ExclusiveStartDestinationId"))}

    @operation("ListDeliveryStreams")
    def list_delivery_streams(self, context: RequestContext, request: Request) -> dict[str, Any]:
        with self._lock:
            resources = list(self._resources.get((context.account_id, context.region), {}).values())
        wanted = request.get("DeliveryStreamType")
        names = [each.name for each in resources if wanted in (None, each.delivery_stream_type)]
        listed, more = page(
            names, request.get("ExclusiveStartDeliveryStreamName"), request.get("Limit") or 10
        )
        return {"DeliveryStreamNames": listed, "HasMoreDeliveryStreams": more}

    @operation("DeleteDeliveryStream")
    def delete_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find(context, request)
        with resource.lock:
            if resource.status == "CREATING":
                raise ServiceError(
                    "ResourceInUseException",
                    f"Firehose {resource.name} under account {resource.account_id} cannot be deleted in "
                    "CREATING state",
                )
            if resource.status == "DELETING":
                return {}
            resource.status = "DELETING"
        resources = self._resources[context.account_id, context.region]

        def delete() -> None:
            resource.delivery_stream.discard(_CLOCK.monotonic() + _DELETE_SECONDS)
            with self._lock:
                resources.pop(resource.name, None)

        threading.Thread(target=delete, name=f"firehose-{resource.name}-delete").start()
        return {}

    @operation("UpdateDestination")
    def update_destination(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find(context, request)
        check_update(request)
        with resource.lock:
            resource.update(request, _now())
        return {}

    @operation("PutRecord")
    def put_record(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find_writable(context, request)
        if not resource.delivery_stream.has_room():
            raise ServiceError(*_SLOW_DOWN, status_code=503)
        self._put(resource, [request["Record"]["Data"]])
        return {"RecordId": response_record_id(), "Encrypted": resource.encrypted}

    @operation("PutRecordBatch")
    def put_record_batch(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find_writable(context, request)
        check_batch(request["Records"])
        data = [record["Data"] for record in request["Records"]]
        code, message = _SLOW_DOWN
        responses = [{"ErrorCode": code, "ErrorMessage": message} for _ in data]
        taken = resource.delivery_stream.has_room()
        if taken:
            self._put(resource, data)
            responses = [{"RecordId": response_record_id()} for _ in data]
        return {
            "FailedPutCount": 0 if taken else len(data),
            "Encrypted": resource.encrypted,
            "RequestResponses": responses,
        }

    @operation("StartDeliveryStreamEncryption")
    def start_delivery_stream_encryption(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find(context, request)
        encryption = request.get("DeliveryStreamEncryptionConfigurationInput") or {"KeyType": "AWS_OWNED_CMK"}
        check_encryption(resource.delivery_stream_type, encryption)
        resource.encryption = {"KeyType": encryption["KeyType"], "Status": "ENABLED"}
        return {}

    @operation("StopDeliveryStreamEncryption")
    def stop_delivery_stream_encryption(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find(context, request)
        check_encryption(resource.delivery_stream_type, {})
        resource.encryption = {"Status": "DISABLED"}
        return {}

    @operation("TagDeliveryStream")
    def tag_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find(context, request)
        with resource.lock:
            resource.tags = tags_from(request["Tags"], resource.tags)
        return {}

    @operation("UntagDeliveryStream")
    def untag_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        resource = self._find(context, request)
        with resource.lock:
            resource.tags = {
                key: value for key, value in resource.tags.items() if key not in request["TagKeys"]
            }
        return {}

    @operation("ListTagsForDeliveryStream")
    def list_tags_for_delivery_stream(self, context: RequestContext, request: Request) -> dict[str, Any]:
        tags = self._find(context, request).tags
        keys, more = page(tags, request.get("ExclusiveStartTagKey"), request.get("Limit") or len(tags))
        return {"Tags": [{"Key": key, "Value": tags[key]} for key in keys], "HasMoreTags": more}

    def _find(self, context: RequestContext, request: Request) -> DeliveryStreamResource:
        name = request["DeliveryStreamName"]
        with self._lock:
            resource = self._resources.get((context.account_id, context.region), {}).get(name)
        if resource is None:
            raise ServiceError(
                "ResourceNotFoundException", f"Firehose {name} under account {context.account_id} not found."
            )
        return resource

    def _find_writable(self, context: RequestContext, request: Request) -> DeliveryStreamResource:
        resource = self._find(context, request)
        if resource.delivery_stream_type == KINESIS_TYPE:
            raise invalid("This operation is not permitted on KinesisStreamAsSource delivery stream type.")
        if resource.status != "ACTIVE":
            raise ServiceError(
                "ResourceNotFoundException",
                f"Firehose {resource.name} is not active in {resource.account_id} account.",
            )
        return resource

    def _put(self, resource: DeliveryStreamResource, data: list[bytes]) -> None:
        arrival = round(_CLOCK.time() * 1000)
        records = [Record(self._record_ids.next(), each, arrival) for each in data]
        resource.delivery_stream.put(records)
        resource.delivery_stream.metrics.add("IncomingPutRequests", 1)
        resource.delivery_stream.metrics.add("IncomingRecords", len(records))
        resource.delivery_stream.metrics.add("IncomingBytes", sum(map(len, data)))

    def _stop(self) -> None:
        """Drain and stop everything, all at the same time."""
        with self._lock:
            resources = [each for region in self._resources.values() for each in region.values()]
            self._resources.clear()
        deadline = _CLOCK.monotonic() + _STOP_SECONDS
        threads = [
            threading.Thread(
                target=each.delivery_stream.stop,
                args=(deadline,),
                name=f"firehose-{each.name}-stop",
                daemon=True,
            )
            for each in resources
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(deadline - _CLOCK.monotonic(), 0.0) + 0.5)


def _activate(resource: DeliveryStreamResource) -> None:
    resource.delivery_stream.start()
    with resource.lock:
        resource.status = "ACTIVE"


def _clients(account_id: str, region: str, kinesis_source: Request | None) -> Clients:
    clients = connect_to(aws_access_key_id=account_id, region_name=region)
    kinesis = None
    if kinesis_source is not None:
        arn = parse_arn(kinesis_source["KinesisStreamARN"])
        kinesis = kinesis_client(arn["account"], arn["region"])
    return Clients(
        s3=clients.s3,
        function=clients.lambda_,
        cloudwatch=clients.cloudwatch,
        logs=clients.logs,
        kinesis=kinesis,
    )


def _check_exists(clients: Clients, stream_arn: str) -> None:
    try:
        if clients.kinesis is not None:
            clients.kinesis.list_shards(StreamARN=stream_arn, MaxResults=1)
    except ClientError as error:
        raise invalid(error.response["Error"]["Message"]) from error


def _now() -> datetime:
    return datetime.now(UTC)
