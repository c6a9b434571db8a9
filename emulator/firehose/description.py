"""What DescribeDeliveryStream says of a destination."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.completion import complete

_PLAIN = (
    "RoleARN",
    "BucketARN",
    "Prefix",
    "ErrorOutputPrefix",
    "BufferingHints",
    "CompressionFormat",
    "EncryptionConfiguration",
    "CloudWatchLoggingOptions",
)
_EXTENDED = (
    "ProcessingConfiguration",
    "S3BackupMode",
    "DataFormatConversionConfiguration",
    "DynamicPartitioningConfiguration",
    "FileExtension",
    "CustomTimeZone",
)


def destination_description(destination_id: str, wire: Mapping[str, Any]) -> dict[str, Any]:
    """Describe an S3 destination; the plain description is the subset that plain S3 destinations have.

    Blocks that the request did not give (processing, conversion, partitioning) are left out, as in recorded
    answers; what the serializers default to is not shown either.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationDescription.html
    """
    wire = complete(wire)
    plain = _members(wire, _PLAIN)
    extended = plain | _members(wire, _EXTENDED)
    if backup := wire.get("S3BackupConfiguration"):
        extended["S3BackupDescription"] = _members(backup, _PLAIN)
    return {
        "DestinationId": destination_id,
        "S3DestinationDescription": plain,
        "ExtendedS3DestinationDescription": extended,
    }


def _members(wire: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: wire[name] for name in names if name in wire}
