"""The rules for an S3 destination."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.completion import converts_format, partitions_dynamically
from emulator.firehose.validation.dynamic_partitioning import check_dynamic_partitioning
from emulator.firehose.validation.format_conversion import check_format_conversion
from emulator.firehose.validation.prefix import check_prefixes
from emulator.firehose.validation.processing import check_processing
from emulator.firehose.validation.refusal import invalid
from emulator.firehose.validation.time_zone import check_time_zone


def check_destination(configuration: Mapping[str, Any]) -> None:
    """Check a complete `ExtendedS3DestinationConfiguration`, as created or as merged by an update.

    Raises:
        ServiceError: a rule is broken.
    """
    dynamic_partitioning = partitions_dynamically(configuration)
    _check_plain(
        configuration, "ExtendedS3DestinationConfiguration", dynamic_partitioning=dynamic_partitioning
    )
    check_time_zone(configuration.get("CustomTimeZone"))
    processing = configuration.get("ProcessingConfiguration") or {}
    check_processing(processing, dynamic_partitioning=dynamic_partitioning)
    if converts_format(configuration):
        check_format_conversion(configuration)
    if dynamic_partitioning:
        check_dynamic_partitioning(configuration)
    _check_backup(configuration)


def _check_plain(configuration: Mapping[str, Any], where: str, *, dynamic_partitioning: bool = False) -> None:
    check_prefixes(configuration, dynamic_partitioning=dynamic_partitioning)
    hints = configuration.get("BufferingHints") or {}
    if len([value for value in hints.values() if value is not None]) == 1:
        raise invalid(
            f"{where}.BufferingHints needs both of SizeInMBs and IntervalInSeconds when one of them is given."
        )
    logging = configuration.get("CloudWatchLoggingOptions") or {}
    if logging.get("Enabled"):
        for member, words in (("LogGroupName", "Group"), ("LogStreamName", "Stream")):
            if not logging.get(member):
                raise invalid(f"CloudWatch Log {words} Name is required if CloudWatch Logging is enabled")
    encryption = configuration.get("EncryptionConfiguration") or {}
    if encryption.get("NoEncryptionConfig") and encryption.get("KMSEncryptionConfig"):
        raise invalid("Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified")


def _check_backup(configuration: Mapping[str, Any]) -> None:
    backup = configuration.get("S3BackupConfiguration")
    if configuration.get("S3BackupMode") == "Enabled" and not backup:
        raise invalid("S3 backup destination configuration is required when enabling S3 backup.")
    if not backup:
        return
    for name in ("RoleARN", "BucketARN"):
        # An update need not give them, what it leads to must have them.
        if not backup.get(name):
            raise invalid(f"S3BackupConfiguration.{name} must not be null or empty")
    _check_plain(backup, "S3BackupConfiguration")
    interval = (backup.get("BufferingHints") or {}).get("IntervalInSeconds", 300)
    if not 60 <= interval <= 900:
        raise invalid("S3 backup buffering interval must be between 60 and 900 seconds.")
