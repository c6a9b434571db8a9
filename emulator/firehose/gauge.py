"""Metrics of a state, taken whenever metrics are published."""

from emulator.firehose.context import Context
from emulator.firehose.delivery import Delivery
from emulator.firehose.output import Output
from emulator.firehose.processing import Processing
from emulator.firehose.routing import MAXIMUM_ACTIVE_PARTITIONS, Routing


class Gauges:
    """Measures how old the oldest record is, and the partitions.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
    """

    def __init__(
        self, context: Context, processing: Processing, deliveries: dict[Output, Delivery], routing: Routing
    ) -> None:
        self._context = context
        self._processing = processing
        self._deliveries = deliveries
        self._routing = routing
        self._measured_at = context.clock.monotonic()

    def measure(self, *, partitioned: bool) -> None:
        """Add what holds now to the metrics; nothing while nothing is held."""
        errors = self._deliveries[Output.ERRORS].oldest_arrival
        data = self._deliveries[Output.DATA].oldest_arrival
        self._freshness("DeliveryToS3", [self._processing.oldest_arrival, data, errors])
        self._freshness("BackupToS3", [self._deliveries[Output.BACKUP].oldest_arrival])
        if partitioned:
            self._partitions()

    def _freshness(self, name: str, arrivals: list[int | None]) -> None:
        oldest = min((arrival for arrival in arrivals if arrival is not None), default=None)
        if oldest is not None:
            age = self._context.clock.time() - oldest / 1000
            self._context.metrics.add(f"{name}.DataFreshness", max(age, 0.0))

    def _partitions(self) -> None:
        now = self._context.clock.monotonic()
        elapsed, self._measured_at = now - self._measured_at, now
        metrics, data = self._context.metrics, self._deliveries[Output.DATA]
        exceeded, self._routing.partition_limit_exceeded = self._routing.partition_limit_exceeded, False
        if data.active_count or exceeded:
            metrics.add("ActivePartitionsLimit", MAXIMUM_ACTIVE_PARTITIONS)
            metrics.add("PartitionCount", data.active_count)
            metrics.add("PartitionCountExceeded", int(exceeded))
        if elapsed > 0:
            for received_bytes in data.received_bytes():
                metrics.add("PerPartitionThroughput", received_bytes / elapsed)
