"""Enhanced monitoring: the shard-level metrics that are turned on for a stream."""

from collections.abc import Collection

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
