"""The API's shapes for a pipe's source, as the definition has it, and back; what is not built is refused by name."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.pipes.document import document_field
from emulator.pipes.event_pattern import InvalidPatternError, compile_filter
from emulator.pipes.pipe import PipeDefinition, QueueParameters, SourceParameters, StreamParameters
from emulator.pipes.refusal import InvalidRequestError, arn_parts
from emulator.pipes.validation import missing_parameter_message

Json = Mapping[str, Any]

DYNAMODB_BLOCK = "DynamoDBStreamParameters"
KINESIS_BLOCK = "KinesisStreamParameters"
SQS_BLOCK = "SqsQueueParameters"

_BLOCKS = {"dynamodb": DYNAMODB_BLOCK, "kinesis": KINESIS_BLOCK, "sqs": SQS_BLOCK}
_SUPPORTED = "the sources built are DynamoDB streams, Kinesis data streams and SQS queues"

_WINDOW = "MaximumBatchingWindowInSeconds"
# The batch size of a stream that none is given for.
_BATCH_SIZE = 100
# As many messages as one ReceiveMessage returns.
_MAXIMUM_BATCH_SIZE_WITHOUT_WINDOW = 10


def check_source(arn: str) -> None:
    """Refuse a source that is not built."""
    service, _, resource = arn_parts(arn)
    if service not in _BLOCKS:
        raise InvalidRequestError(f"Source: {service} is not supported by this emulator; {_SUPPORTED}")
    if service == "dynamodb" and not (resource.startswith("table/") and "/stream/" in resource):
        raise InvalidRequestError(f"Source: {arn} is not the ARN of a DynamoDB stream")
    if service == "kinesis" and not resource.startswith("stream/"):
        raise InvalidRequestError(f"Source: {arn} is not the ARN of a Kinesis data stream")
    if service == "kinesis" and "/consumer/" in resource:
        raise InvalidRequestError(
            f"Source: {arn}: consumers with enhanced fan-out are not supported by this emulator; "
            "give the ARN of the data stream"
        )
    if service == "sqs" and not (resource and ":" not in resource and "/" not in resource):
        raise InvalidRequestError(f"Source: {arn} is not the ARN of an SQS queue")


def read_source_parameters(
    request: Json, source_arn: str, now: float, maximum_batch_size: int | None
) -> SourceParameters:
    """Read how a new pipe's source is to be read; a batch size that is left out is one that the target takes.

    Raises:
        InvalidRequestError: AWS refuses it, or it asks for what is not built.
    """
    name, block = _block(request, source_arn)
    if name == SQS_BLOCK:
        return _read_queue_parameters(block or {}, source_arn)
    if block is None:
        raise InvalidRequestError(missing_parameter_message(f"SourceParameters.{name}"))
    position = str(block["StartingPosition"])
    timestamp = _read_timestamp(position, block.get("StartingPositionTimestamp"), now)
    return _read_stream_parameters(name, block, source_arn, position, timestamp, maximum_batch_size)


def read_source_update(
    request: Json, definition: PipeDefinition, maximum_batch_size: int | None
) -> SourceParameters:
    """Read an UpdatePipe request: a parameter block that is given is replaced whole, but for its position.

    Raises:
        InvalidRequestError: AWS refuses it, or it asks for what is not built.
    """
    name, block = _block(request, definition.source_arn)
    current = definition.source_parameters
    if block is None:
        return current
    if isinstance(current, QueueParameters):
        return _read_queue_parameters(block, definition.source_arn)
    return _read_stream_parameters(
        name,
        block,
        definition.source_arn,
        current.starting_position,
        current.starting_position_timestamp,
        maximum_batch_size,
    )


def read_filter_patterns(
    request: Json, source_arn: str, current: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """Read the filter; empty filters remove it, and a request without any leaves what is there.

    Raises:
        InvalidRequestError: one of the patterns is not an event pattern.
    """
    criteria = (request.get("SourceParameters") or {}).get("FilterCriteria")
    if criteria is None:
        return current
    patterns = tuple(entry.get("Pattern") or "" for entry in criteria.get("Filters") or ())
    try:
        compile_filter(patterns, document_field(source_arn))
    except InvalidPatternError as error:
        raise InvalidRequestError(str(error)) from error
    return patterns


def write_source_parameters(definition: PipeDefinition) -> dict[str, Any]:
    """Return what DescribePipe shows as SourceParameters: what was given, and the batch size in any case."""
    parameters = definition.source_parameters
    block: dict[str, Any] = {"BatchSize": parameters.batch_size}
    if isinstance(parameters, StreamParameters):
        block |= _write_stream_parameters(parameters)
    if _WINDOW in parameters.given:
        block[_WINDOW] = parameters.maximum_batching_window_in_seconds
    described: dict[str, Any] = {_block_name(definition.source_arn): block}
    if definition.filter_patterns:
        filters = [{"Pattern": pattern} for pattern in definition.filter_patterns]
        described["FilterCriteria"] = {"Filters": filters}
    return described


def _block_name(source_arn: str) -> str:
    return _BLOCKS[arn_parts(source_arn)[0]]


def _block(request: Json, source_arn: str) -> tuple[str, Json | None]:
    """Return the name of the source's parameter block, and the block if it is given; refuse any other."""
    parameters = request.get("SourceParameters") or {}
    name = _block_name(source_arn)
    if any(parameters[other] is not None for other in parameters.keys() - {name, "FilterCriteria"}):
        raise InvalidRequestError("Invalid source parameter provided for source")
    return name, parameters.get(name)


