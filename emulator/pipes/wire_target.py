"""The API's shapes for a pipe's target, as the definition has it, and back; what is not built is refused by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.pipes.errors import JsonPathError
from emulator.pipes.input_template import InvalidTemplateError, check_template
from emulator.pipes.json_path import JsonPath
from emulator.pipes.pipe import PipeDefinition
from emulator.pipes.refusal import InvalidRequestError, arn_parts
from emulator.pipes.target_parameters import (
    EventBusParameters,
    InvocationParameters,
    KinesisTargetParameters,
    LogGroupParameters,
    NoParameters,
    QueueTargetParameters,
    TargetParameters,
)
from emulator.pipes.targets.events import EventBusTarget
from emulator.pipes.targets.firehose import FirehoseTarget
from emulator.pipes.targets.kinesis import KinesisTarget
from emulator.pipes.targets.logs import LogGroupTarget
from emulator.pipes.targets.sns import SnsTarget
from emulator.pipes.targets.sqs import SqsTarget
from emulator.pipes.validation import missing_parameter_message

Json = Mapping[str, Any]

_TEMPLATE = "InputTemplate"


@dataclass(frozen=True, slots=True)
class _Service:
    """How a service is named and read; `block` is its member of TargetParameters."""

    noun: str
    resource_prefix: str
    block: str | None
    read: Callable[[Json], TargetParameters]
    maximum_batch_size: int | None = None
    is_block_required: bool = False


def check_target(arn: str) -> None:
    """Refuse a target that is not built, or that AWS refuses."""
    service, _, resource = arn_parts(arn)
    found = _SERVICES.get(service)
    if found is None:
        supported = ", ".join(sorted(each.noun for each in _SERVICES.values()))
        raise InvalidRequestError(
            f"Target: {service} is not supported by this emulator; the targets built are: {supported}"
        )
    name = resource.removeprefix(found.resource_prefix)
    if (
        not name
        or (found.resource_prefix and name == resource)
        or (not found.resource_prefix and "/" in name)
    ):
        raise InvalidRequestError(f"Target: {arn} is not the ARN of {found.noun}")
    if service == "sns" and name.endswith(".fifo"):
        raise InvalidRequestError("SNS FIFO topics are not supported as a pipe target")


def read_target_parameters(
    request: Json, target_arn: str, current: PipeDefinition | None
) -> TargetParameters:
    """Read the target's block; one that is left out stays, unless the target is of another service now.

    Raises:
        InvalidRequestError: AWS refuses it, or it asks for what is not built.
    """
    parameters = request.get("TargetParameters") or {}
    service = _service(target_arn)
    if any(parameters[name] is not None for name in parameters.keys() - {service.block, _TEMPLATE}):
        raise InvalidRequestError("Invalid target parameter provided for target.")
    block = None if service.block is None else parameters.get(service.block)
    if block is None:
        if current is not None and _service(current.target_arn) is service:
            return current.target_parameters
        if service.is_block_required:
            raise InvalidRequestError(missing_parameter_message(f"TargetParameters.{service.block}"))
    return service.read(block or {})


def read_template(parameters: Json | None, current: str | None) -> str | None:
    """Read an input template; an empty one removes it."""
    template = (parameters or {}).get(_TEMPLATE)
    if template is None:
        return current
    try:
        check_template(template)
    except InvalidTemplateError as error:
        raise InvalidRequestError(str(error)) from error
    return str(template) or None


def maximum_batch_size(target_arn: str) -> int | None:
    """Return how many events a target takes at once; None for as many as there are."""
    return _service(target_arn).maximum_batch_size


def check_batch_size(definition: PipeDefinition) -> None:
    """Refuse a source batch that the target could not take at once."""
    size = definition.source_parameters.batch_size
    maximum = maximum_batch_size(definition.target_arn)
    if maximum is not None and size > maximum:
        raise InvalidRequestError(
            f"The configured batch size {size} is greater than the max supported batch size of the target: "
            f"{maximum}"
        )


def write_target_parameters(definition: PipeDefinition) -> dict[str, Any]:
    """Return the target's block and template, as far as they were given."""
    written: dict[str, Any] = {}
    block = _service(definition.target_arn).block
    if block is not None and (values := _write_block(definition.target_parameters)):
        written[block] = values
    if definition.target_template is not None:
        written[_TEMPLATE] = definition.target_template
    return written


def _service(arn: str) -> _Service:
    return _SERVICES[arn_parts(arn)[0]]


