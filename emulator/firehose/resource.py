"""A delivery stream as the API sees it: settings, state, version and tags."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.errors import ServiceError
from emulator.firehose.delivery_stream import DeliveryStream
from emulator.firehose.description import destination_description
from emulator.firehose.destination_validation import check_destination
from emulator.firehose.refusal import invalid
from emulator.firehose.wire import configuration_from, merge

DESTINATION_ID = "destinationId-000000000001"
KINESIS_TYPE = "KinesisStreamAsSource"


@dataclass(slots=True)
class DeliveryStreamResource:
    """What CreateDeliveryStream made; `wire` is its complete ExtendedS3DestinationConfiguration."""

    name: str
    account_id: str
    arn: str
    delivery_stream_type: str
    created_at: datetime
    wire: dict[str, Any]
    delivery_stream: DeliveryStream
    kinesis_source: Mapping[str, Any] | None = None
    status: str = "CREATING"
    failure: str | None = None
    version_id: int = 1
    updated_at: datetime | None = None
    encryption: dict[str, str] = field(default_factory=lambda: {"Status": "DISABLED"})
    tags: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def encrypted(self) -> bool:
        """Whether server-side encryption is on."""
        return self.encryption["Status"] == "ENABLED"

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
            "Destinations": destinations if (after_destination_id or "") < DESTINATION_ID else [],
            "HasMoreDestinations": False,
        }
        if self.failure is not None:
            description["FailureDescription"] = {"Type": "UNKNOWN_ERROR", "Details": self.failure}
        if self.updated_at is not None:
            description["LastUpdateTimestamp"] = self.updated_at
        if self.kinesis_source is None:
            description["DeliveryStreamEncryptionConfiguration"] = dict(self.encryption)
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

    def update(self, request: Mapping[str, Any], now: datetime) -> None:
        """Do what UpdateDestination asks; an update that changes nothing leaves the version as it is.

        Raises:
            ServiceError: the state, the version, the destination or a setting does not allow it.
        """
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
        update = request.get("ExtendedS3DestinationUpdate") or request.get("S3DestinationUpdate")
        if not update:
            raise invalid("At least one destination or source configuration update must be provided")
        merged = merge(self.wire, update)
        if self.wire.get("S3BackupMode") == "Enabled" and merged.get("S3BackupMode") == "Disabled":
            raise invalid("Disabling S3 backup is not currently supported.")
        check_destination(merged)
        if merged == self.wire:
            return
        configuration = configuration_from(merged, self.version_id + 1)
        self.wire = merged
        self.version_id += 1
        self.updated_at = now
        self.delivery_stream.configure(configuration)
