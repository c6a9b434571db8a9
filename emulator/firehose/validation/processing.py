"""The rules for `ProcessingConfiguration`."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.validation.processor import check_parameters
from emulator.firehose.validation.processor_parameter import parameters_of
from emulator.firehose.validation.refusal import invalid

# AWS names its own classes here.
_ONLY_WITH_DYNAMIC_PARTITIONING = {
    "RecordDeAggregation": "com.amazonaws.services.firehose.internal.model.RecordDeAggregationProcessor",
    "MetadataExtraction": "com.amazonaws.services.firehose.internal.model.MetadataExtractionProcessor",
}
# Seen to be taken on AWS, and to work as one.
_MAY_REPEAT = frozenset({"Decompression", "CloudWatchLogProcessing", "AppendDelimiterToRecord"})


def check_processing(configuration: Mapping[str, Any], *, dynamic_partitioning: bool) -> None:
    """Check a `ProcessingConfiguration`, whether it is enabled or not.

    Raises:
        ServiceError: a rule is broken.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessingConfiguration.html
    """
    processors = configuration.get("Processors") or []
    if configuration.get("Enabled") and not 1 <= len(processors) <= 5:
        raise invalid(
            "A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled."
        )
    types = [processor["Type"] for processor in processors]
    for processor_type in dict.fromkeys(types):
        if processor_type not in _MAY_REPEAT and types.count(processor_type) > 1:
            raise invalid(f"Cannot have more than 1 {processor_type} processor.")
    for processor in processors:
        names = [parameter["ParameterName"] for parameter in processor.get("Parameters") or []]
        # The delimiter's parameters are left out before anything looks at them.
        if len(set(names)) != len(names) and processor["Type"] != "AppendDelimiterToRecord":
            raise invalid("Duplicate ProcessorParameter passed to ProcessingConfiguration.")
        check_parameters(processor["Type"], parameters_of(processor))
    if "CloudWatchLogProcessing" in types and "Decompression" not in types:
        raise invalid("CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor")
    for processor_type, class_name in _ONLY_WITH_DYNAMIC_PARTITIONING.items():
        if processor_type in types and not dynamic_partitioning:
            raise invalid(f"class {class_name} can only be present when Dynamic Partitioning is enabled.")