def _write_block(parameters: TargetParameters) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if isinstance(parameters, KinesisTargetParameters):
        values = {"PartitionKey": parameters.partition_key}
    elif isinstance(parameters, InvocationParameters):
        values = {"InvocationType": parameters.invocation_type}
    elif isinstance(parameters, QueueTargetParameters):
        values = {
            "MessageGroupId": parameters.message_group_id,
            "MessageDeduplicationId": parameters.message_deduplication_id,
        }
    elif isinstance(parameters, EventBusParameters):
        values = {
            "DetailType": parameters.detail_type,
            "Source": parameters.source,
            "Resources": list(parameters.resources) or None,
            "Time": parameters.time,
        }
    elif isinstance(parameters, LogGroupParameters):
        values = {"LogStreamName": parameters.log_stream_name, "Timestamp": parameters.timestamp}
    return {name: value for name, value in values.items() if value is not None}


def _read_kinesis(block: Json) -> TargetParameters:
    partition_key = _path_or_text("KinesisStreamParameters.PartitionKey", block["PartitionKey"])
    if not partition_key:
        raise InvalidRequestError("TargetParameters.KinesisStreamParameters.PartitionKey: must not be empty")
    return KinesisTargetParameters(partition_key)


def _read_invocation(block: Json) -> TargetParameters:
    return InvocationParameters(block.get("InvocationType"))


def _read_queue(block: Json) -> TargetParameters:
    return QueueTargetParameters(
        _path_or_text("SqsQueueParameters.MessageGroupId", block.get("MessageGroupId")),
        _path_or_text("SqsQueueParameters.MessageDeduplicationId", block.get("MessageDeduplicationId")),
    )


def _read_event_bus(block: Json) -> TargetParameters:
    field = "EventBridgeEventBusParameters"
    if block.get("EndpointId"):
        raise InvalidRequestError(
            f"TargetParameters.{field}.EndpointId: global endpoints are not supported by this emulator"
        )
    resources = (_path_or_text(f"{field}.Resources", value) for value in block.get("Resources") or ())
    return EventBusParameters(
        detail_type=_path_or_text(f"{field}.DetailType", block.get("DetailType")),
        source=_path_or_text(f"{field}.Source", block.get("Source")),
        resources=tuple(str(resource) for resource in resources),
        time=_path_or_text(f"{field}.Time", block.get("Time")),
    )


def _read_log_group(block: Json) -> TargetParameters:
    field = "CloudWatchLogsParameters"
    return LogGroupParameters(
        log_stream_name=_path_or_text(f"{field}.LogStreamName", block.get("LogStreamName")),
        timestamp=_path_or_text(f"{field}.Timestamp", block.get("Timestamp")),
    )


def _read_nothing(block: Json) -> TargetParameters:
    return NoParameters()


def _path_or_text(field: str, value: str | None) -> str | None:
    if value is not None and value.startswith("$"):
        try:
            JsonPath(value)
        except JsonPathError as error:
            raise InvalidRequestError(f"TargetParameters.{field}: {error}") from error
    return value


_SERVICES = {
    "kinesis": _Service(
        "a Kinesis data stream",
        "stream/",
        "KinesisStreamParameters",
        _read_kinesis,
        KinesisTarget.maximum_batch_size,
        is_block_required=True,
    ),
    "lambda": _Service("a Lambda function", "function:", "LambdaFunctionParameters", _read_invocation),
    "states": _Service(
        "a Step Functions state machine",
        "stateMachine:",
        "StepFunctionStateMachineParameters",
        _read_invocation,
    ),
    "sqs": _Service("an SQS queue", "", "SqsQueueParameters", _read_queue, SqsTarget.maximum_batch_size),
    "sns": _Service("an SNS topic", "", None, _read_nothing, SnsTarget.maximum_batch_size),
    "events": _Service(
        "an event bus",
        "event-bus/",
        "EventBridgeEventBusParameters",
        _read_event_bus,
        EventBusTarget.maximum_batch_size,
    ),
    "logs": _Service(
        "a CloudWatch log group",
        "log-group:",
        "CloudWatchLogsParameters",
        _read_log_group,
        LogGroupTarget.maximum_batch_size,
    ),
    "firehose": _Service(
        "a Firehose delivery stream",
        "deliverystream/",
        None,
        _read_nothing,
        FirehoseTarget.maximum_batch_size,
    ),
}
