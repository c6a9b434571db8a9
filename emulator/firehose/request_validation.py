"""The rules for creating a delivery stream, besides those for its destination."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from emulator.errors import ServiceError
from emulator.firehose.refusal import invalid, unsupported
from emulator.firehose.resource import KINESIS_TYPE

MAXIMUM_TAGS = 50
MAXIMUM_BATCH_BYTES = 4 * 1024 * 1024
_DESTINATIONS = (
    "S3DestinationConfiguration",
    "ExtendedS3DestinationConfiguration",
    "RedshiftDestinationConfiguration",
    "ElasticsearchDestinationConfiguration",
    "AmazonopensearchserviceDestinationConfiguration",
    "SplunkDestinationConfiguration",
    "HttpEndpointDestinationConfiguration",
    "AmazonOpenSearchServerlessDestinationConfiguration",
    "SnowflakeDestinationConfiguration",
    "IcebergDestinationConfiguration",
)
_UNBUILT_SOURCES = (
    "MSKSourceConfiguration",
    "DatabaseSourceConfiguration",
    "DirectPutSourceConfiguration",
)
_UNBUILT_UPDATES = (
    "RedshiftDestinationUpdate",
    "ElasticsearchDestinationUpdate",
    "AmazonopensearchserviceDestinationUpdate",
    "SplunkDestinationUpdate",
    "HttpEndpointDestinationUpdate",
    "AmazonOpenSearchServerlessDestinationUpdate",
    "SnowflakeDestinationUpdate",
    "IcebergDestinationUpdate",
)
_BUILT_TYPES = ("DirectPut", KINESIS_TYPE)


def destination_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the S3 destination that a CreateDeliveryStream request asks for.

    Raises:
        ServiceError: there is none, more than one, or one of another kind.
    """
    given = [name for name in _DESTINATIONS if request.get(name) is not None]
    if len(given) != 1:
        raise invalid("Exactly one destination configuration is supported for a Firehose")
    if given[0] not in _DESTINATIONS[:2]:
        raise unsupported(given[0])
    return dict(request[given[0]])


def check_source(request: Mapping[str, Any]) -> str:
    """Check where records are to come from and return the delivery stream's type.

    Raises:
        ServiceError: type and source do not go together, or the source is not built.
    """
    delivery_stream_type: str = request.get("DeliveryStreamType") or "DirectPut"
    for name in _UNBUILT_SOURCES:
        if request.get(name) is not None:
            raise unsupported(name)
    if delivery_stream_type not in _BUILT_TYPES:
        raise unsupported(f"DeliveryStreamType={delivery_stream_type}")
    kinesis = request.get("KinesisStreamSourceConfiguration")
    if delivery_stream_type == KINESIS_TYPE and kinesis is None:
        raise invalid(f"KinesisStreamSourceConfiguration is needed for the type {KINESIS_TYPE}.")
    if delivery_stream_type != KINESIS_TYPE and kinesis is not None:
        raise invalid(f"KinesisStreamSourceConfiguration needs the type {KINESIS_TYPE}.")
    if request.get("DeliveryStreamEncryptionConfigurationInput") is not None:
        check_encryption(delivery_stream_type, request["DeliveryStreamEncryptionConfigurationInput"])
    return delivery_stream_type


def check_encryption(delivery_stream_type: str, encryption: Mapping[str, Any]) -> None:
    """Check server-side encryption settings; keys of the customer are not built.

    Raises:
        ServiceError: the delivery stream does not take any, or not these.
    """
    if delivery_stream_type != "DirectPut":
        raise invalid(
            "Server side encryption from firehose is only allowed for direct put delivery streams and database "
            "as a source delivery streams"
        )
    if encryption.get("KeyType", "AWS_OWNED_CMK") != "AWS_OWNED_CMK":
        raise unsupported(f"DeliveryStreamEncryptionConfigurationInput.KeyType={encryption['KeyType']}")
    if encryption.get("KeyARN"):
        raise invalid("KeyARN must not be given with the key type AWS_OWNED_CMK.")


def check_update(request: Mapping[str, Any]) -> None:
    """Refuse an UpdateDestination for a destination that is not built.

    Raises:
        ServiceError: the update is for such a destination.
    """
    for name in _UNBUILT_UPDATES:
        if request.get(name) is not None:
            raise unsupported(name)


def page(names: Iterable[str], after: str | None, limit: int) -> tuple[list[str], bool]:
    """Return the names that follow `after` in the alphabet, at most `limit`, and whether there are more."""
    following = sorted(name for name in names if name > (after or ""))
    return following[:limit], len(following) > limit


def tags_from(tags: Sequence[Mapping[str, str]], present: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that a delivery stream has after `tags` were added.

    Raises:
        ServiceError: a key is given twice, or there are too many tags.
    """
    keys = [tag["Key"] for tag in tags]
    if len(set(keys)) != len(keys):
        raise invalid("A tag key must not be given more than once.")
    merged = dict(present) | {tag["Key"]: tag.get("Value", "") for tag in tags}
    if len(merged) > MAXIMUM_TAGS:
        raise ServiceError(
            "LimitExceededException", f"A delivery stream can have no more than {MAXIMUM_TAGS} tags."
        )
    return merged


def check_batch(records: Sequence[Mapping[str, bytes]]) -> None:
    """Check the size of a PutRecordBatch request.

    Raises:
        ServiceError: the records are larger than a request may be.

    https://docs.aws.amazon.com/firehose/latest/dev/limits.html
    """
    if sum(len(record["Data"]) for record in records) > MAXIMUM_BATCH_BYTES:
        raise invalid("Records size exceeds 4 MB limit")
