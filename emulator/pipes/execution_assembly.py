"""Putting a pipe's execution together from its definition."""

from typing import Any, assert_never

from emulator.pipes.clock import Clock
from emulator.pipes.enrichment import Enrichment
from emulator.pipes.execution import Execution
from emulator.pipes.input_template import InputTemplate, PipeNames
from emulator.pipes.invocation import Invocable, LambdaFunction, StateMachine
from emulator.pipes.observer import Observer
from emulator.pipes.pipe import Pipe
from emulator.pipes.source_check import Clients
from emulator.pipes.target import ServiceTarget
from emulator.pipes.target_parameters import (
    EventBusParameters,
    InvocationParameters,
    KinesisTargetParameters,
    LogGroupParameters,
    NoParameters,
    QueueTargetParameters,
)
from emulator.pipes.targets.events import EventBusTarget
from emulator.pipes.targets.firehose import FirehoseTarget
from emulator.pipes.targets.invocation import InvocationTarget
from emulator.pipes.targets.kinesis import KinesisTarget
from emulator.pipes.targets.logs import LogGroupTarget
from emulator.pipes.targets.sns import SnsTarget
from emulator.pipes.targets.sqs import SqsTarget


def pipe_execution(pipe: Pipe, clients: Clients, observer: Observer, clock: Clock) -> Execution:
    """Return what a pipe does with each of its batches."""
    definition = pipe.definition
    names = PipeNames(
        pipe_arn=pipe.arn,
        pipe_name=pipe.name,
        source_arn=definition.source_arn,
        enrichment_arn=definition.enrichment_arn,
        target_arn=definition.target_arn,
    )

    def template(text: str | None) -> InputTemplate | None:
        return None if text is None else InputTemplate(text, names)

    enrichment_arn = definition.enrichment_arn
    return Execution(
        target=_target(pipe, clients, clock),
        target_template=template(definition.target_template),
        enrichment=None if enrichment_arn is None else Enrichment(_invocable(enrichment_arn, clients)),
        enrichment_template=template(definition.enrichment_template),
        observer=observer,
        clock=clock,
    )


def _target(pipe: Pipe, clients: Clients, clock: Clock) -> ServiceTarget:
    arn, parameters = pipe.definition.target_arn, pipe.definition.target_parameters
    if isinstance(parameters, KinesisTargetParameters):
        return KinesisTarget(clients("kinesis"), arn, parameters.partition_key)
    if isinstance(parameters, InvocationParameters):
        return InvocationTarget(_invocable(arn, clients, waits=parameters.waits))
    if isinstance(parameters, QueueTargetParameters):
        return SqsTarget(clients("sqs"), arn, parameters)
    if isinstance(parameters, EventBusParameters):
        return EventBusTarget(
            clients("events"),
            arn,
            parameters,
            pipe_name=pipe.name,
            source_service=_service(pipe.definition.source_arn),
        )
    if isinstance(parameters, LogGroupParameters):
        return LogGroupTarget(clients("logs"), arn, parameters, pipe_name=pipe.name, clock=clock)
    if isinstance(parameters, NoParameters):
        if _service(arn) == "sns":
            return SnsTarget(clients("sns"), arn)
        return FirehoseTarget(clients("firehose"), arn)
    assert_never(parameters)


def _invocable(arn: str, clients: Clients, *, waits: bool = True) -> Invocable:
    if _service(arn) == "lambda":
        return LambdaFunction(clients("lambda"), arn, waits=waits)
    client: Any = clients("stepfunctions")
    return StateMachine(client, arn, waits=waits)


def _service(arn: str) -> str:
    return arn.split(":")[2]
