"""Enhanced monitoring: the shard-level metrics that are turned on for a stream."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol

# In the order of the API's own list.
METRICS = (
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
)


class Monitored(Protocol):
    """A data stream whose shard-level metrics can be set."""

    shard_level_metrics: list[str]

    @property
    def stream_name(self) -> str:
        """Name of the stream."""

    @property
    def arn(self) -> str:
        """ARN of the stream."""


def set_metrics(
    stream: Monitored, change: Callable[[Collection[str], Collection[str]], list[str]], metrics: Sequence[str]
) -> dict[str, Any]:
    """Turn metrics of a stream on (`enabled`) or off (`disabled`); return which were on before and are now."""
    current = stream.shard_level_metrics
    stream.shard_level_metrics = change(current, metrics)
    return {
        "StreamName": stream.stream_name,
        "StreamARN": stream.arn,
        "CurrentShardLevelMetrics": current,
        "DesiredShardLevelMetrics": stream.shard_level_metrics,
    }


def enabled(current: Collection[str], added: Collection[str]) -> list[str]:
    """Return the metrics that are on after `added` were turned on; ALL stands for each of them.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html
    """
    return [metric for metric in METRICS if metric in current or metric in added or "ALL" in added]


def disabled(current: Collection[str], removed: Collection[str]) -> list[str]:
    """Return the metrics that are on after `removed` were turned off; ALL stands for each of them.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DisableEnhancedMonitoring.html
    """
    return [
        metric for metric in METRICS if metric in current and metric not in removed and "ALL" not in removed
    ]
