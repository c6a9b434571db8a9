"""The API's shapes as a pipe's definition, and back; what is not built is refused here by name."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.pipes.errors import JsonPathError
from emulator.pipes.event_pattern import InvalidPatternError, compile_filter
from emulator.pipes.json_path import JsonPath
from emulator.pipes.pipe import Pipe, PipeDefinition, StreamParameters
from emulator.pipes.refusal import (
    InvalidRequestError,
    arn_parts,
    check_batch_size,
    check_dead_letter_region,
    check_regions,
    check_source,
    check_target,
    refuse_unbuilt,
)
from emulator.pipes.validation import missing_parameter_message

Json = Mapping[str, Any]

_SOURCE_BLOCK = "DynamoDBStreamParameters"
_TARGET_BLOCK = "KinesisStreamParameters"


def read_definition(request: Json, *, region: str, account_id: str) -> PipeDefinition:
    """Read a CreatePipe request.

    Raises:
        InvalidRequestError: AWS refuses it, or it asks for what is not built.
    """
    refuse_unbuilt(request)
    source, target = request["Source"], request["Target"]
    check_regions(region, source, target)
    check_source(source, account_id)
    check_target(target)
    source_parameters = request.get("SourceParameters") or {}
    target_parameters = request.get("TargetParameters") or {}
    _check_source_blocks(source_parameters)
    block = source_parameters.get(_SOURCE_BLOCK)
    if block is None:
        raise InvalidRequestError(missing_parameter_message(f"SourceParameters.{_SOURCE_BLOCK}"))
    definition = PipeDefinition(
        source_arn=source,
        target_arn=target,
        role_arn=request["RoleArn"],
        stream_parameters=_read_stream_parameters(block, block["StartingPosition"]),
        partition_key=_read_partition_key(target_parameters, None),
        filter_patterns=_read_filter_patterns(source_parameters, None),
        description=request.get("Description"),
        log_level=_read_log_level(request, None),
    )
    check_batch_size(definition)
    check_dead_letter_region(definition, region)
    return definition


def read_update(request: Json, definition: PipeDefinition, *, region: str) -> PipeDefinition:
    """Read an UpdatePipe request: what it leaves out stays, but a parameter block is replaced whole.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html

    Raises:
        InvalidRequestError: AWS refuses it, or it asks for what is not built.
    """
    refuse_unbuilt(request)
    target = request.get("Target") or definition.target_arn
    check_regions(region, target)
    check_target(target)
    source_parameters = request.get("SourceParameters") or {}
    target_parameters = request.get("TargetParameters") or {}
    _check_source_blocks(source_parameters)
    stream_parameters = definition.stream_parameters
    if (block := source_parameters.get(_SOURCE_BLOCK)) is not None:
        stream_parameters = _read_stream_parameters(block, stream_parameters.starting_position)
    description = request.get("Description")
    updated = replace(
        definition,
        target_arn=target,
        role_arn=request["RoleArn"],
        stream_parameters=stream_parameters,
        partition_key=_read_partition_key(target_parameters, definition.partition_key),
        filter_patterns=_read_filter_patterns(source_parameters, definition.filter_patterns),
        description=definition.description if description is None else description,
        log_level=_read_log_level(request, definition.log_level),
    )
    check_batch_size(updated)
    check_dead_letter_region(updated, region)
    return updated


def write_definition(definition: PipeDefinition) -> dict[str, Any]:
    """Return the part of DescribePipe's answer that repeats what the caller asked for."""
    parameters = definition.stream_parameters
    block: dict[str, Any] = {
        "StartingPosition": parameters.starting_position,
        "BatchSize": parameters.batch_size,
        "MaximumBatchingWindowInSeconds": parameters.maximum_batching_window_in_seconds,
        "ParallelizationFactor": parameters.parallelization_factor,
        "MaximumRetryAttempts": _or_unlimited(parameters.maximum_retry_attempts),
        "MaximumRecordAgeInSeconds": _or_unlimited(parameters.maximum_record_age_in_seconds),
    }
    if parameters.automatic_bisect:
        block["OnPartialBatchItemFailure"] = "AUTOMATIC_BISECT"
    if parameters.dead_letter_arn is not None:
        block["DeadLetterConfig"] = {"Arn": parameters.dead_letter_arn}
    source_parameters: dict[str, Any] = {_SOURCE_BLOCK: block}
    if definition.filter_patterns:
        filters = [{"Pattern": pattern} for pattern in definition.filter_patterns]
        source_parameters["FilterCriteria"] = {"Filters": filters}
    described: dict[str, Any] = {
        "Source": definition.source_arn,
        "SourceParameters": source_parameters,
        "Target": definition.target_arn,
        "TargetParameters": {_TARGET_BLOCK: {"PartitionKey": definition.partition_key}},
        "RoleArn": definition.role_arn,
    }
    if definition.description is not None:
        described["Description"] = definition.description
    if definition.log_level is not None:
        described["LogConfiguration"] = {"Level": definition.log_level}
    return described


