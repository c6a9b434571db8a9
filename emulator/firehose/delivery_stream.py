"""A delivery stream's data plane: source, processing and deliveries, and the threads that run them."""

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from emulator.firehose.client import Clients
from emulator.firehose.clock import Clock
from emulator.firehose.configuration import Configuration, DeliveryStreamIdentity
from emulator.firehose.context import Context
from emulator.firehose.delivery import Delivery
from emulator.firehose.error_log import ErrorLog
from emulator.firehose.executor import Executor, ThreadExecutor
from emulator.firehose.gauge import Gauges
from emulator.firehose.intake import Intake
from emulator.firehose.kinesis_source import KinesisSource
from emulator.firehose.metric import Metrics
from emulator.firehose.output import DeliveryKey, Output
from emulator.firehose.processing import Processed, Processing
from emulator.firehose.record import OutputRecord, Record
from emulator.firehose.room import Holder, Room
from emulator.firehose.routing import Routing
from emulator.firehose.worker import Worker

LOG = logging.getLogger(__name__)

PUBLISH_SECONDS = 5.0
# Of the function, for each shard that is read, or for a delivery stream that is fed directly.
INVOCATIONS_PER_SHARD = 5
# For any number of shards: each invocation may hold a few megabytes.
MAXIMUM_INVOCATIONS = 20
# How often draining looks whether an invocation has ended.
_INVOCATION_POLL_SECONDS = 0.02


class _Stage(Holder, Protocol):
    """What processing and deliveries have in common."""

    def configure(self, configuration: Configuration) -> None: ...

    def clear(self) -> None: ...

    def run(self, *, draining: bool = False) -> float | None: ...


