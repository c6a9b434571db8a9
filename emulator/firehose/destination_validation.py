"""The rules for an S3 destination, AWS's first and then what is not built here."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from emulator.firehose.prefix_validation import check_prefixes
from emulator.firehose.processing_validation import check_processing
from emulator.firehose.refusal import invalid, unsupported

_UNBUILT_COMPRESSION_FORMATS = ("Snappy", "HADOOP_SNAPPY")


def check_destination(configuration: Mapping[str, Any]) -> None:
    """Check a complete `ExtendedS3DestinationConfiguration`, as created or as merged by an update.

    Raises:
        ServiceError: a rule is broken, or a setting is not built.
    """
    _check_common(configuration, "ExtendedS3DestinationConfiguration")
    _check_time_zone(configuration)
    processing = configuration.get("ProcessingConfiguration") or {}
    check_processing(processing)
    _check_format_conversion(configuration)
    _check_dynamic_partitioning(configuration)
    _check_backup(configuration)


def _check_common(configuration: Mapping[str, Any], where: str) -> None:
    check_prefixes(configuration)
    hints = configuration.get("BufferingHints") or {}
    if len([value for value in hints.values() if value is not None]) == 1:
        raise invalid(
            f"{where}.BufferingHints needs both of SizeInMBs and IntervalInSeconds when one of them is given."
        )
    compression_format = configuration.get("CompressionFormat")
    if compression_format in _UNBUILT_COMPRESSION_FORMATS:
        raise unsupported(f"{where}.CompressionFormat={compression_format}")
    logging = configuration.get("CloudWatchLoggingOptions") or {}
    if logging.get("Enabled"):
        for name in ("LogGroupName", "LogStreamName"):
            if not logging.get(name):
                raise invalid(f"{where}.CloudWatchLoggingOptions.{name} is needed when logging is enabled.")
    encryption = configuration.get("EncryptionConfiguration") or {}
    if encryption.get("NoEncryptionConfig") and encryption.get("KMSEncryptionConfig"):
        raise invalid(f"{where}.EncryptionConfiguration takes only one kind of encryption.")


def _check_time_zone(configuration: Mapping[str, Any]) -> None:
    name = configuration.get("CustomTimeZone")
    if not name:
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(f"CustomTimeZone {name} is not a known time zone.") from None


def _check_format_conversion(configuration: Mapping[str, Any]) -> None:
    conversion = configuration.get("DataFormatConversionConfiguration")
    if conversion is None or conversion.get("Enabled") is False:
        return
    if configuration.get("CompressionFormat", "UNCOMPRESSED") != "UNCOMPRESSED":
        raise invalid(
            "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is "
            "enabled. To enable compression within the converted output format, set the appropriate "
            "serialization option in the output format configuration."
        )
    hints = configuration.get("BufferingHints") or {}
    if hints.get("SizeInMBs", 128) < 64:
        raise invalid("BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.")
    for name in ("InputFormatConfiguration", "OutputFormatConfiguration", "SchemaConfiguration"):
        if not conversion.get(name):
            raise invalid(f"{name} must not be null")
    for name, format_name in (("Deserializer", "Input"), ("Serializer", "Output")):
        chosen = conversion[f"{format_name}FormatConfiguration"].get(name)
        if not chosen:
            raise invalid(f"{name} must not be null")
        if len(chosen) > 1:
            raise invalid(f"More than one {name.lower()} specified. Only one may be chosen.")
    schema = conversion["SchemaConfiguration"]
    for member, shown in (("RoleARN", "RoleArn"), ("DatabaseName",) * 2, ("TableName",) * 2):
        if not schema.get(member):
            raise invalid(f"SchemaConfiguration.{shown} must not be null or empty")
    raise unsupported("ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration")


def _check_dynamic_partitioning(configuration: Mapping[str, Any]) -> None:
    partitioning = configuration.get("DynamicPartitioningConfiguration") or {}
    if not partitioning.get("Enabled"):
        return
    if not (configuration.get("ProcessingConfiguration") or {}).get("Enabled"):
        raise invalid("Processing Configuration is not enabled when DataPartitioning is enabled")
    hints = configuration.get("BufferingHints") or {}
    if hints.get("SizeInMBs", 128) < 64:
        raise invalid("BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.")
    if hints.get("IntervalInSeconds", 300) < 60:
        raise invalid(
            "BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is enabled."
        )
    raise unsupported("ExtendedS3DestinationConfiguration.DynamicPartitioningConfiguration")


def _check_backup(configuration: Mapping[str, Any]) -> None:
    backup = configuration.get("S3BackupConfiguration")
    if configuration.get("S3BackupMode") == "Enabled" and not backup:
        raise invalid("S3BackupConfiguration is needed when S3BackupMode is Enabled.")
    if not backup:
        return
    _check_common(backup, "S3BackupConfiguration")
    interval = (backup.get("BufferingHints") or {}).get("IntervalInSeconds", 300)
    if not 60 <= interval <= 900:
        raise invalid("S3 backup buffering interval must be between 60 and 900 seconds.")
