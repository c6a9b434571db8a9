"""The parameters of a processor, and what AWS fills in when it stores one."""

from collections.abc import Mapping
from typing import Any

LAMBDA_PARAMETERS = ("LambdaArn", "NumberOfRetries", "RoleArn", "BufferSizeInMBs", "BufferIntervalInSeconds")
_METADATA_EXTRACTION_PARAMETERS = ("MetadataExtractionQuery", "JsonParsingEngine")
_LAMBDA_DEFAULTS = {"NumberOfRetries": "3", "BufferSizeInMBs": "1", "BufferIntervalInSeconds": "60"}


def parameters_of(processor: Mapping[str, Any]) -> dict[str, str]:
    """Return a processor's parameters by name."""
    return {
        parameter["ParameterName"]: parameter["ParameterValue"]
        for parameter in processor.get("Parameters") or []
    }


def complete_processor(processor: Mapping[str, Any], role_arn: str) -> dict[str, Any]:
    """Return a processor as it is stored: defaults filled in, parameters ordered, those that are ignored left out.

    `role_arn` is the destination's, which a Lambda processor keeps when the destination gets another.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessorParameter.html
    """
    parameters = parameters_of(processor)
    match processor["Type"]:
        case "Lambda":
            given = _LAMBDA_DEFAULTS | {"RoleArn": role_arn} | parameters
            parameters = {name: given[name] for name in LAMBDA_PARAMETERS}
        case "MetadataExtraction":
            parameters = {name: parameters[name] for name in _METADATA_EXTRACTION_PARAMETERS} | parameters
        case "Decompression":
            parameters = {"CompressionFormat": "GZIP"}
        case "CloudWatchLogProcessing":
            parameters = {"DataMessageExtraction": parameters["DataMessageExtraction"].lower()}
        case "AppendDelimiterToRecord":
            parameters = {}
    return {
        "Type": processor["Type"],
        "Parameters": [
            {"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    }
