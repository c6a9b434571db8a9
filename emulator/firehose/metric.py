"""CloudWatch metrics of a delivery stream, gathered here and published in batches."""

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from emulator.firehose.client import CloudWatchClient
from emulator.firehose.clock import Clock

LOG = logging.getLogger(__name__)

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


@dataclass(slots=True)
class _Statistic:
    count: int
    total: float
    minimum: float
    maximum: float

    def merge(self, other: "_Statistic") -> None:
        self.count += other.count
        self.total += other.total
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)


class Metrics:
    """Sums up values between two publications; every value is published exactly once.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
    """

    def __init__(self, delivery_stream_name: str, client: CloudWatchClient, clock: Clock) -> None:
        self._name = delivery_stream_name
        self._client = client
        self._clock = clock
        self._statistics: dict[str, _Statistic] = {}
        self._lock = threading.Lock()

    def add(self, metric_name: str, value: float) -> None:
        """Add one value of a metric."""
        with self._lock:
            self._merge(metric_name, _Statistic(1, value, value, value))

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
        with self._lock:
            statistics, self._statistics = self._statistics, {}
        if not statistics:
            return True
        try:
            self._client.put_metric_data(Namespace=NAMESPACE, MetricData=self._data(statistics))
        except (ClientError, BotoCoreError) as error:
            LOG.warning("%s: metrics are published later: %s", self._name, error)
            with self._lock:
                for metric_name, statistic in statistics.items():
                    self._merge(metric_name, statistic)
            return False
        return True

    def _merge(self, metric_name: str, statistic: _Statistic) -> None:
        known = self._statistics.get(metric_name)
        if known is None:
            self._statistics[metric_name] = statistic
        else:
            known.merge(statistic)

    def _data(self, statistics: dict[str, _Statistic]) -> list[dict[str, Any]]:
        now = datetime.fromtimestamp(self._clock.time(), UTC)
        return [
            {
                "MetricName": metric_name,
                "Dimensions": [{"Name": "DeliveryStreamName", "Value": self._name}],
                "Timestamp": now,
                "Unit": _UNITS.get(metric_name) or _UNITS.get(metric_name.partition(".")[2], "Count"),
                "StatisticValues": {
                    "SampleCount": statistic.count,
                    "Sum": statistic.total,
                    "Minimum": statistic.minimum,
                    "Maximum": statistic.maximum,
                },
            }
            for metric_name, statistic in statistics.items()
        ]
