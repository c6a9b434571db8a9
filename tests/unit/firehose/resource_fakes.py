"""Delivery streams as the API keeps them, on clients in memory."""

from datetime import UTC, datetime
from typing import Any

from emulator.firehose.completion import complete
from emulator.firehose.resource import DESTINATION_ID, DeliveryStreamResource
from emulator.firehose.wire import configuration_from
from tests.unit.firehose.fakes import IDENTITY, KINESIS_IDENTITY, NOW, STREAM_ARN, Subject
from tests.unit.firehose.wire_fakes import ROLE_ARN

ACCOUNT_ID = "000000000000"
REGION = "eu-north-1"
CREATED = datetime.fromtimestamp(NOW, UTC)
UPDATED = datetime(2026, 1, 2, tzinfo=UTC)


def resource(
    wire: dict[str, Any], *, kinesis: bool = False, status: str = "ACTIVE", name: str = "deliveries"
) -> DeliveryStreamResource:
    """Return a delivery stream with this destination."""
    completed = complete(wire)
    configuration = configuration_from(completed, 1, ACCOUNT_ID, REGION)
    stream = Subject(configuration, KINESIS_IDENTITY if kinesis else IDENTITY)
    return DeliveryStreamResource(
        name=name,
        account_id=ACCOUNT_ID,
        region=REGION,
        schema_region=REGION,
        arn=IDENTITY.arn,
        delivery_stream_type="KinesisStreamAsSource" if kinesis else "DirectPut",
        created_at=CREATED,
        wire=completed,
        delivery_stream=stream.delivery_stream,
        kinesis_source={"KinesisStreamARN": STREAM_ARN, "RoleARN": ROLE_ARN} if kinesis else None,
        status=status,
    )


def extended(subject: DeliveryStreamResource) -> dict[str, Any]:
    """Return the description of the destination."""
    described: dict[str, Any] = subject.description()["Destinations"][0]["ExtendedS3DestinationDescription"]
    return described


def update(subject: DeliveryStreamResource, **members: Any) -> None:
    """Update the destination, with the version that it has."""
    request = {
        "CurrentDeliveryStreamVersionId": str(subject.version_id),
        "DestinationId": DESTINATION_ID,
        "ExtendedS3DestinationUpdate": members,
    }
    subject.update(request, UPDATED, lambda wire: None)