def write_state(pipe: Pipe) -> dict[str, Any]:
    """Return what every answer about a pipe begins with."""
    return {
        "Arn": pipe.arn,
        "Name": pipe.name,
        "DesiredState": pipe.desired_state,
        "CurrentState": pipe.current_state,
        "CreationTime": pipe.creation_time,
        "LastModifiedTime": pipe.last_modified_time,
    }


def _check_source_blocks(parameters: Json) -> None:
    if any(parameters[name] is not None for name in parameters.keys() - {_SOURCE_BLOCK, "FilterCriteria"}):
        raise InvalidRequestError("Invalid source parameter provided for source")


def _read_stream_parameters(block: Json, starting_position: str) -> StreamParameters:
    return StreamParameters(
        starting_position=starting_position,
        batch_size=_or_default(block.get("BatchSize"), 100),
        maximum_batching_window_in_seconds=_or_default(block.get("MaximumBatchingWindowInSeconds"), 0),
        parallelization_factor=_or_default(block.get("ParallelizationFactor"), 1),
        maximum_retry_attempts=_or_none(block.get("MaximumRetryAttempts")),
        maximum_record_age_in_seconds=_or_none(block.get("MaximumRecordAgeInSeconds")),
        automatic_bisect=block.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT",
        dead_letter_arn=_read_dead_letter_arn(block.get("DeadLetterConfig")),
    )


def _read_dead_letter_arn(config: Json | None) -> str | None:
    arn = (config or {}).get("Arn")
    if arn is None:
        return None
    field = f"SourceParameters.{_SOURCE_BLOCK}.DeadLetterConfig.Arn"
    if arn_parts(arn)[0] not in ("sqs", "sns"):
        raise InvalidRequestError(f"{field}: {arn} is neither an SQS queue nor an SNS topic")
    if arn.endswith(".fifo"):
        raise InvalidRequestError(f"{field}: FIFO queues and topics are not supported by this emulator")
    return str(arn)


def _read_filter_patterns(parameters: Json, current: tuple[str, ...] | None) -> tuple[str, ...] | None:
    criteria = parameters.get("FilterCriteria")
    if criteria is None:
        return current
    patterns = tuple(entry.get("Pattern") or "" for entry in criteria.get("Filters") or ())
    try:
        compile_filter(patterns)
    except InvalidPatternError as error:
        raise InvalidRequestError(str(error)) from error
    return patterns


def _read_partition_key(parameters: Json, current: str | None) -> str:
    if any(parameters[name] is not None for name in parameters.keys() - {_TARGET_BLOCK, "InputTemplate"}):
        raise InvalidRequestError("Invalid target parameter provided for target.")
    block = parameters.get(_TARGET_BLOCK)
    if block is None:
        if current is None:
            raise InvalidRequestError(missing_parameter_message(f"TargetParameters.{_TARGET_BLOCK}"))
        return current
    partition_key = str(block["PartitionKey"])
    if partition_key.startswith("$"):
        try:
            JsonPath(partition_key)
        except JsonPathError as error:
            raise InvalidRequestError(f"TargetParameters.{_TARGET_BLOCK}.PartitionKey: {error}") from error
    if not partition_key:
        raise InvalidRequestError(f"TargetParameters.{_TARGET_BLOCK}.PartitionKey: must not be empty")
    return partition_key


def _read_log_level(request: Json, current: str | None) -> str | None:
    configuration = request.get("LogConfiguration")
    if configuration is None:
        return current
    level = str(configuration["Level"])
    if any(name.endswith("Destination") and value is not None for name, value in configuration.items()):
        raise InvalidRequestError("LogConfiguration: log destinations are not supported by this emulator yet")
    if level != "OFF":
        raise InvalidRequestError("Must provide at least 1 log destination in LogConfiguration")
    return level


def _or_default(value: int | None, default: int) -> int:
    return default if value is None else value


def _or_none(value: int | None) -> int | None:
    return None if value in (None, -1) else value


def _or_unlimited(value: int | None) -> int:
    return -1 if value is None else value
