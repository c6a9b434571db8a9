"""CloudWatch metrics of a service, gathered here and published in batches."""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

LOG = logging.getLogger(__name__)

# PutMetricData takes at most this many at once.
MAXIMUM_METRICS_PER_REQUEST = 1000


class Metric(NamedTuple):
    """A metric's name, its unit, and the dimension it is published under, if any, as name and value.

    A tuple, because it is looked up a dozen times for every batch of a pipe, and a dataclass hashes in Python.
    """

    name: str
    unit: str
    dimension: tuple[str, str] | None = None


Values = tuple[tuple[Metric, float], ...]


@dataclass(slots=True)
class _Statistic:
    count: int
    total: float
    minimum: float
    maximum: float

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value
        if value < self.minimum:
            self.minimum = value
        elif value > self.maximum:
            self.maximum = value

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
        self._constants: dict[Values, int] = {}
        self._lock = threading.Lock()

    def add(self, values: Iterable[tuple[Metric, float]], constants: Values = ()) -> None:
        """Add values that belong together.

        `constants` are values that come again and again, and always together: they are only counted here.
        """
        with self._lock:
            for metric, value in values:
                if known := self._statistics.get(metric):
                    known.add(value)
                else:
                    self._statistics[metric] = _Statistic(1, value, value, value)
            if constants:
                self._constants[constants] = self._constants.get(constants, 0) + 1

    def publish(self, now: float) -> bool:
        """Send what has been gathered, as of `now` in epoch seconds.

        What CloudWatch refuses is kept for the next time.
        """
        with self._lock:
            for constants, count in self._constants.items():
                for metric, value in constants:
                    self._merge(metric, _Statistic(count, count * value, value, value))
            self._constants.clear()
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
