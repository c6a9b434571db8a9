"""The rules for the parameters of each type of processor."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping

from emulator.firehose.validation.jq_query import keys_of
from emulator.firehose.validation.processor_parameter import LAMBDA_PARAMETERS
from emulator.firehose.validation.refusal import invalid

MAXIMUM_PARTITION_KEYS = 50
_LAMBDA_ARN = re.compile(
    r"arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9-_]{1,64}(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)


def check_parameters(processor_type: str, parameters: Mapping[str, str]) -> None:
    """Check the parameters of one processor.

    Raises:
        ServiceError: one is missing or has a value that it must not have.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessorParameter.html
    """
    check = _CHECKS.get(processor_type)
    if check is not None:
        check(parameters)


def _check_lambda(parameters: Mapping[str, str]) -> None:
    if unknown := sorted(set(parameters) - set(LAMBDA_PARAMETERS)):
        raise invalid(f"The Lambda processor does not take the parameter {unknown[0]}.")
    if not parameters.get("LambdaArn"):
        raise invalid("LambdaArn is required when Lambda processor is used.")
    if not _LAMBDA_ARN.fullmatch(parameters["LambdaArn"]):
        raise invalid("Invalid lambda ARN.")
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


def _check_metadata_extraction(parameters: Mapping[str, str]) -> None:
    if parameters.get("JsonParsingEngine") != "JQ-1.6":
        raise invalid("MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6")
    query = parameters.get("MetadataExtractionQuery")
    if not query:
        raise invalid("MetadataExtractionQuery is required when MetadataExtraction processor is used.")
    # Whether jq understands the query is seen when records come: AWS takes one that it does not, too.
    if len(keys_of(query) or ()) > MAXIMUM_PARTITION_KEYS:
        raise invalid(f"MetaDataExtraction JQ Query can't contain more than {MAXIMUM_PARTITION_KEYS} keys")


def _check_record_de_aggregation(parameters: Mapping[str, str]) -> None:
    if parameters.get("SubRecordType") not in ("JSON", "DELIMITED"):
        raise invalid("SubRecordType has to be one of JSON, DELIMITED")
    if parameters["SubRecordType"] == "JSON":
        return
    delimiter = parameters.get("Delimiter")
    if not delimiter:
        raise invalid("Delimiter should be present for DELIMITED")
    try:
        base64.b64decode(delimiter, validate=True)
    except binascii.Error:
        raise invalid("Delimiter should be base64 encoded") from None


def _check_decompression(parameters: Mapping[str, str]) -> None:
    if parameters.get("CompressionFormat", "GZIP") != "GZIP":
        raise invalid("CompressionFormat has to be GZIP")


def _check_cloudwatch_log_processing(parameters: Mapping[str, str]) -> None:
    if parameters.get("DataMessageExtraction", "").lower() not in ("true", "false"):
        raise invalid("Invalid parameter value for DataMessageExtraction. Allowed values are True and False.")


_CHECKS: dict[str, Callable[[Mapping[str, str]], None]] = {
    "Lambda": _check_lambda,
    "MetadataExtraction": _check_metadata_extraction,
    "RecordDeAggregation": _check_record_de_aggregation,
    "Decompression": _check_decompression,
    "CloudWatchLogProcessing": _check_cloudwatch_log_processing,
}
