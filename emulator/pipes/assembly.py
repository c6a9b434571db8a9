"""Putting the data plane of one pipe together from its definition."""

from collections.abc import Callable, Sequence
from functools import partial

from emulator.pipes.batch import BatchBuffer
from emulator.pipes.checkpoint import CheckpointTracker
from emulator.pipes.choice import LANE_CAPACITY
from emulator.pipes.clock import Clock
from emulator.pipes.dead_letter import (
    DeadLetterQueue,
    SnsDeadLetterTopic,
    SqsDeadLetterQueue,
    dynamodb_dead_letter_message,
    kinesis_dead_letter_message,
)
from emulator.pipes.delivery import Delivery, DeliveryPolicy
from emulator.pipes.document import document_field
from emulator.pipes.event import Event
from emulator.pipes.execution_assembly import pipe_execution
from emulator.pipes.lane import Lane
from emulator.pipes.observer import Observer, Unobserved
from emulator.pipes.pipe import Pipe, PipeDefinition, QueueParameters, StreamParameters
from emulator.pipes.queue_poller import QueuePoller
from emulator.pipes.shard_processor import EventFilter, ShardProcessor
from emulator.pipes.shard_reader import ShardReader
from emulator.pipes.source import StreamSource
from emulator.pipes.source_check import Clients, SourceCheck, queue_source, stream_source
from emulator.pipes.stream_poller import StreamPoller
from emulator.pipes.target import Target
from emulator.pipes.worker import Poller


class PipeAssembly:
    """Checks what a pipe needs and builds its poller; `compile_filter` turns patterns into a predicate.

    `in_threads` gives each shard of a stream a thread.
    """

    def __init__(
        self,
        clients: Clients,
        compile_filter: Callable[[Sequence[str], str | None], EventFilter],
        clock: Clock,
        observer: Callable[[Pipe], Observer] = lambda pipe: Unobserved(),
        *,
        in_threads: bool = False,
    ) -> None:
        self._in_threads = in_threads
        self._observer = observer
        self._source_check = SourceCheck(clients, clock)
        self._clients = clients
        self._compile_filter = compile_filter
        self._clock = clock

    def create(self, pipe: Pipe, definition: PipeDefinition, stopping: Callable[[], bool]) -> None:
        """Check the source of a pipe that has never run, and settle its starting position."""
        self._source_check.create(pipe, definition, stopping)

    def check(self, pipe: Pipe, definition: PipeDefinition) -> None:
        """Check role and source of a pipe that exists, and is to have this definition."""
        self._source_check.check(pipe, definition)

    def check_source(self, pipe: Pipe) -> None:
        """Check the source alone."""
        self._source_check.check_source(pipe)

    def poller(self, pipe: Pipe) -> Poller:
        """Return what moves the pipe's events, from its checkpoints on."""
        definition = pipe.definition
        target = pipe_execution(pipe, self._clients, self._observer(pipe), self._clock)
        event_filter = self._event_filter(definition)
        parameters = definition.source_parameters
        if isinstance(parameters, QueueParameters):
            return QueuePoller(
                source=queue_source(self._clients, definition),
                event_filter=event_filter,
                target=target,
                parameters=parameters,
                clock=self._clock,
                pipe_name=pipe.name,
            )
        source = stream_source(self._clients, definition, pipe.progress.stream_identity)
        dead_letter_queue = self._dead_letter_queue(parameters.dead_letter_arn)
        return StreamPoller(
            source=source,
            progress=pipe.progress,
            processor=partial(
                self._processor, pipe, parameters, source, target, dead_letter_queue, event_filter
            ),
            clock=self._clock,
            pipe_name=pipe.name,
            in_threads=self._in_threads,
        )

    def _event_filter(self, definition: PipeDefinition) -> EventFilter | None:
        if not definition.filter_patterns:
            return None
        return self._compile_filter(definition.filter_patterns, document_field(definition.source_arn))

    def _processor(
        self,
        pipe: Pipe,
        parameters: StreamParameters,
        source: StreamSource,
        target: Target,
        dead_letter_queue: DeadLetterQueue | None,
        event_filter: EventFilter | None,
        shard_id: str,
    ) -> ShardProcessor:
        label = f"{pipe.name}/{shard_id}"
        tracker = CheckpointTracker(partial(pipe.progress.advance, shard_id))
        policy = DeliveryPolicy(
            parameters.maximum_retry_attempts,
            parameters.maximum_record_age_in_seconds or None,
            parameters.automatic_bisect,
            source.retention_seconds,
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

    def _dead_letter_message(
        self, pipe: Pipe, shard_id: str, events: Sequence[Event], condition: str, attempts: int
    ) -> str:
        is_kinesis = pipe.definition.source_arn.split(":")[2] == "kinesis"
        message = kinesis_dead_letter_message if is_kinesis else dynamodb_dead_letter_message
        return message(
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
