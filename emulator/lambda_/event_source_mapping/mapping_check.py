"""What AWS refuses of an event source mapping, and what would have no effect here."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.lambda_.event_source_mapping.mapping import (
    REPORT_BATCH_ITEM_FAILURES,
    CompileFilter,
    destination_arn,
    filter_patterns,
    limit,
    moment_of,
)
from emulator.pipes.document import document_field

# What the API's model allows.
_RANGES = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
    "MaximumRetryAttempts": (-1, 10_000),
    "ParallelizationFactor": (1, 10),
    "TumblingWindowInSeconds": (0, 900),
}
MINIMUM_RECORD_AGE_IN_SECONDS = 60
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html has none of these.
_STREAM_SETTINGS = (
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "TumblingWindowInSeconds",
)
_QUEUE_SETTINGS = ("ScalingConfig",)
_ARN_PATTERN = (
    r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)"
)
_CONCURRENCY_RANGE = (2, 1_000)
_SERVICES_NOT_AVAILABLE = ("kafka", "mq", "rds")
_DESTINATION_SERVICES = ("s3", "sns", "sqs")


class InvalidMappingError(ValueError):
    """A configuration that AWS refuses, or that the emulator would have to ignore."""


class OutOfRangeError(ValueError):
    """A value that the API's model does not allow; the message is AWS's."""


def check_values(request: Mapping[str, Any]) -> None:
    """Check the values of a request, whatever its source.

    Raises:
        OutOfRangeError: the API's model does not allow one of them.
    """
    _check_arn(request.get("EventSourceArn"), "eventSourceArn", _ARN_PATTERN)
    _check_arn(destination_arn(request), "destinationConfig.onFailure.destination", f"^$|{_ARN_PATTERN}")
    for name, (minimum, maximum) in _RANGES.items():
        _check_number(request.get(name), f"{name[0].lower()}{name[1:]}", minimum, maximum)
    concurrency = (request.get("ScalingConfig") or {}).get("MaximumConcurrency")
    _check_number(concurrency, "scalingConfig.maximumConcurrency", *_CONCURRENCY_RANGE)
    response_types = request.get("FunctionResponseTypes") or ()
    if not {REPORT_BATCH_ITEM_FAILURES}.issuperset(response_types):
        raise OutOfRangeError(
            f"1 validation error detected: Value '[{', '.join(response_types)}]' at 'functionResponseTypes' failed to "
            "satisfy constraint: Member must satisfy constraint: "
            f"[Member must satisfy enum value set: [{REPORT_BATCH_ITEM_FAILURES}]]"
        )


def check_visibility_timeout(queue_seconds: int, function_seconds: int) -> None:
    """Check that a message is not seen again while the function may still have it.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html

    Raises:
        InvalidMappingError: the queue's visibility timeout is shorter than the function's timeout.
    """
    if queue_seconds < function_seconds:
        raise InvalidMappingError(
            f"Queue visibility timeout: {queue_seconds} seconds is less than Function timeout: "
            f"{function_seconds} seconds"
        )


def _check_arn(arn: str | None, name: str, pattern: str) -> None:
    if arn is not None and not re.fullmatch(_ARN_PATTERN, arn):
        raise OutOfRangeError(
            f"1 validation error detected: Value '{arn}' at '{name}' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {pattern}"
        )


def _check_number(value: int | None, name: str, minimum: int, maximum: int) -> None:
    if value is None or minimum <= value <= maximum:
        return
    bound = f"greater than or equal to {minimum}" if value < minimum else f"less than or equal to {maximum}"
    raise OutOfRangeError(
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: "
        f"Member must have value {bound}"
    )


def check_mapping(configuration: Mapping[str, Any], now: float, compile_filter: CompileFilter) -> None:
    """Check what a mapping asks for beyond what LocalStack checks.

    A queue takes no setting of a stream, and a stream none of a queue.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html

    Raises:
        InvalidMappingError: AWS refuses it, or it would have no effect here.
    """
    source_arn = configuration.get("EventSourceArn", "")
    service = source_arn.split(":")[2] if source_arn else "kafka"
    if service == "sqs":
        _check_unsupported(configuration, _STREAM_SETTINGS)
        if source_arn.endswith(".fifo") and configuration.get("MaximumBatchingWindowInSeconds"):
            raise InvalidMappingError("Batching window is not supported for FIFO queues")
        return
    if service not in ("kinesis", "dynamodb"):
        raise InvalidMappingError(
            f"Mappings of {service} are not available in this emulator; those of kinesis, dynamodb and sqs are."
            if service in _SERVICES_NOT_AVAILABLE
            else "Unrecognized event source."
        )
    _check_unsupported(configuration, _QUEUE_SETTINGS)
    _check_destination(configuration)
    timestamp = moment_of(configuration.get("StartingPositionTimestamp"))
    if configuration.get("StartingPosition") == "AT_TIMESTAMP":
        if timestamp is None:
            raise InvalidMappingError(
                "StartingPositionTimestamp: required with StartingPosition AT_TIMESTAMP."
            )
        if timestamp.timestamp() > now:
            raise InvalidMappingError(f"StartingPositionTimestamp: {timestamp.isoformat()} is in the future.")
    age = limit(configuration.get("MaximumRecordAgeInSeconds"))
    if age is not None and age < MINIMUM_RECORD_AGE_IN_SECONDS:
        raise InvalidMappingError(
            f"MaximumRecordAgeInSeconds: {age} is less than {MINIMUM_RECORD_AGE_IN_SECONDS}; -1 stands for no limit."
        )
    if configuration.get("TumblingWindowInSeconds") and (configuration.get("ParallelizationFactor") or 1) > 1:
        raise InvalidMappingError(
            "ParallelizationFactor: has to be 1 for a mapping with a TumblingWindowInSeconds greater than 0."
        )
    try:
        compile_filter(filter_patterns(configuration), document_field(source_arn))
    except ValueError as error:
        raise InvalidMappingError("Invalid filter pattern definition.") from error


def _check_unsupported(configuration: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in names:
        if configuration.get(name) is not None:
            raise InvalidMappingError(f"Unsupported {name} parameter for given event source mapping type.")


def _check_destination(configuration: Mapping[str, Any]) -> None:
    """Refuse what is no bucket, standard topic or standard queue, in the words that Lambda has for functions."""
    arn = destination_arn(configuration)
    if arn is None:
        return
    service, name = arn.split(":")[2], arn.rpartition(":")[2]
    if service not in _DESTINATION_SERVICES or (service != "s3" and name.endswith(".fifo")):
        raise InvalidMappingError(
            "The provided destination config DestinationConfig(onSuccess=null, "
            f"onFailure=OnFailure(destination={arn})) is invalid."
        )
