"""The metrics of invocations.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from typing import Any

from emulator.lambda_.invocation_metrics import NAMESPACE, InvocationMetrics
from emulator.metric import MetricBuffer
from tests.unit.pipes.observation_fakes import FakeCloudWatch

NOW = 1_767_225_600.0


def statistics(cloudwatch: FakeCloudWatch) -> dict[Any, Any]:
    return {
        (datum["MetricName"], *[dimension["Value"] for dimension in datum["Dimensions"]]): (
            datum["Unit"],
            datum["StatisticValues"]["SampleCount"],
            datum["StatisticValues"]["Sum"],
        )
        for request in cloudwatch.requests
        for datum in request
    }


def test_invocations_count_for_their_function_and_for_all() -> None:
    # GIVEN
    clouds: dict[tuple[str, str], FakeCloudWatch] = {}

    def make_buffer(account_id: str, region: str) -> MetricBuffer:
        clouds[account_id, region] = FakeCloudWatch()
        return MetricBuffer(NAMESPACE, clouds[account_id, region], "functions")

    metrics = InvocationMetrics(make_buffer)

    # WHEN
    metrics.add("1", "eu-north-1", "a", failed=False, duration_seconds=0.25)
    metrics.add("1", "eu-north-1", "a", failed=True, duration_seconds=0.5)
    metrics.add("1", "eu-north-1", "b", failed=False, duration_seconds=1)
    metrics.add("2", "eu-west-1", "a", failed=False, duration_seconds=2)
    metrics.publish(NOW)
    metrics.publish(NOW)

    # THEN
    assert {place: statistics(cloudwatch) for place, cloudwatch in clouds.items()} == {
        ("1", "eu-north-1"): {
            ("Invocations", "a"): ("Count", 2, 2),
            ("Errors", "a"): ("Count", 2, 1),
            ("Duration", "a"): ("Milliseconds", 2, 750),
            ("Invocations", "b"): ("Count", 1, 1),
            ("Errors", "b"): ("Count", 1, 0),
            ("Duration", "b"): ("Milliseconds", 1, 1000),
            ("Invocations",): ("Count", 3, 3),
            ("Errors",): ("Count", 3, 1),
            ("Duration",): ("Milliseconds", 3, 1750),
        },
        ("2", "eu-west-1"): {
            ("Invocations", "a"): ("Count", 1, 1),
            ("Errors", "a"): ("Count", 1, 0),
            ("Duration", "a"): ("Milliseconds", 1, 2000),
            ("Invocations",): ("Count", 1, 1),
            ("Errors",): ("Count", 1, 0),
            ("Duration",): ("Milliseconds", 1, 2000),
        },
    }
