"""Putting the data plane of one pipe together from its definition."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.batch import BatchBuffer
from emulator.pipes.checkpoint import CheckpointTracker
from emulator.pipes.choice import LANE_CAPACITY
from emulator.pipes.clock import Clock
from emulator.pipes.dead_letter import (
    DeadLetterQueue,
    SnsDeadLetterTopic,
    SqsDeadLetterQueue,
    dynamodb_dead_letter_message,
)
from emulator.pipes.delivery import Delivery, DeliveryPolicy
from emulator.pipes.errors import SourceAccessError, SourceError, StreamNotFoundError
from emulator.pipes.event import Event
from emulator.pipes.lane import Lane
from emulator.pipes.pipe import Pipe, PipeDefinition
from emulator.pipes.shard_processor import EventFilter, ShardProcessor
from emulator.pipes.shard_reader import ShardReader
from emulator.pipes.source import DynamoDBStreamSource
from emulator.pipes.starting_position import resolve_starting_position
from emulator.pipes.stream_poller import StreamPoller
from emulator.pipes.target import KinesisTarget, Target

# Service name to a boto3-shaped client for the pipe's account and region.
Clients = Callable[[str], Any]

STREAM_NOT_FOUND = "Stream not found. To resume processing please delete the pipe and create a new one."


class PipeAssembly:
    """Checks what a pipe needs and builds its poller; `compile_filter` turns patterns into a predicate."""

    def __init__(
        self, clients: Clients, compile_filter: Callable[[Sequence[str]], EventFilter], clock: Clock
    ) -> None:
        self._clients = clients
        self._compile_filter = compile_filter
        self._clock = clock

    def create(self, pipe: Pipe, stopping: Callable[[], bool]) -> None:
        """Check the source as AWS does when a pipe is created, and settle its starting position.

        The target is not checked: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html

        Raises:
            SourceAccessError: the role or the source does not exist.
        """
        self._check_role(pipe.definition)
        source = self._source(pipe.definition)
        try:
            source.is_enabled()
            resolve_starting_position(
                source,
                pipe.progress,
                pipe.definition.stream_parameters.starting_position,
                self._clock.now(),
                stopping,
            )
        except SourceError as error:
            raise SourceAccessError(_cannot_access(pipe.definition.source_arn)) from error

    def check(self, definition: PipeDefinition) -> None:
        """Check the source of a pipe that exists; one whose stream was disabled is of no more use.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html

        Raises:
            SourceAccessError: the role is gone, or the stream is gone or disabled.
        """
        self._check_role(definition)
        self.check_source(definition)

    def check_source(self, definition: PipeDefinition) -> None:
        """Raise SourceAccessError when the stream is gone or disabled."""
        try:
            enabled = self._source(definition).is_enabled()
        except StreamNotFoundError as error:
            raise SourceAccessError(STREAM_NOT_FOUND) from error
        except SourceError as error:
            raise SourceAccessError(_cannot_access(definition.source_arn)) from error
        if not enabled:
            raise SourceAccessError(STREAM_NOT_FOUND)

    def poller(self, pipe: Pipe) -> StreamPoller:
        """Return what moves the pipe's events, from its checkpoints on."""
        definition = pipe.definition
        source = self._source(definition)
        target = KinesisTarget(self._clients("kinesis"), definition.target_arn, definition.partition_key)
        dead_letter_queue = self._dead_letter_queue(definition.stream_parameters.dead_letter_arn)
        event_filter = (
            self._compile_filter(definition.filter_patterns) if definition.filter_patterns else None
        )
        return StreamPoller(
            source=source,
            progress=pipe.progress,
            processor=partial(self._processor, pipe, source, target, dead_letter_queue, event_filter),
            clock=self._clock,
            pipe_name=pipe.name,
        )

    def _processor(
        self,
        pipe: Pipe,
        source: DynamoDBStreamSource,
        target: Target,
        dead_letter_queue: DeadLetterQueue | None,
        event_filter: EventFilter | None,
        shard_id: str,
    ) -> ShardProcessor:
        parameters = pipe.definition.stream_parameters
        label = f"{pipe.name}/{shard_id}"
        tracker = CheckpointTracker(partial(pipe.progress.advance, shard_id))
        policy = DeliveryPolicy(
            parameters.maximum_retry_attempts,
            parameters.maximum_record_age_in_seconds,
            parameters.automatic_bisect,
        )

        def lane(index: int) -> Lane:
            delivery = Delivery(
                target=target,
                policy=policy,
                advance=partial(tracker.done_through, index),
                dead_letter_queue=dead_letter_queue,
                dead_letter_message=partial(self._dead_letter_message, pipe, shard_id),
                clock=self._clock,
                label=label,
            )
            buffer = BatchBuffer(parameters.batch_size, parameters.maximum_batching_window_in_seconds)
            return Lane(buffer, delivery, max(parameters.batch_size, LANE_CAPACITY), self._clock)

        return ShardProcessor(
            reader=ShardReader(source, shard_id, pipe.progress.checkpoint(shard_id), pipe.name),
            event_filter=event_filter,
            lanes=[lane(index) for index in range(parameters.parallelization_factor)],
            tracker=tracker,
            clock=self._clock,
            label=label,
        )

    def _dead_letter_message(self, pipe: Pipe, shard_id: str, events: Sequence[Event], condition: str) -> str:
        return dynamodb_dead_letter_message(
            events,
            pipe_arn=pipe.arn,
            stream_arn=pipe.definition.source_arn,
            shard_id=shard_id,
            condition=condition,
            now=self._clock.now(),
        )

    def _dead_letter_queue(self, arn: str | None) -> DeadLetterQueue | None:
        if arn is None:
            return None
        if arn.split(":")[2] == "sns":
            return SnsDeadLetterTopic(self._clients("sns"), arn)
        return SqsDeadLetterQueue(self._clients("sqs"), arn)

    def _source(self, definition: PipeDefinition) -> DynamoDBStreamSource:
        return DynamoDBStreamSource(self._clients("dynamodbstreams"), definition.source_arn)

    def _check_role(self, definition: PipeDefinition) -> None:
        try:
            self._clients("iam").get_role(RoleName=definition.role_arn.rpartition("/")[2])
        except (ClientError, BotoCoreError) as error:
            raise SourceAccessError(_cannot_access(definition.source_arn)) from error


def _cannot_access(stream_arn: str) -> str:
    return (
        "Input parameter is invalid from the request due to : "
        f"Cannot access stream {stream_arn}. "
        "Please ensure the customer role can perform actions on source stream"
    )
