"""Shard-level metrics: what is on after some were turned on or off.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html
"""

from emulator.kinesis.monitoring import disabled, enabled

ALL = [
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
]


def test_metrics_are_turned_on_once_and_off_by_name() -> None:
    assert enabled(["OutgoingBytes"], ["IncomingBytes", "OutgoingBytes"]) == [
        "IncomingBytes",
        "OutgoingBytes",
    ]
    assert disabled(["IncomingBytes", "OutgoingBytes"], ["IncomingBytes", "OutgoingRecords"]) == [
        "OutgoingBytes"
    ]


def test_all_stands_for_every_metric() -> None:
    assert enabled([], ["ALL"]) == ALL
    assert enabled(["IncomingBytes"], ["OutgoingBytes", "ALL"]) == ALL
    assert disabled(ALL, ["ALL"]) == []
