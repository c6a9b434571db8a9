"""CloudWatch metrics of a delivery stream, gathered here and published in batches."""

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.firehose.client import CloudWatchClient
from emulator.firehose.clock import Clock

LOG = logging.getLogger(__name__)

NAMESPACE = "AWS/Firehose"
_UNITS = {"Bytes": "Bytes", "DataFreshness": "Seconds", "Duration": "Milliseconds"}
_UNIT_BY_NAME = {"IncomingBytes": "Bytes", "KinesisMillisBehindLatest": "Milliseconds"}


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
                "Unit": _UNIT_BY_NAME.get(metric_name) or _UNITS.get(metric_name.partition(".")[2], "Count"),
                "StatisticValues": {
                    "SampleCount": statistic.count,
                    "Sum": statistic.total,
                    "Minimum": statistic.minimum,
                    "Maximum": statistic.maximum,
                },
            }
            for metric_name, statistic in statistics.items()
        ]
