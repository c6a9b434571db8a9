"""A destination as AWS stores it: what the request left out is filled in once, and kept from then on."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.validation.processor_parameter import complete_processor

_INTERVAL_SECONDS = 300
_SIZE_IN_MBS = 5
# With format conversion or dynamic partitioning.
_LARGE_SIZE_IN_MBS = 128
_RETRY_SECONDS = 300
# Empty means not given.
_OPTIONAL = ("FileExtension", "CustomTimeZone")


def complete(wire: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checked `ExtendedS3DestinationConfiguration` with its defaults; doing it twice changes nothing.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationDescription.html
    """
    given = {name: value for name, value in wire.items() if value is not None}
    large = converts_format(given) or partitions_dynamically(given)
    completed = _complete_plain(given, _LARGE_SIZE_IN_MBS if large else _SIZE_IN_MBS)
    completed["S3BackupMode"] = given.get("S3BackupMode", "Disabled")
    if backup := given.get("S3BackupConfiguration"):
        completed["S3BackupConfiguration"] = complete_backup(backup)
    if (processing := given.get("ProcessingConfiguration")) is not None:
        completed["ProcessingConfiguration"] = _complete_processing(processing, given["RoleARN"])
    if (conversion := given.get("DataFormatConversionConfiguration")) is not None:
        completed["DataFormatConversionConfiguration"] = {**conversion, "Enabled": converts_format(given)}
    if (partitioning := given.get("DynamicPartitioningConfiguration")) is not None:
        completed["DynamicPartitioningConfiguration"] = _complete_partitioning(partitioning)
    for name in _OPTIONAL:
        if not completed.get(name):
            completed.pop(name, None)
    return completed


def complete_backup(wire: Mapping[str, Any]) -> dict[str, Any]:
    """Return an `S3BackupConfiguration` with its defaults."""
    return _complete_plain({name: value for name, value in wire.items() if value is not None}, _SIZE_IN_MBS)


def converts_format(wire: Mapping[str, Any]) -> bool:
    """Tell whether records are converted: a configuration that does not say otherwise is enabled.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_DataFormatConversionConfiguration.html
    """
    conversion = wire.get("DataFormatConversionConfiguration")
    return conversion is not None and conversion.get("Enabled") is not False


def partitions_dynamically(wire: Mapping[str, Any]) -> bool:
    """Tell whether dynamic partitioning is enabled."""
    return bool((wire.get("DynamicPartitioningConfiguration") or {}).get("Enabled"))


def _complete_plain(given: Mapping[str, Any], size_in_mbs: int) -> dict[str, Any]:
    return {
        **given,
        "BufferingHints": given.get("BufferingHints")
        or {"SizeInMBs": size_in_mbs, "IntervalInSeconds": _INTERVAL_SECONDS},
        "CompressionFormat": given.get("CompressionFormat", "UNCOMPRESSED"),
        "EncryptionConfiguration": given.get("EncryptionConfiguration")
        or {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": False, **(given.get("CloudWatchLoggingOptions") or {})},
    }


def _complete_processing(processing: Mapping[str, Any], role_arn: str) -> dict[str, Any]:
    return {
        "Enabled": bool(processing.get("Enabled")),
        "Processors": [
            complete_processor(processor, role_arn) for processor in processing.get("Processors") or []
        ],
    }


def _complete_partitioning(partitioning: Mapping[str, Any]) -> dict[str, Any]:
    if not partitioning.get("Enabled"):
        return {**partitioning, "Enabled": False}
    retry_options = partitioning.get("RetryOptions") or {}
    return {
        "Enabled": True,
        "RetryOptions": {"DurationInSeconds": retry_options.get("DurationInSeconds", _RETRY_SECONDS)},
    }
