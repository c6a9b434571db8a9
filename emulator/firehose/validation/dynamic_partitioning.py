"""The rules for dynamic partitioning: its buffer, its processors and the keys in the prefix."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.prefix import expressions
from emulator.firehose.validation.jq_query import keys_of
from emulator.firehose.validation.prefix import FROM_LAMBDA, FROM_QUERY, PARTITION_NAMESPACES
from emulator.firehose.validation.processor_parameter import parameters_of
from emulator.firehose.validation.refusal import invalid


def check_dynamic_partitioning(configuration: Mapping[str, Any]) -> None:
    """Check a destination whose dynamic partitioning is enabled.

    Raises:
        ServiceError: a rule is broken.

    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
    """
    processing = configuration.get("ProcessingConfiguration") or {}
    if not processing.get("Enabled"):
        raise invalid("Processing Configuration is not enabled when DataPartitioning is enabled")
    _check_hints(configuration.get("BufferingHints") or {})
    namespaces = _keys_by_namespace(configuration.get("Prefix") or "")
    if not namespaces:
        raise invalid(
            "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled"
        )
    processors = {each["Type"]: parameters_of(each) for each in processing["Processors"]}
    if FROM_LAMBDA in namespaces and "Lambda" not in processors:
        raise invalid(
            "Lambda should be present when S3 Prefix contains keys from partitionKeyFromLambda namespace"
        )
    if FROM_QUERY in namespaces and "MetadataExtraction" not in processors:
        raise invalid(
            "MetadataExtraction processor should be present when S3 Prefix has partitionKeyFromQuery namespace"
        )
    if "MetadataExtraction" in processors:
        query = processors["MetadataExtraction"]["MetadataExtractionQuery"]
        _check_query_keys(keys_of(query), namespaces.get(FROM_QUERY, set()))


def _check_hints(hints: Mapping[str, int]) -> None:
    if hints.get("SizeInMBs", 128) < 64:
        raise invalid("BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.")
    if hints.get("IntervalInSeconds", 300) < 60:
        raise invalid(
            "BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is enabled."
        )


def _keys_by_namespace(prefix: str) -> dict[str, set[str]]:
    keys: dict[str, set[str]] = {}
    for expression in expressions(prefix):
        if expression.namespace in PARTITION_NAMESPACES:
            keys.setdefault(expression.namespace, set()).add(expression.value)
    return keys


def _check_query_keys(query_keys: list[str] | None, prefix_keys: set[str]) -> None:
    if query_keys is None:
        return
    if set(query_keys) - prefix_keys:
        raise invalid(
            "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression"
        )
    if missing := sorted(prefix_keys - set(query_keys)):
        # Otherwise every record would fail.
        raise invalid(
            f"S3 Prefix can't contain keys that the MetaDataExtraction JQ Query does not have: {missing[0]}"
        )
