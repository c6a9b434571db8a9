"""CloudWatch metrics of a service, gathered here and published in batches."""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

LOG = logging.getLogger(__name__)

# PutMetricData takes at most this many at once.
MAXIMUM_METRICS_PER_REQUEST = 1000


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name, its unit, and the dimension it is published under, if any, as name and value."""

    name: str
    unit: str
    dimension: tuple[str, str] | None = None


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


class MetricBuffer:
    """Sums up values between two publications; every value is published exactly once.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
    """

    def __init__(self, namespace: str, client: Any, label: str) -> None:
        self._namespace = namespace
        self._client = client
        self._label = label
        self._statistics: dict[Metric, _Statistic] = {}
        self._lock = threading.Lock()

    def add(self, values: Iterable[tuple[Metric, float]]) -> None:
        """Add values that belong together."""
        with self._lock:
            for metric, value in values:
                self._merge(metric, _Statistic(1, value, value, value))

    def publish(self, now: float) -> bool:
        """Send what has been gathered, as of `now` in epoch seconds.

        What CloudWatch refuses is kept for the next time.
        """
        with self._lock:
            statistics, self._statistics = self._statistics, {}
        published = True
        gathered = list(statistics.items())
        for start in range(0, len(gathered), MAXIMUM_METRICS_PER_REQUEST):
            part = gathered[start : start + MAXIMUM_METRICS_PER_REQUEST]
            try:
                self._client.put_metric_data(
                    Namespace=self._namespace, MetricData=[_datum(*entry, now) for entry in part]
                )
            except (ClientError, BotoCoreError) as error:
                LOG.warning("%s: metrics are published later: %s", self._label, error)
                published = False
                with self._lock:
                    for metric, statistic in part:
                        self._merge(metric, statistic)
        return published

    def _merge(self, metric: Metric, statistic: _Statistic) -> None:
        known = self._statistics.get(metric)
        if known is None:
            self._statistics[metric] = statistic
        else:
            known.merge(statistic)


def _datum(metric: Metric, statistic: _Statistic, now: float) -> dict[str, Any]:
    dimensions = [metric.dimension] if metric.dimension else []
    return {
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
        "Timestamp": datetime.fromtimestamp(now, UTC),
        "Unit": metric.unit,
        "StatisticValues": {
            "SampleCount": statistic.count,
            "Sum": statistic.total,
            "Minimum": statistic.minimum,
            "Maximum": statistic.maximum,
        },
    }
