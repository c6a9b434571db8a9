"""What DescribeDeliveryStream says of a destination, with the defaults filled in."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.processing_validation import LAMBDA_PARAMETERS, parameters_of
from emulator.firehose.wire import DEFAULT_HINTS, DEFAULT_LAMBDA_PARAMETERS

_OPTIONAL = ("Prefix", "ErrorOutputPrefix")
_EXTENDED_OPTIONAL = ("FileExtension", "CustomTimeZone", "DynamicPartitioningConfiguration")


def destination_description(destination_id: str, wire: Mapping[str, Any]) -> dict[str, Any]:
    """Describe an S3 destination; the plain description is the subset that plain S3 destinations have.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationDescription.html
    """
    plain = _s3_description(wire)
    extended = plain | {
        "ProcessingConfiguration": _processing(wire),
        "S3BackupMode": wire.get("S3BackupMode") or "Disabled",
        "DataFormatConversionConfiguration": (
            wire.get("DataFormatConversionConfiguration") or {"Enabled": False}
        ),
    }
    extended |= {name: wire[name] for name in _EXTENDED_OPTIONAL if wire.get(name)}
    if backup := wire.get("S3BackupConfiguration"):
        extended["S3BackupDescription"] = _s3_description(backup)
    return {
        "DestinationId": destination_id,
        "S3DestinationDescription": plain,
        "ExtendedS3DestinationDescription": extended,
    }


def _s3_description(wire: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "RoleARN": wire["RoleARN"],
        "BucketARN": wire["BucketARN"],
        **{name: wire[name] for name in _OPTIONAL if wire.get(name)},
        "BufferingHints": DEFAULT_HINTS | dict(wire.get("BufferingHints") or {}),
        "CompressionFormat": wire.get("CompressionFormat") or "UNCOMPRESSED",
        "EncryptionConfiguration": (
            wire.get("EncryptionConfiguration") or {"NoEncryptionConfig": "NoEncryption"}
        ),
        "CloudWatchLoggingOptions": {"Enabled": False} | dict(wire.get("CloudWatchLoggingOptions") or {}),
    }


def _processing(wire: Mapping[str, Any]) -> dict[str, Any]:
    processing = wire.get("ProcessingConfiguration") or {}
    return {
        "Enabled": bool(processing.get("Enabled")),
        "Processors": [
            _lambda(processor, wire["RoleARN"]) if processor["Type"] == "Lambda" else dict(processor)
            for processor in processing.get("Processors") or []
        ],
    }


def _lambda(processor: Mapping[str, Any], role_arn: str) -> dict[str, Any]:
    parameters = DEFAULT_LAMBDA_PARAMETERS | {"RoleArn": role_arn} | parameters_of(processor)
    return {
        "Type": "Lambda",
        "Parameters": [
            {"ParameterName": name, "ParameterValue": parameters[name]} for name in LAMBDA_PARAMETERS
        ],
    }
