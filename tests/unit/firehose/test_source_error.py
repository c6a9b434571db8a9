"""Errors in reading the data stream.

https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
"""

from collections.abc import Sequence

import pytest
from botocore.exceptions import BotoCoreError, ConnectTimeoutError

from emulator.firehose.metric import Metrics
from emulator.firehose.source_error import SourceErrors
from tests.unit.firehose.fakes import STREAM_ARN, FakeCloudWatch, ManualClock, client_error

ACCESS_DENIED = (
    "Kinesis.AccessDenied",
    "Access was denied when calling Kinesis. Ensure the access policy on the IAM role used allows access to the "
    "appropriate Kinesis APIs.",
)
RESOURCE_NOT_FOUND = (
    "Kinesis.ResourceNotFound",
    "Firehose failed to read from the stream. If the Firehose is attached with Kinesis Stream, the stream may not "
    "exist, or the shard may have been merged or split. If the Firehose is of DirectPut type, the Firehose may not "
    "exist any more.",
)


class Errors:
    """Errors, the events that come of them, and the metrics."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloudwatch = FakeCloudWatch()
        self.metrics = Metrics("deliveries", self.cloudwatch, self.clock)
        self.events: list[tuple[str, str]] = []
        self.times: list[float] = []
        self.subject = SourceErrors(STREAM_ARN, self.clock, self.metrics, self._note)

    def fail(self, code: str, operation_name: str = "GetRecords") -> None:
        self.subject.failed(operation_name, client_error(code, operation_name))

    def fail_for(self, seconds: int, codes: Sequence[str]) -> None:
        """Fail every ten seconds."""
        for _ in range(seconds // 10):
            for code in codes:
                self.fail(code)
            self.clock.advance(10)

    def _note(self, code: str, message: str) -> None:
        self.events.append((code, message))
        self.times.append(self.clock.monotonic())


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("AccessDeniedException", ACCESS_DENIED),
        ("AccessDenied", ACCESS_DENIED),
        ("ResourceNotFoundException", RESOURCE_NOT_FOUND),
        (
            "InternalFailure",
            (
                "Kinesis.InternalFailure",
                f"GetRecords on {STREAM_ARN} failed: An error occurred (InternalFailure) when calling the "
                "GetRecords operation: InternalFailure happened",
            ),
        ),
    ],
)
def test_error_is_logged_with_the_code_and_the_text_of_aws(code: str, event: tuple[str, str]) -> None:
    errors = Errors()

    errors.fail(code)

    assert errors.events == [event]


def test_error_without_an_answer_is_logged_too() -> None:
    errors = Errors()
    error: BotoCoreError = ConnectTimeoutError(endpoint_url="http://kinesis")

    errors.subject.failed("ListShards", error)

    assert errors.events == [("Kinesis.InternalError", f"ListShards on {STREAM_ARN} failed: {error}")]


@pytest.mark.parametrize(
    "code",
    [
        "ProvisionedThroughputExceededException",
        "LimitExceededException",
        "ThrottlingException",
        "KMSThrottlingException",
    ],
)
@pytest.mark.parametrize(
    ("operation_name", "metric_name"),
    [
        ("GetRecords", "ThrottledGetRecords"),
        ("GetShardIterator", "ThrottledGetShardIterator"),
        ("ListShards", "ThrottledDescribeStream"),
    ],
)
def test_throttles_are_counted_and_not_logged(operation_name: str, metric_name: str, code: str) -> None:
    errors = Errors()

    errors.fail(code, operation_name)
    errors.fail(code, operation_name)

    errors.metrics.publish()
    assert (errors.cloudwatch.sums(), errors.events) == ({metric_name: 2}, [])


def test_error_that_lasts_is_logged_at_growing_intervals() -> None:
    # GIVEN an error that comes every ten seconds for four hours
    errors = Errors()

    # WHEN time passes
    errors.fail_for(4 * 3600, ["ResourceNotFoundException"])

    # THEN the intervals double, up to an hour
    assert errors.times == [0, 60, 180, 420, 900, 1860, 3780, 7380, 10980]


def test_another_error_is_logged_at_once() -> None:
    # GIVEN two errors in turns, as of two shards
    errors = Errors()

    # WHEN they come for a minute, THEN each is logged once
    errors.fail_for(60, ["ResourceNotFoundException", "AccessDeniedException"])
    assert errors.events == [RESOURCE_NOT_FOUND, ACCESS_DENIED]


def test_error_that_comes_back_is_logged_at_once() -> None:
    # GIVEN an error that lasted for ten minutes and then was away for two
    errors = Errors()
    errors.fail_for(600, ["ResourceNotFoundException"])
    errors.events.clear()
    errors.clock.advance(120)

    # WHEN it comes again, THEN that is logged
    errors.fail("ResourceNotFoundException")
    assert errors.events == [RESOURCE_NOT_FOUND]
