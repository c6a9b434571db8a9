"""How UpdateDestination changes a stored destination."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.completion import partitions_dynamically
from emulator.firehose.validation.refusal import invalid

_MERGED_BY_MEMBER = ("CloudWatchLoggingOptions", "DynamicPartitioningConfiguration")


def merge(wire: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration that an `ExtendedS3DestinationUpdate` or `S3DestinationUpdate` leads to.

    Members that the update does not give stay. `ProcessingConfiguration` is replaced as a whole, except that
    an `Enabled` it leaves out keeps its value, so that a transformation is not switched off by accident; what
    AWS does then is not known.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html
    """
    merged = _joined(wire, update)
    backup_update = merged.pop("S3BackupUpdate", None)
    if backup_update is not None:
        stored = wire.get("S3BackupConfiguration") or {}
        merged["S3BackupConfiguration"] = _joined(stored, backup_update)
        _join_member(merged["S3BackupConfiguration"], stored, backup_update, "CloudWatchLoggingOptions")
    for name in _MERGED_BY_MEMBER:
        _join_member(merged, wire, update, name)
    conversion_name = "DataFormatConversionConfiguration"
    _join_member(merged, wire, update, conversion_name)
    if update.get(conversion_name) is not None and wire.get(conversion_name) is not None:
        _join_member(
            merged[conversion_name], wire[conversion_name], update[conversion_name], "SchemaConfiguration"
        )
    processing = update.get("ProcessingConfiguration")
    if processing is not None and processing.get("Enabled") is None:
        enabled = (wire.get("ProcessingConfiguration") or {}).get("Enabled", False)
        merged["ProcessingConfiguration"] = {**processing, "Enabled": enabled}
    return merged


def check_transition(wire: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    """Refuse what can be chosen only when a delivery stream is created, or never be undone.

    Raises:
        ServiceError: the update asks for such a change.

    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-enable.html
    """
    if wire.get("S3BackupMode") == "Enabled" and merged.get("S3BackupMode") == "Disabled":
        raise invalid("Disabling S3 backup is not currently supported.")
    if partitions_dynamically(merged) and not partitions_dynamically(wire):
        raise invalid("Enabling Dynamic Partitioning is not supported for existing stream.")
    if partitions_dynamically(wire) and not partitions_dynamically(merged):
        raise invalid("Disabling Dynamic Partitioning is not supported for existing stream.")
    before, after = processor_types(wire), processor_types(merged)
    if "Decompression" in after and not {"Decompression", "Lambda"} & before:
        raise invalid(
            "Enabling source decompression is not supported for existing stream with no Lambda function attached."
        )


def processor_types(wire: Mapping[str, Any]) -> set[str]:
    """Return the types of the processors that are in use."""
    processing = wire.get("ProcessingConfiguration") or {}
    return (
        {processor["Type"] for processor in processing.get("Processors") or []}
        if processing.get("Enabled")
        else set()
    )


def _joined(stored: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    return {**stored, **{name: value for name, value in update.items() if value is not None}}


def _join_member(
    merged: dict[str, Any], stored: Mapping[str, Any], update: Mapping[str, Any], name: str
) -> None:
    if update.get(name) is not None:
        merged[name] = _joined(stored.get(name) or {}, update[name])
