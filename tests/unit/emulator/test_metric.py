"""Gathering and publishing metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from datetime import UTC, datetime

from emulator.metric import Metric, MetricBuffer
from tests.unit.pipes.observation_fakes import FakeCloudWatch

NOW = 1_767_225_600.0
COUNT = Metric("Count", "None", ("PipeName", "orders"))


def test_values_are_published_once_as_a_statistic() -> None:
    # GIVEN three values
    cloudwatch = FakeCloudWatch()
    buffer = MetricBuffer("AWS/Test", cloudwatch, "test")
    buffer.add([(COUNT, 1), (COUNT, 5)])
    buffer.add([(COUNT, 3)])

    # WHEN they are published twice
    assert buffer.publish(NOW)
    assert buffer.publish(NOW)

    # THEN there was one request
    statistic = {"SampleCount": 3, "Sum": 9, "Minimum": 1, "Maximum": 5}
    assert cloudwatch.requests == [
        [
            {
                "MetricName": "Count",
                "Dimensions": [{"Name": "PipeName", "Value": "orders"}],
                "Timestamp": datetime(2026, 1, 1, tzinfo=UTC),
                "Unit": "None",
                "StatisticValues": statistic,
            }
        ]
    ]


def test_constants_are_part_of_the_statistic_as_often_as_they_came() -> None:
    # GIVEN constants that came three times, with another value of the same metric
    cloudwatch = FakeCloudWatch()
    buffer = MetricBuffer("AWS/Test", cloudwatch, "test")
    for _ in range(3):
        buffer.add([], ((COUNT, 2.0),))
    buffer.add([(COUNT, 5.0)])

    # WHEN they are published twice
    assert buffer.publish(NOW)
    assert buffer.publish(NOW)

    # THEN each counts once for every time
    ((datum,),) = cloudwatch.requests
    assert datum["StatisticValues"] == {"SampleCount": 4, "Sum": 11.0, "Minimum": 2.0, "Maximum": 5.0}


def test_what_cloudwatch_refuses_is_published_with_what_follows() -> None:
    # GIVEN a CloudWatch that fails once
    cloudwatch = FakeCloudWatch()
    cloudwatch.failures = 1
    buffer = MetricBuffer("AWS/Test", cloudwatch, "test")
    buffer.add([(COUNT, 2)])

    # WHEN more comes between the two publications
    assert not buffer.publish(NOW)
    buffer.add([(COUNT, 4)])
    assert buffer.publish(NOW)

    # THEN nothing is lost
    assert cloudwatch.sums() == {("Count", "PipeName"): ("None", 6, 2)}


def test_a_request_has_a_thousand_metrics_at_most() -> None:
    cloudwatch = FakeCloudWatch()
    buffer = MetricBuffer("AWS/Test", cloudwatch, "test")
    buffer.add((Metric(f"metric-{index}", "None"), 1.0) for index in range(1001))
    buffer.publish(NOW)
    assert [len(request) for request in cloudwatch.requests] == [1000, 1]