def _read_queue_parameters(block: Json, queue_arn: str) -> QueueParameters:
    """Read the block, and check what Lambda checks of a mapping: for pipes, AWS documents neither rule."""
    parameters = QueueParameters(
        batch_size=_or_default(block.get("BatchSize"), 10),
        maximum_batching_window_in_seconds=_or_default(block.get(_WINDOW), 0),
        given=_given(block),
    )
    window = parameters.maximum_batching_window_in_seconds
    if queue_arn.endswith(".fifo") and window > 0:
        raise InvalidRequestError("Batching window is not supported for FIFO queues")
    if parameters.batch_size > _MAXIMUM_BATCH_SIZE_WITHOUT_WINDOW and window == 0:
        raise InvalidRequestError(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
    return parameters


def _read_stream_parameters(
    name: str,
    block: Json,
    source_arn: str,
    position: str,
    timestamp: datetime | None,
    maximum_batch_size: int | None,
) -> StreamParameters:
    return StreamParameters(
        starting_position=position,
        starting_position_timestamp=timestamp,
        batch_size=_or_default(block.get("BatchSize"), min(_BATCH_SIZE, maximum_batch_size or _BATCH_SIZE)),
        maximum_batching_window_in_seconds=_or_default(block.get(_WINDOW), 0),
        parallelization_factor=_or_default(block.get("ParallelizationFactor"), 1),
        maximum_retry_attempts=_or_none(block.get("MaximumRetryAttempts")),
        maximum_record_age_in_seconds=_or_none(block.get("MaximumRecordAgeInSeconds")),
        automatic_bisect=block.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT",
        dead_letter_arn=_read_dead_letter_arn(
            block.get("DeadLetterConfig"), f"SourceParameters.{name}.DeadLetterConfig.Arn", source_arn
        ),
        given=_given(block),
    )


def _read_timestamp(position: str, timestamp: datetime | None, now: float) -> datetime | None:
    """Read the time that AT_TIMESTAMP starts from; Kinesis itself refuses one that is to come."""
    field = f"SourceParameters.{KINESIS_BLOCK}.StartingPositionTimestamp"
    if position != "AT_TIMESTAMP":
        if timestamp is not None:
            raise InvalidRequestError(f"{field}: only valid with the StartingPosition AT_TIMESTAMP")
        return None
    if timestamp is None:
        raise InvalidRequestError(missing_parameter_message(field))
    moment = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
    if moment.timestamp() > now:
        raise InvalidRequestError(f"{field}: {moment.isoformat()} is in the future")
    return moment


def _read_dead_letter_arn(config: Json | None, field: str, source_arn: str) -> str | None:
    arn = (config or {}).get("Arn")
    if arn is None:
        return None
    if arn_parts(arn)[0] not in ("sqs", "sns"):
        raise InvalidRequestError(f"{field}: {arn} is neither an SQS queue nor an SNS topic")
    if arn.endswith(".fifo"):
        raise InvalidRequestError(f"{field}: FIFO queues and topics are not supported by this emulator")
    region = source_arn.split(":")[3]
    if arn.split(":")[3] != region:
        raise InvalidRequestError(f"{field}: {arn} is not in the pipe's region {region}")
    return str(arn)


def _write_stream_parameters(parameters: StreamParameters) -> dict[str, Any]:
    optional = {
        "ParallelizationFactor": parameters.parallelization_factor,
        "MaximumRetryAttempts": _or_unlimited(parameters.maximum_retry_attempts),
        "MaximumRecordAgeInSeconds": _or_unlimited(parameters.maximum_record_age_in_seconds),
    }
    block: dict[str, Any] = {"StartingPosition": parameters.starting_position}
    block |= {name: value for name, value in optional.items() if name in parameters.given}
    if parameters.starting_position_timestamp is not None:
        block["StartingPositionTimestamp"] = parameters.starting_position_timestamp
    if parameters.automatic_bisect:
        block["OnPartialBatchItemFailure"] = "AUTOMATIC_BISECT"
    if parameters.dead_letter_arn is not None:
        block["DeadLetterConfig"] = {"Arn": parameters.dead_letter_arn}
    return block


def _given(block: Json) -> frozenset[str]:
    return frozenset(name for name, value in block.items() if value is not None)


def _or_default(value: int | None, default: int) -> int:
    return default if value is None else value


def _or_none(value: int | None) -> int | None:
    return None if value in (None, -1) else value


def _or_unlimited(value: int | None) -> int:
    return -1 if value is None else value
