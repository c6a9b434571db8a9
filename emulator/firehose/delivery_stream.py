"""A delivery stream's data plane: source, processing and deliveries, and the threads that run them."""

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from emulator.firehose.client import Clients
from emulator.firehose.clock import Clock
from emulator.firehose.configuration import MEBIBYTE, Configuration, DeliveryStreamIdentity
from emulator.firehose.delivery import Delivery, Output
from emulator.firehose.error_log import ErrorLog
from emulator.firehose.error_record import error_line
from emulator.firehose.kinesis_source import KinesisSource
from emulator.firehose.metric import Metrics
from emulator.firehose.processing import Processed, Processing
from emulator.firehose.record import RECORD_OVERHEAD_BYTES, Dropped, OutputRecord, Record
from emulator.firehose.worker import Worker

LOG = logging.getLogger(__name__)

PUBLISH_SECONDS = 5.0
# Room for a page of the source besides what the buffering hints ask for.
_HEADROOM_BYTES = 32 * MEBIBYTE


class _Stage(Protocol):
    """What processing and deliveries have in common."""

    @property
    def size_bytes(self) -> int: ...

    def __len__(self) -> int: ...

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
        checkpoints: Mapping[str, str | None] | None = None,
    ) -> None:
        """Take `checkpoints` to continue reading the source where an earlier delivery stream ended."""
        self.identity = identity
        self._configuration = configuration
        self._clock = clock
        self._discarded = False
        self.metrics = Metrics(identity.name, clients.cloudwatch, clock)
        self._error_log = ErrorLog(identity, clients.logs, clock)
        self._processing = Processing(
            identity,
            configuration,
            clients.function,
            clock,
            self.metrics,
            self._error_log,
            self._sort,
        )
        self._deliveries = {
            output: Delivery(
                output,
                identity,
                configuration,
                clients.s3,
                clock,
                self.metrics,
                self._error_log,
                self._settle,
            )
            for output in Output
        }
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
                checkpoints,
            )
        self._stages: list[_Stage] = [self._processing, *self._deliveries.values()]
        name = f"firehose-{identity.name}"
        self._processing_worker = Worker(f"{name}-processing", self.process, clock)
        self._delivery_worker = Worker(f"{name}-delivery", self.deliver, clock)
        self._publishing_worker = Worker(f"{name}-publishing", self._publish, clock)
        self._source_worker = (
            Worker(f"{name}-source", self.source.run, clock) if self.source is not None else None
        )

    @property
    def held_bytes(self) -> int:
        """What is held in memory, counting what Python adds to every record."""
        return sum(stage.size_bytes + len(stage) * RECORD_OVERHEAD_BYTES for stage in self._stages)

    def has_room(self) -> bool:
        """Tell whether more records can be taken; the bound grows with the buffering hints."""
        configuration = self._configuration
        hints = [configuration.destination.buffering_hints] * 2
        if configuration.processor is not None:
            hints.append(configuration.processor.buffering_hints)
        if configuration.backup is not None:
            hints.append(configuration.backup.buffering_hints)
        return self.held_bytes < 2 * sum(hint.size_in_bytes for hint in hints) + _HEADROOM_BYTES

    def put(self, records: Sequence[Record]) -> int:
        """Take records, in order; return how often each of them is settled later."""
        backed_up = self._configuration.backup is not None
        if backed_up:
            self._add(Output.BACKUP, [OutputRecord(record.data, record) for record in records])
        if self._processing.add(records) or not self.has_room():
            self._processing_worker.wake()
        return 2 if backed_up else 1

    def configure(self, configuration: Configuration) -> None:
        """Take new destination settings, which hold for what was not yet begun."""
        self._configuration = configuration
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
            retries = [retry_at for retry_at in waits if retry_at is not None]
            if not retries or min(retries) >= deadline:
                return
            self._clock.sleep(max(min(retries) - self._clock.monotonic(), 0.0))

    def process(self) -> float | None:
        """Process what is due; return when to be called again."""
        # With no room left, the buffers are passed on at once: waiting for the hints would not end.
        return self._processing.run(draining=not self.has_room())

    def deliver(self) -> float | None:
        """Deliver what is due; return when to be called again."""
        full = not self.has_room()
        times = [delivery.run(draining=full) for delivery in self._deliveries.values()]
        return min((due_at for due_at in times if due_at is not None), default=None)

    def _publish(self) -> float:
        undelivered = (self._processing.oldest_arrival, self._deliveries[Output.DATA].oldest_arrival)
        arrivals = [arrival for arrival in undelivered if arrival is not None]
        if arrivals:
            age = self._clock.time() - min(arrivals) / 1000
            self.metrics.add("DeliveryToS3.DataFreshness", max(age, 0.0))
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

    def _add(self, output: Output, records: Sequence[OutputRecord]) -> None:
        if records and (self._deliveries[output].add(records) or not self.has_room()):
            self._delivery_worker.wake()

    def _sort(self, processed: Sequence[Processed]) -> None:
        """Send each record where its outcome says; Dropped ones are settled at once."""
        if self._discarded:
            return
        data: list[OutputRecord] = []
        errors: list[OutputRecord] = []
        dropped: list[Record] = []
        for each in processed:
            if each.failure is not None:
                errors.append(OutputRecord(error_line(each.record, each.failure), each.record))
            elif isinstance(each.outcome, bytes):
                data.append(OutputRecord(each.outcome, each.record))
            elif isinstance(each.outcome, Dropped):
                dropped.append(each.record)
        self._add(Output.DATA, data)
        self._add(Output.ERRORS, errors)
        self._settle(dropped)

    def _settle(self, records: Sequence[Record]) -> None:
        if self.source is not None and records:
            self.source.settle(records)
