"""The rules for `ProcessingConfiguration`."""

from collections.abc import Mapping
from typing import Any

from emulator.firehose.refusal import invalid, unsupported

LAMBDA_PARAMETERS = ("LambdaArn", "NumberOfRetries", "RoleArn", "BufferSizeInMBs", "BufferIntervalInSeconds")
_UNBUILT_PROCESSORS = (
    "RecordDeAggregation",
    "Decompression",
    "CloudWatchLogProcessing",
    "MetadataExtraction",
)


def check_processing(configuration: Mapping[str, Any]) -> None:
    """Check a `ProcessingConfiguration`; one that is not enabled is kept as it is.

    Raises:
        ServiceError: a rule is broken, or a processor is not built.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
    """
    processors = configuration.get("Processors") or []
    if configuration.get("Enabled") and not 1 <= len(processors) <= 5:
        raise invalid(
            "A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled."
        )
    types = [processor["Type"] for processor in processors]
    if types.count("Lambda") > 1:
        raise invalid("Cannot have more than 1 Lambda processor.")
    if "CloudWatchLogProcessing" in types and "Decompression" not in types:
        raise invalid("CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor")
    for index, processor in enumerate(processors, start=1):
        parameters = parameters_of(processor)
        if processor["Type"] == "Lambda":
            _check_lambda(parameters)
        elif processor["Type"] in _UNBUILT_PROCESSORS:
            _check_unbuilt(processor["Type"], parameters)
            raise unsupported(f"ProcessingConfiguration.Processors.{index}.Type={processor['Type']}")


def parameters_of(processor: Mapping[str, Any]) -> dict[str, str]:
    """Return a processor's parameters by name."""
    return {
        parameter["ParameterName"]: parameter["ParameterValue"]
        for parameter in processor.get("Parameters") or []
    }


def _check_lambda(parameters: Mapping[str, str]) -> None:
    if unknown := sorted(set(parameters) - set(LAMBDA_PARAMETERS)):
        raise invalid(f"The Lambda processor does not take the parameter {unknown[0]}.")
    if not parameters.get("LambdaArn"):
        raise invalid("LambdaArn is required when Lambda processor is used.")
    retries = _number(parameters, "NumberOfRetries", whole=True)
    if retries is not None and not 0 <= retries <= 300:
        raise invalid("Number of retries for lambda must be between 0 and 300.")
    size = _number(parameters, "BufferSizeInMBs")
    interval = _number(parameters, "BufferIntervalInSeconds", whole=True)
    if (size is None) != (interval is None):
        raise invalid(
            "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda "
            "processor."
        )
    if size is not None and not 0.2 <= size <= 3:
        raise invalid("BufferSizeInMBs for lambda processor must be between 0.2 and 3.")
    if interval is not None and not 0 <= interval <= 900:
        raise invalid("BufferIntervalInSeconds for lambda processor must be between 0 and 900.")


def _number(parameters: Mapping[str, str], name: str, *, whole: bool = False) -> float | None:
    text = parameters.get(name)
    if text is None:
        return None
    try:
        return int(text) if whole else float(text)
    except ValueError:
        raise invalid(f"{name} of the Lambda processor is not a number: {text}") from None


def _check_unbuilt(processor_type: str, parameters: Mapping[str, str]) -> None:
    """Give AWS's own objection first, so that a mistake is not taken for a gap of the emulator."""
    objections: dict[str, tuple[bool, str]] = {
        "MetadataExtraction": (
            parameters.get("JsonParsingEngine") == "JQ-1.6",
            "MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6",
        ),
        "RecordDeAggregation": (
            parameters.get("SubRecordType") in ("JSON", "DELIMITED"),
            "SubRecordType has to be one of JSON, DELIMITED",
        ),
        "Decompression": (
            parameters.get("CompressionFormat", "GZIP") == "GZIP",
            "CompressionFormat has to be GZIP",
        ),
        "CloudWatchLogProcessing": (
            parameters.get("DataMessageExtraction", "true").lower() in ("true", "false"),
            "Invalid parameter value for DataMessageExtraction. Allowed values are True and False.",
        ),
    }
    accepted, objection = objections[processor_type]
    if not accepted:
        raise invalid(objection)
    if parameters.get("SubRecordType") == "DELIMITED" and not parameters.get("Delimiter"):
        raise invalid("Delimiter should be present for DELIMITED")
