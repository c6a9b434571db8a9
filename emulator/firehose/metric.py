"""CloudWatch metrics of a delivery stream, gathered here and published in batches."""

from typing import Literal

from emulator.firehose.client import CloudWatchClient
from emulator.firehose.clock import Clock
from emulator.metric import Metric, MetricBuffer

NAMESPACE = "AWS/Firehose"
# By what follows the dot, or by the whole name; anything else is a count.
_UNITS = {
    "Bytes": "Bytes",
    "DataFreshness": "Seconds",
    "Duration": "Milliseconds",
    "Latency": "Milliseconds",
    "IncomingBytes": "Bytes",
    "KinesisMillisBehindLatest": "Milliseconds",
    "OutputDecompressedBytes.Success": "Bytes",
    "OutputDecompressedBytes.Failed": "Bytes",
    "PerPartitionThroughput": "Bytes/Second",
}
# UpdateDestination is measured under the name of an operation that does not exist.
Operation = Literal[
    "PutRecord", "PutRecordBatch", "DescribeDeliveryStream", "ListDeliveryStreams", "UpdateDeliveryStream"
]


class Metrics:
    """Sums up values between two publications; every value is published exactly once.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
    """

    def __init__(self, delivery_stream_name: str, client: CloudWatchClient, clock: Clock) -> None:
        self._buffer = MetricBuffer(NAMESPACE, client, delivery_stream_name)
        self._clock = clock
        self._dimension = self._dimension_of(delivery_stream_name)

    def add(self, metric_name: str, value: float) -> None:
        """Add one value of a metric."""
        metric = Metric(metric_name, _unit(metric_name), self._dimension)
        self._buffer.add([(metric, value)])

    def requested(self, operation: Operation, latency_seconds: float) -> None:
        """Count one request of the API and the time it took."""
        self.add(f"{operation}.Requests", 1)
        self.add(f"{operation}.Latency", latency_seconds * 1000)

    def ingested(
        self, operation: Literal["PutRecord", "PutRecordBatch"], records: int, size_bytes: int
    ) -> None:
        """Count the records that one request put; those of PutRecord are its requests."""
        self.add("IncomingPutRequests", 1)
        self.add("IncomingRecords", records)
        self.add("IncomingBytes", size_bytes)
        self.add(f"{operation}.Bytes", size_bytes)
        if operation == "PutRecordBatch":
            self.add("PutRecordBatch.Records", records)

    def throttled(self, records: int) -> None:
        """Count records that were refused because too much is held."""
        self.add("ThrottledRecords", records)

    def publish(self) -> bool:
        """Send what has been gathered; when CloudWatch refuses, it is kept for the next time."""
        return self._buffer.publish(self._clock.time())

    def _dimension_of(self, delivery_stream_name: str) -> tuple[str, str] | None:
        return ("DeliveryStreamName", delivery_stream_name)


def _unit(metric_name: str) -> str:
    return _UNITS.get(metric_name) or _UNITS.get(metric_name.partition(".")[2], "Count")
