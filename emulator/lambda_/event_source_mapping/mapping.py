"""An event source mapping of a stream, read from its configuration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emulator.pipes.pipe import StreamParameters
from emulator.pipes.shard_processor import EventFilter

CompileFilter = Callable[[Sequence[str], str | None], EventFilter]

REPORT_BATCH_ITEM_FAILURES = "ReportBatchItemFailures"


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
            starting_position_timestamp=moment_of(configuration.get("StartingPositionTimestamp")),
            batch_size=configuration["BatchSize"],
            maximum_batching_window_in_seconds=configuration.get("MaximumBatchingWindowInSeconds") or 0,
            parallelization_factor=configuration.get("ParallelizationFactor") or 1,
            maximum_retry_attempts=limit(configuration.get("MaximumRetryAttempts")),
            maximum_record_age_in_seconds=limit(configuration.get("MaximumRecordAgeInSeconds")),
            automatic_bisect=bool(configuration.get("BisectBatchOnFunctionError")),
            dead_letter_arn=destination_arn(configuration),
        ),
        filter_patterns=filter_patterns(configuration),
        reports_item_failures=REPORT_BATCH_ITEM_FAILURES
        in (configuration.get("FunctionResponseTypes") or ()),
        tumbling_window_in_seconds=configuration.get("TumblingWindowInSeconds") or 0,
    )


def destination_arn(configuration: Mapping[str, Any]) -> str | None:
    """Return the ARN of the on-failure destination."""
    return ((configuration.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination") or None


def filter_patterns(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the filter patterns."""
    filters = (configuration.get("FilterCriteria") or {}).get("Filters") or ()
    return tuple(entry.get("Pattern") or "" for entry in filters)


def limit(value: int | None) -> int | None:
    """Return a limit; None when there is none."""
    return None if value in (None, -1) else value


def moment_of(value: datetime | float | None) -> datetime | None:
    """Return a time with its zone."""
    if value is None or isinstance(value, datetime):
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromtimestamp(value, UTC)
