"""An event source mapping of a stream, read from its configuration."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emulator.pipes.document import document_field
from emulator.pipes.pipe import StreamParameters
from emulator.pipes.shard_processor import EventFilter

CompileFilter = Callable[[Sequence[str], str | None], EventFilter]

REPORT_BATCH_ITEM_FAILURES = "ReportBatchItemFailures"
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
_DESTINATION_PATTERN = (
    r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)"
)
_DESTINATION_SERVICES = ("s3", "sns", "sqs")


class InvalidMappingError(ValueError):
    """A configuration that AWS refuses, or that the emulator would have to ignore."""


class OutOfRangeError(ValueError):
    """A value that the API's model does not allow; the message is AWS's."""


@dataclass(frozen=True, slots=True)
class StreamMapping:
    """One mapping of a Kinesis or DynamoDB stream to a function.

    https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html
    """

    uuid: str
    source_arn: str
    function_arn: str
    role_arn: str
    parameters: StreamParameters
    filter_patterns: tuple[str, ...] = ()
    reports_item_failures: bool = False
    tumbling_window_in_seconds: int = 0

    @property
    def is_kinesis(self) -> bool:
        """Whether the source is a data stream rather than the stream of a table."""
        return self.source_arn.split(":")[2] == "kinesis"


def read_mapping(configuration: Mapping[str, Any], role_arn: str) -> StreamMapping:
    """Read a mapping from its EventSourceMappingConfiguration."""
    return StreamMapping(
        uuid=configuration["UUID"],
        source_arn=configuration["EventSourceArn"],
        function_arn=configuration["FunctionArn"],
        role_arn=role_arn,
        parameters=StreamParameters(
            starting_position=configuration["StartingPosition"],
            starting_position_timestamp=_moment(configuration.get("StartingPositionTimestamp")),
            batch_size=configuration["BatchSize"],
            maximum_batching_window_in_seconds=configuration.get("MaximumBatchingWindowInSeconds") or 0,
            parallelization_factor=configuration.get("ParallelizationFactor") or 1,
            maximum_retry_attempts=_limit(configuration.get("MaximumRetryAttempts")),
            maximum_record_age_in_seconds=_limit(configuration.get("MaximumRecordAgeInSeconds")),
            automatic_bisect=bool(configuration.get("BisectBatchOnFunctionError")),
            dead_letter_arn=_destination(configuration),
        ),
        filter_patterns=_patterns(configuration),
        reports_item_failures=REPORT_BATCH_ITEM_FAILURES
        in (configuration.get("FunctionResponseTypes") or ()),
        tumbling_window_in_seconds=configuration.get("TumblingWindowInSeconds") or 0,
    )


def check_ranges(request: Mapping[str, Any]) -> None:
    """Check the numbers of a request and the form of its destination, whatever its source.

    Raises:
        OutOfRangeError: the API's model does not allow one of them.
    """
    destination = _destination(request)
    if destination is not None and not re.fullmatch(_DESTINATION_PATTERN, destination):
        raise OutOfRangeError(
            f"1 validation error detected: Value '{destination}' at 'destinationConfig.onFailure.destination' failed "
            f"to satisfy constraint: Member must satisfy regular expression pattern: ^$|{_DESTINATION_PATTERN}"
        )
    for name, (minimum, maximum) in _RANGES.items():
        value = request.get(name)
        if value is None or minimum <= value <= maximum:
            continue
        bound = (
            f"greater than or equal to {minimum}" if value < minimum else f"less than or equal to {maximum}"
        )
        raise OutOfRangeError(
            f"1 validation error detected: Value '{value}' at '{name[0].lower()}{name[1:]}' failed to satisfy "
            f"constraint: Member must have value {bound}"
        )


def check_stream_mapping(configuration: Mapping[str, Any], now: float, compile_filter: CompileFilter) -> None:
    """Check what a mapping asks for beyond what LocalStack checks.

    A queue takes no setting of a stream, and a stream none of a queue. A mapping of any other source is left alone.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html

    Raises:
        InvalidMappingError: AWS refuses it, or it would have no effect here.
    """
    source_arn = configuration.get("EventSourceArn", "")
    service = source_arn.split(":")[2:3]
    if service == ["sqs"]:
        _check_unsupported(configuration, _STREAM_SETTINGS)
    if service not in (["kinesis"], ["dynamodb"]):
        return
    _check_unsupported(configuration, _QUEUE_SETTINGS)
    _check_destination(configuration)
    timestamp = _moment(configuration.get("StartingPositionTimestamp"))
    if configuration.get("StartingPosition") == "AT_TIMESTAMP":
        if timestamp is None:
            raise InvalidMappingError(
                "StartingPositionTimestamp: required with StartingPosition AT_TIMESTAMP."
            )
        if timestamp.timestamp() > now:
            raise InvalidMappingError(f"StartingPositionTimestamp: {timestamp.isoformat()} is in the future.")
    age = _limit(configuration.get("MaximumRecordAgeInSeconds"))
    if age is not None and age < MINIMUM_RECORD_AGE_IN_SECONDS:
        raise InvalidMappingError(
            f"MaximumRecordAgeInSeconds: {age} is less than {MINIMUM_RECORD_AGE_IN_SECONDS}; -1 stands for no limit."
        )
    if configuration.get("TumblingWindowInSeconds") and (configuration.get("ParallelizationFactor") or 1) > 1:
        raise InvalidMappingError(
            "ParallelizationFactor: has to be 1 for a mapping with a TumblingWindowInSeconds greater than 0."
        )
    try:
        compile_filter(_patterns(configuration), document_field(source_arn))
    except ValueError as error:
        raise InvalidMappingError("Invalid filter pattern definition.") from error


def _check_unsupported(configuration: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in names:
        if configuration.get(name) is not None:
            raise InvalidMappingError(f"Unsupported {name} parameter for given event source mapping type.")


def _check_destination(configuration: Mapping[str, Any]) -> None:
    """Refuse what is no bucket, standard topic or standard queue, in the words that Lambda has for functions."""
    arn = _destination(configuration)
    if arn is None:
        return
    service, name = arn.split(":")[2], arn.rpartition(":")[2]
    if service not in _DESTINATION_SERVICES or (service != "s3" and name.endswith(".fifo")):
        raise InvalidMappingError(
            "The provided destination config DestinationConfig(onSuccess=null, "
            f"onFailure=OnFailure(destination={arn})) is invalid."
        )


def _destination(configuration: Mapping[str, Any]) -> str | None:
    return ((configuration.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination") or None


def _patterns(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    filters = (configuration.get("FilterCriteria") or {}).get("Filters") or ()
    return tuple(entry.get("Pattern") or "" for entry in filters)


def _limit(value: int | None) -> int | None:
    return None if value in (None, -1) else value


def _moment(value: datetime | float | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromtimestamp(value, UTC)
