"""A delivery stream as the API sees it: settings, state, version and tags."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.errors import ServiceError
from emulator.firehose.completion import complete
from emulator.firehose.delivery_stream import DeliveryStream
from emulator.firehose.description import destination_description
from emulator.firehose.encryption import Encryption, Failure
from emulator.firehose.update import check_transition, merge, processor_types
from emulator.firehose.validation.destination import check_destination
from emulator.firehose.validation.refusal import invalid
from emulator.firehose.validation.request import KINESIS_TYPE, update_of
from emulator.firehose.wire import configuration_from

DESTINATION_ID = "destinationId-000000000001"


@dataclass(slots=True)
class DeliveryStreamResource:
    """What CreateDeliveryStream made; `wire` is its ExtendedS3DestinationConfiguration with the defaults.

    Tables of format conversions are read in `schema_region`, whatever updates follow.
    """

    name: str
    account_id: str
    region: str
    schema_region: str
    arn: str
    delivery_stream_type: str
    created_at: datetime
    wire: dict[str, Any]
    delivery_stream: DeliveryStream
    kinesis_source: Mapping[str, Any] | None = None
    status: str = "CREATING"
    failure: Failure | None = None
    version_id: int = 1
    updated_at: datetime | None = None
    encryption: Encryption = field(default_factory=Encryption)
    tags: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    created: threading.Event = field(default_factory=threading.Event)

    def activate(self, failure: Failure | None) -> None:
        """End the creation: start the data plane, or stay as a delivery stream that can only be deleted."""
        with self.lock:
            if self.encryption.status == "ENABLING":
                self.encryption.finish(failure)
            if failure is not None:
                self.status, self.failure = "CREATING_FAILED", failure
            else:
                self.delivery_stream.start()
                self.status = "ACTIVE"
        self.created.set()

    def begin_deletion(self) -> bool:
        """Go to DELETING; tell whether the deletion is to be done now, and not under way already.

        Raises:
            ServiceError: it is still being created.

        https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeleteDeliveryStream.html
        """
        with self.lock:
            if self.status == "CREATING":
                raise ServiceError(
                    "ResourceInUseException",
                    f"Firehose {self.name} under account {self.account_id} cannot be deleted in CREATING state",
                )
            begun = self.status != "DELETING"
            self.status = "DELETING"
            return begun

    def check_active(self) -> None:
        """Refuse a change of a delivery stream that is being created or deleted.

        Raises:
            ServiceError: it is.
        """
        if self.status != "ACTIVE":
            raise ServiceError(
                "ResourceInUseException",
                f"Firehose {self.name} under account {self.account_id} is in the {self.status} state.",
            )

    def check_writable(self, *, by_cloudwatch_logs: bool) -> None:
        """Refuse records that a producer may not put.

        Raises:
            ServiceError: they come from elsewhere, or the delivery stream is not active.

        https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html
        """
        if self.delivery_stream_type == KINESIS_TYPE:
            raise invalid("This operation is not permitted on KinesisStreamAsSource delivery stream type.")
        if self.status != "ACTIVE":
            raise ServiceError(
                "ResourceNotFoundException",
                f"Firehose {self.name} is not active in {self.account_id} account.",
            )
        if not by_cloudwatch_logs and "Decompression" in processor_types(self.wire):
            raise ServiceError(
                "InvalidSourceException",
                f"Put to Firehose failed for AccountId: {self.account_id}, FirehoseName: {self.name} because the "
                "request is not originating from CloudWatch.",
            )

    def description(self, after_destination_id: str | None = None) -> dict[str, Any]:
        """Return the DeliveryStreamDescription; the only destination is left out behind itself."""
        destinations = [destination_description(DESTINATION_ID, self.wire)]
        description: dict[str, Any] = {
            "DeliveryStreamName": self.name,
            "DeliveryStreamARN": self.arn,
            "DeliveryStreamStatus": self.status,
            "DeliveryStreamType": self.delivery_stream_type,
            "VersionId": str(self.version_id),
            "CreateTimestamp": self.created_at,
            "Destinations": [] if after_destination_id == DESTINATION_ID else destinations,
            "HasMoreDestinations": False,
        }
        if self.failure is not None:
            description["FailureDescription"] = self.failure.description()
        if self.updated_at is not None:
            description["LastUpdateTimestamp"] = self.updated_at
        if self.kinesis_source is None:
            description["DeliveryStreamEncryptionConfiguration"] = self.encryption.description()
            return description
        source = self.delivery_stream.source
        description["Source"] = {
            "KinesisStreamSourceDescription": {
                "KinesisStreamARN": self.kinesis_source["KinesisStreamARN"],
                "RoleARN": self.kinesis_source["RoleARN"],
                "DeliveryStartTimestamp": source.started_at if source else self.created_at,
            }
        }
        return description

    def update(
        self,
        request: Mapping[str, Any],
        now: datetime,
        check_references: Callable[[Mapping[str, Any]], None],
    ) -> None:
        """Do what UpdateDestination asks; an update that changes nothing leaves the version as it is.

        `check_references` looks up what the merged destination names in other services.

        Raises:
            ServiceError: the state, the version, the destination or a setting does not allow it.
        """
        self._check_update(request)
        merged = merge(self.wire, update_of(request))
        check_transition(self.wire, merged)
        check_destination(merged)
        check_references(merged)
        completed = complete(merged)
        if completed == self.wire:
            return
        configuration = configuration_from(completed, self.version_id + 1, self.account_id, self.region)
        self.wire = completed
        self.version_id += 1
        self.updated_at = now
        self.delivery_stream.configure(configuration)

    def _check_update(self, request: Mapping[str, Any]) -> None:
        if self.status != "ACTIVE":
            raise ServiceError(
                "ResourceInUseException",
                f"Cannot update firehose: {self.name} when it is in {self.status} status",
            )
        if request["CurrentDeliveryStreamVersionId"] != str(self.version_id):
            raise ServiceError(
                "ConcurrentModificationException",
                f"Cannot update firehose: {self.name} since the current version id: {self.version_id} and "
                f"specified version id: {request['CurrentDeliveryStreamVersionId']} do not match",
            )
        if request["DestinationId"] != DESTINATION_ID:
            raise invalid(f"Destination Id {request['DestinationId']} not found")
