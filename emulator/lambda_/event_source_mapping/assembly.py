"""Putting the data plane of one mapping together: a pipe's, between its stream and its function."""

import logging
from collections.abc import Callable, Sequence
from functools import partial

from emulator.lambda_.event_source_mapping.function_target import FunctionTarget
from emulator.lambda_.event_source_mapping.invocation import Begin, InvokingLane, SharedTracker
from emulator.lambda_.event_source_mapping.mapping import CompileFilter, StreamMapping
from emulator.lambda_.event_source_mapping.on_failure import S3Destination, invocation_record, is_bucket
from emulator.lambda_.event_source_mapping.record import (
    DynamoDBRecordSource,
    KinesisRecordSource,
    filtered_body,
)
from emulator.lambda_.event_source_mapping.tumbling_window import (
    DOCUMENT_BYTES,
    MAXIMUM_STATE_BYTES,
    MappingProgress,
)
from emulator.lambda_.event_source_mapping.window_lane import WindowLane, WindowReader
from emulator.lambda_.event_source_mapping.window_target import WindowTarget
from emulator.pipes.batch import BatchBuffer
from emulator.pipes.choice import LANE_CAPACITY
from emulator.pipes.clock import Clock
from emulator.pipes.dead_letter import DeadLetterQueue, SnsDeadLetterTopic, SqsDeadLetterQueue
from emulator.pipes.delivery import Delivery, DeliveryPolicy
from emulator.pipes.document import document_field
from emulator.pipes.event import Event
from emulator.pipes.shard_processor import EventFilter, ShardProcessor
from emulator.pipes.source import StreamSource
from emulator.pipes.source_check import Clients
from emulator.pipes.starting_position import resolve_starting_position
from emulator.pipes.stream_poller import StreamPoller

LOG = logging.getLogger(__name__)


