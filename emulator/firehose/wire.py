"""Between the API's destination configurations and the data plane's settings."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.configuration import (
    BufferingHints,
    Configuration,
    LambdaProcessor,
    LogDestination,
    S3Destination,
)
from emulator.firehose.processing_validation import parameters_of

DEFAULT_HINTS = {"SizeInMBs": 5, "IntervalInSeconds": 300}
DEFAULT_LAMBDA_PARAMETERS = {
    "NumberOfRetries": "3",
    "BufferSizeInMBs": "1",
    "BufferIntervalInSeconds": "60",
}


def configuration_from(wire: Mapping[str, Any], version_id: int) -> Configuration:
    """Read a complete `ExtendedS3DestinationConfiguration` that was checked."""
    processing = wire.get("ProcessingConfiguration") or {}
    processors = processing.get("Processors") or [] if processing.get("Enabled") else []
    by_type = {processor["Type"]: processor for processor in processors}
    return Configuration(
        version_id=version_id,
        destination=_destination(wire),
        processor=_processor(by_type["Lambda"]) if "Lambda" in by_type else None,
        append_delimiter="AppendDelimiterToRecord" in by_type,
        backup=(
            _destination(wire["S3BackupConfiguration"]) if wire.get("S3BackupMode") == "Enabled" else None
        ),
    )


def _destination(wire: Mapping[str, Any]) -> S3Destination:
    hints = DEFAULT_HINTS | dict(wire.get("BufferingHints") or {})
    logging = wire.get("CloudWatchLoggingOptions") or {}
    kms = (wire.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig")
    return S3Destination(
        bucket_name=wire["BucketARN"].rpartition(":")[2],
        buffering_hints=BufferingHints(hints["SizeInMBs"], hints["IntervalInSeconds"]),
        prefix=wire.get("Prefix") or "",
        error_output_prefix=wire.get("ErrorOutputPrefix") or "",
        compression_format=wire.get("CompressionFormat") or "UNCOMPRESSED",
        file_extension=wire.get("FileExtension") or "",
        custom_time_zone=wire.get("CustomTimeZone") or "UTC",
        kms_key_arn=kms["AWSKMSKeyARN"] if kms else None,
        log_destination=(
            LogDestination(logging["LogGroupName"], logging["LogStreamName"])
            if logging.get("Enabled")
            else None
        ),
    )


def _processor(processor: Mapping[str, Any]) -> LambdaProcessor:
    parameters = DEFAULT_LAMBDA_PARAMETERS | parameters_of(processor)
    return LambdaProcessor(
        lambda_arn=parameters["LambdaArn"],
        number_of_retries=int(parameters["NumberOfRetries"]),
        buffering_hints=BufferingHints(
            float(parameters["BufferSizeInMBs"]), int(parameters["BufferIntervalInSeconds"])
        ),
    )


def merge(wire: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration that an `ExtendedS3DestinationUpdate` or `S3DestinationUpdate` leads to.

    Members that the update does not give stay. `ProcessingConfiguration` is replaced as a whole, except that
    an `Enabled` it leaves out keeps its value, so that a transformation is not switched off by accident; what
    AWS does then is not known.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html
    """
    merged = dict(wire) | {name: value for name, value in update.items() if value is not None}
    backup_update = merged.pop("S3BackupUpdate", None)
    if backup_update is not None:
        merged["S3BackupConfiguration"] = dict(wire.get("S3BackupConfiguration") or {}) | dict(backup_update)
    for name in ("DataFormatConversionConfiguration",):
        if name in wire and name in update:
            merged[name] = dict(wire[name]) | dict(update[name])
    processing = update.get("ProcessingConfiguration")
    if processing is not None and processing.get("Enabled") is None:
        enabled = (wire.get("ProcessingConfiguration") or {}).get("Enabled", False)
        merged["ProcessingConfiguration"] = dict(processing) | {"Enabled": enabled}
    return merged