class DeliveryStream:
    """Carries records from a source, or from `put`, through the processor to S3.

    Every record is held until its bytes are in S3, in an error object or Dropped; when too much is held, the
    source is not read and `put` is to be refused: `has_room` tells.
    """

    def __init__(
        self,
        identity: DeliveryStreamIdentity,
        configuration: Configuration,
        clients: Clients,
        clock: Clock,
        executor: Executor | None = None,
    ) -> None:
        """Take `executor`, which runs invocations; by default each in a thread."""
        self.identity = identity
        self._configuration = configuration
        self._clock = clock
        self._discarded = False
        self.metrics = Metrics(identity.name, clients.cloudwatch, clock)
        self._error_log = ErrorLog(identity, clients.logs, clock)
        name = f"firehose-{identity.name}"
        context = Context(identity, clients, clock, self.metrics, self._error_log)
        self._processing = Processing(
            context,
            configuration,
            executor or ThreadExecutor(f"{name}-invocation"),
            self._invocation_limit,
            lambda: self._processing_worker.wake(),
            self._route,
        )
        self._deliveries = {
            output: Delivery(output, context, configuration, self._settle, self._fail_conversion)
            for output in Output
        }
        self._intake = Intake(context, self._add)
        self._routing = Routing(
            context, configuration, self._deliveries[Output.DATA], self._add, self._settle
        )
        self._gauges = Gauges(context, self._processing, self._deliveries, self._routing)
        self._stages: list[_Stage] = [self._processing, *self._deliveries.values()]
        self._room = Room(self._stages, self._invocation_limit)
        self.source: KinesisSource | None = None
        if identity.source_kinesis_stream_arn is not None and clients.kinesis is not None:
            self.source = KinesisSource(
                identity.source_kinesis_stream_arn,
                clients.kinesis,
                clock,
                self.metrics,
                self.put,
                self.has_room,
                lambda code, message: self._error_log.error(self._configuration, code, message),
            )
        self._processing_worker = Worker(f"{name}-processing", self.process, clock)
        self._delivery_worker = Worker(f"{name}-delivery", self.deliver, clock)
        self._publishing_worker = Worker(f"{name}-publishing", self._publish, clock)
        self._source_worker = (
            Worker(f"{name}-source", self.source.run, clock) if self.source is not None else None
        )

    @property
    def held_bytes(self) -> int:
        """What is held in memory."""
        return self._room.held_bytes

    def has_room(self) -> bool:
        """Tell whether more records can be taken."""
        return self._room.left(self._configuration)

    def put(self, records: Sequence[Record]) -> list[int]:
        """Take records, in order; return for each of them how often it is settled later."""
        configuration = self._configuration
        copies = 0
        if configuration.backup is not None:
            copies = 1
            self._add(Output.BACKUP, {None: [OutputRecord(record.data, record) for record in records]})
        prepared, times = self._intake.prepare(records, configuration)
        if self._processing.add(prepared) or not self.has_room():
            self._processing_worker.wake()
        return [count + copies for count in times]

    def configure(self, configuration: Configuration) -> None:
        """Take new destination settings, which hold for what was not yet begun."""
        self._configuration = configuration
        self._routing.configure(configuration)
        for stage in self._stages:
            stage.configure(configuration)
        self._processing_worker.wake()
        self._delivery_worker.wake()

    def start(self) -> None:
        """Start the threads."""
        for worker in self._workers():
            worker.start()

    def stop(self, deadline: float) -> bool:
        """Stop the threads, drain and publish until `deadline`; tell whether nothing is left undelivered."""
        self._stop_workers(deadline)
        if self.source is not None and self._source_worker is not None and self._source_worker.join(0.0):
            self.source.read_rest(deadline)
        self.drain(deadline)
        self._publish()
        left = sum(len(stage) for stage in self._stages)
        if left:
            LOG.warning("%s: stopped with %d records undelivered", self.identity.name, left)
        return not left

    def discard(self, deadline: float) -> None:
        """Stop the threads and forget what was not delivered, as AWS does when a delivery stream is deleted."""
        self._discarded = True
        self._stop_workers(deadline)
        for stage in self._stages:
            stage.clear()
        self._publish()

    def drain(self, deadline: float) -> None:
        """Pass everything on, whatever the hints say, until `deadline`; the threads must not run."""
        while True:
            # A worker that did not end is still busy with its stages, which are left to it.
            waits = [
                stage.run(draining=True)
                for stage in self._stages
                if (self._processing_worker if stage is self._processing else self._delivery_worker).join(0.0)
            ]
            times = [due_at for due_at in waits if due_at is not None]
            if self._processing.invoking:
                times.append(self._clock.monotonic() + _INVOCATION_POLL_SECONDS)
            if not times or min(times) >= deadline:
                return
            self._clock.sleep(max(min(times) - self._clock.monotonic(), 0.0))

    def process(self) -> float | None:
        """Process what is due; return when to be called again."""
        # With no room left, the buffers are passed on at once: waiting for the hints would not end.
        return self._processing.run(draining=not self.has_room())

    def deliver(self) -> float | None:
        """Deliver what is due, and more of it while there is no room; return when to be called again."""
        for delivery in self._deliveries.values():
            delivery.run()
        while not self.has_room() and self._relieve():
            pass
        times = [delivery.run() for delivery in self._deliveries.values()]
        return min((due_at for due_at in times if due_at is not None), default=None)

    def _relieve(self) -> bool:
        largest_first = sorted(self._deliveries.values(), key=lambda delivery: -delivery.size_bytes)
        return any(delivery.relieve() for delivery in largest_first)

    def _publish(self) -> float:
        self._gauges.measure(partitioned=self._configuration.dynamic_partitioning)
        self.metrics.publish()
        self._error_log.publish()
        return self._clock.monotonic() + PUBLISH_SECONDS

    def _workers(self) -> list[Worker]:
        workers = [self._processing_worker, self._delivery_worker, self._publishing_worker]
        return workers if self._source_worker is None else [self._source_worker, *workers]

    def _stop_workers(self, deadline: float) -> None:
        for worker in self._workers():
            worker.stop()
        for worker in self._workers():
            worker.join(deadline - self._clock.monotonic())

    def _invocation_limit(self) -> int:
        shard_count = 1 if self.source is None else max(self.source.open_shard_count, 1)
        return min(INVOCATIONS_PER_SHARD * shard_count, MAXIMUM_INVOCATIONS)

    def _add(self, output: Output, groups: Mapping[DeliveryKey, list[OutputRecord]]) -> None:
        due = [self._deliveries[output].add(key, records) for key, records in groups.items()]
        if groups and (any(due) or not self.has_room()):
            self._delivery_worker.wake()

    def _route(self, processed: Sequence[Processed]) -> None:
        if not self._discarded:
            self._routing.route(processed)

    def _fail_conversion(self, lines: Sequence[OutputRecord]) -> None:
        if not self._discarded:
            self._add(Output.ERRORS, {"format-conversion-failed": list(lines)})

    def _settle(self, records: Sequence[Record]) -> None:
        if self.source is not None and records:
            self.source.settle(records)