class MappingAssembly:
    """Settles where a mapping starts, and builds its poller.

    `begin` starts to deliver a batch; `on_result` is told the last processing result.
    """

    def __init__(
        self,
        mapping: StreamMapping,
        clients: Clients,
        compile_filter: CompileFilter,
        clock: Clock,
        begin: Begin,
        on_result: Callable[[str], None],
        wait_for_invocations: Callable[[], None] = lambda: None,
    ) -> None:
        self._mapping = mapping
        self._clients = clients
        self._compile_filter = compile_filter
        self._clock = clock
        self._begin = begin
        self._on_result = on_result
        self._wait_for_invocations = wait_for_invocations
        self._lanes: dict[str, list[InvokingLane]] = {}
        self._label = f"mapping {mapping.uuid}"

    def poller(self, progress: MappingProgress, stopping: Callable[[], bool]) -> StreamPoller:
        """Return what moves the mapping's events, from its checkpoints on.

        A data stream that was deleted and created again is read from its beginning.

        Raises:
            SourceError: the stream does not answer, or does not exist.
        """
        identity = self._source(None).identity()
        source = self._source(identity)
        if progress.stream_identity not in (None, identity):
            LOG.warning("%s: the stream was created again and is read from its beginning", self._label)
            progress.restart()
        progress.stream_identity = identity
        resolve_starting_position(source, progress, self._mapping.parameters, self._clock.now(), stopping)
        return StreamPoller(
            source=source,
            progress=progress,
            processor=partial(self._processor, progress, source, self._filter()),
            clock=self._clock,
            pipe_name=self._label,
            in_threads=False,
        )

    def _source(self, identity: str | None) -> StreamSource:
        """Return the stream; a data stream with an identity is gone once another one has its name."""
        mapping = self._mapping
        if mapping.is_kinesis:
            kinesis = self._clients("kinesis")
            return KinesisRecordSource(kinesis, mapping.source_arn, mapping.role_arn, identity)
        return DynamoDBRecordSource(self._clients("dynamodbstreams"), mapping.source_arn)

    def _filter(self) -> EventFilter | None:
        if not self._mapping.filter_patterns:
            return None
        matches = self._compile_filter(
            self._mapping.filter_patterns, document_field(self._mapping.source_arn)
        )
        return lambda body: matches(filtered_body(body))

    def _processor(
        self, progress: MappingProgress, source: StreamSource, event_filter: EventFilter | None, shard_id: str
    ) -> ShardProcessor:
        if any(lane.is_invoking for lane in self._lanes.get(shard_id, ())):
            # The processor before this one has failed: what it began would be read and invoked once more meanwhile.
            self._wait_for_invocations()
        tracker = SharedTracker(partial(progress.advance, shard_id))
        checkpoint = progress.checkpoint(shard_id)
        reader = WindowReader(source, shard_id, checkpoint, self._label, self._clock)
        self._lanes[shard_id] = [
            self._lane(partial(tracker.done_through, index), source, reader, progress, is_first=index == 0)
            for index in range(self._mapping.parameters.parallelization_factor)
        ]
        return ShardProcessor(
            reader=reader,
            event_filter=event_filter,
            lanes=self._lanes[shard_id],
            tracker=tracker,
            clock=self._clock,
            label=f"{self._label}/{shard_id}",
        )

    def _lane(
        self,
        advance: Callable[[str], None],
        source: StreamSource,
        reader: WindowReader,
        progress: MappingProgress,
        *,
        is_first: bool,
    ) -> InvokingLane:
        """Return a lane; the first one of a shard has the windows, and ends one that is open when there are none."""
        mapping, parameters, shard_id = self._mapping, self._mapping.parameters, reader.shard_id
        label = f"{self._label}/{shard_id}"
        target = WindowTarget(
            self._clients("lambda"),
            mapping.function_arn,
            reports_item_failures=mapping.reports_item_failures,
            on_result=self._on_result,
            shard_id=shard_id,
            source_arn=mapping.source_arn,
        )
        delivery = Delivery(
            target=target,
            policy=DeliveryPolicy(
                parameters.maximum_retry_attempts,
                parameters.maximum_record_age_in_seconds,
                parameters.automatic_bisect,
                source.retention_seconds,
            ),
            advance=advance,
            dead_letter_queue=self._destination(),
            dead_letter_message=partial(self._failure_message, target, shard_id),
            clock=self._clock,
            label=label,
        )
        capacity = max(parameters.batch_size, LANE_CAPACITY)
        has_windows = is_first and (mapping.tumbling_window_in_seconds or shard_id in progress.windows)
        buffer = BatchBuffer(
            parameters.batch_size,
            parameters.maximum_batching_window_in_seconds,
            # A batch that is reported in part may get a larger state than it was cut with.
            MAXIMUM_STATE_BYTES + DOCUMENT_BYTES if has_windows else 0,
        )
        if not has_windows:
            return InvokingLane(buffer, delivery, capacity, self._clock, self._begin)
        return WindowLane(
            buffer,
            delivery,
            capacity,
            self._clock,
            self._begin,
            target=target,
            reader=reader,
            progress=progress,
            length_seconds=mapping.tumbling_window_in_seconds,
            label=label,
        )

    def _failure_message(
        self, target: FunctionTarget, shard_id: str, events: Sequence[Event], condition: str, attempts: int
    ) -> str:
        # A batch that is given up later without an invocation has no failure of its own.
        failure, target.last_failure = target.last_failure, None
        return invocation_record(
            events,
            condition,
            attempts,
            mapping=self._mapping,
            shard_id=shard_id,
            failure=failure,
            now=self._clock.now(),
        )

    def _destination(self) -> DeadLetterQueue | None:
        arn = self._mapping.parameters.dead_letter_arn
        if arn is None:
            return None
        if is_bucket(arn):
            return S3Destination(self._clients("s3"), arn, self._mapping.uuid)
        if arn.split(":")[2] == "sns":
            return SnsDeadLetterTopic(self._clients("sns"), arn)
        return SqsDeadLetterQueue(self._clients("sqs"), arn)
