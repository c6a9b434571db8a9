"""The rules for requests, besides those for the destination in them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from emulator.errors import ServiceError
from emulator.firehose.validation.refusal import invalid, unsupported

KINESIS_TYPE = "KinesisStreamAsSource"
MAXIMUM_TAGS = 50
MAXIMUM_BATCH_BYTES = 4 * 1024 * 1024
_S3_DESTINATIONS = ("S3DestinationConfiguration", "ExtendedS3DestinationConfiguration")
_UNBUILT_DESTINATIONS = (
    "RedshiftDestinationConfiguration",
    "ElasticsearchDestinationConfiguration",
    "AmazonopensearchserviceDestinationConfiguration",
    "SplunkDestinationConfiguration",
    "HttpEndpointDestinationConfiguration",
    "AmazonOpenSearchServerlessDestinationConfiguration",
    "SnowflakeDestinationConfiguration",
    "IcebergDestinationConfiguration",
)
_UNBUILT_UPDATES = tuple(name.replace("Configuration", "Update") for name in _UNBUILT_DESTINATIONS)
_UNBUILT_SOURCES = ("MSKSourceConfiguration", "DatabaseSourceConfiguration", "DirectPutSourceConfiguration")
_BUILT_TYPES = ("DirectPut", KINESIS_TYPE)


def destination_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the S3 destination that a CreateDeliveryStream request asks for.

    Raises:
        ServiceError: there is none, more than one, or one of another kind.
    """
    given = [name for name in (*_S3_DESTINATIONS, *_UNBUILT_DESTINATIONS) if request.get(name) is not None]
    if len(given) != 1:
        raise invalid("Exactly one destination configuration is supported for a Firehose")
    if given[0] in _UNBUILT_DESTINATIONS:
        raise unsupported(given[0])
    return dict(request[given[0]])


def update_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the change that an UpdateDestination request asks for.

    Raises:
        ServiceError: there is none, more than one, or one for another kind of destination.
    """
    for name in _UNBUILT_UPDATES:
        if request.get(name) is not None:
            raise unsupported(name)
    plain, extended = request.get("S3DestinationUpdate"), request.get("ExtendedS3DestinationUpdate")
    if plain is not None and extended is not None:
        raise invalid("Exactly one of s3DestinationUpdate or extendedS3DestinationUpdate must be specified.")
    update = extended or plain
    if not update:
        raise invalid("At least one destination or source configuration update must be provided")
    return dict(update)


def check_source(request: Mapping[str, Any]) -> str:
    """Check where records are to come from and return the delivery stream's type.

    The configuration of a data stream is ignored with direct put, as AWS does.

    Raises:
        ServiceError: the type lacks its source, or the source is not built.
    """
    delivery_stream_type: str = request.get("DeliveryStreamType") or "DirectPut"
    for name in _UNBUILT_SOURCES:
        if request.get(name) is not None:
            raise unsupported(name)
    if delivery_stream_type not in _BUILT_TYPES:
        raise unsupported(f"DeliveryStreamType={delivery_stream_type}")
    if delivery_stream_type == KINESIS_TYPE and request.get("KinesisStreamSourceConfiguration") is None:
        raise invalid("KinesisSourceStreamConfig is mandatory for KinesisStreamAsSource stream type.")
    return delivery_stream_type


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
