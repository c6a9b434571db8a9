"""The metrics and log records of a pipe's executions.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html
"""

import json
from typing import Any

from emulator.metric import MetricBuffer
from emulator.pipes.clock import Clock
from emulator.pipes.concurrency import Concurrency
from emulator.pipes.errors import TargetError
from emulator.pipes.log_configuration import LogConfiguration
from emulator.pipes.log_delivery import LogDelivery
from emulator.pipes.pipe_observer import NAMESPACE, ObservedPipe, PipeObserver
from tests.clock import ManualClock
from tests.unit.pipes.fakes import PIPE_ARN, TARGET_ARN, event
from tests.unit.pipes.observation_fakes import FakeCloudWatch, FakeLogs

ACCOUNT_ID = "000000000000"
LOG_GROUP_ARN = f"arn:aws:logs:eu-north-1:{ACCOUNT_ID}:log-group:/aws/vendedlogs/pipes/orders:*"


class Observed:
    """An observer on fakes."""

    def __init__(self, configuration: LogConfiguration | None = None) -> None:
        self.clock = ManualClock()
        self.cloudwatch = FakeCloudWatch()
        self.logs = FakeLogs()
        self.metrics = MetricBuffer(NAMESPACE, self.cloudwatch, "pipes")
        self.log = None
        if configuration is not None:
            self.log = LogDelivery(
                pipe_name="orders-pipe",
                account_id=ACCOUNT_ID,
                region="eu-north-1",
                configuration=configuration,
                clients=lambda service: {"logs": self.logs}[service],
            )
        self.observer = PipeObserver(
            pipe=ObservedPipe(PIPE_ARN, "orders-pipe", ACCOUNT_ID, TARGET_ARN, None),
            metrics=self.metrics,
            concurrency=Concurrency(),
            log=self.log,
            clock=Clock(monotonic=self.clock, now=self.clock),
        )

    def published(self) -> dict[tuple[str, str], tuple[str, float, float]]:
        """Return unit, sum and count by metric and dimension."""
        self.metrics.publish(self.clock.now)
        return self.cloudwatch.sums()

    def logged(self) -> list[dict[str, Any]]:
        """Return the records in the log group."""
        assert self.log is not None
        self.log.publish()
        return [json.loads(message) for message in self.logs.messages]


def test_execution_that_succeeds_is_measured() -> None:
    # GIVEN an execution of two events that takes 30 ms, 20 of them at the target
    observed = Observed()
    trace = observed.observer.begin([event(1), event(22)])
    observed.clock.advance(0.01)
    trace.step("TARGET_STAGE_ENTERED")
    observed.clock.advance(0.02)
    trace.step("TARGET_STAGE_SUCCEEDED")
    trace.step("EXECUTION_SUCCEEDED")

    # THEN every metric of AWS that applies has its unit, its value, and zeros for what did not happen
    found = {name: (unit, round(total)) for name, (unit, total, _) in observed.published().items()}
    assert found == {
        ("Concurrency", "AwsAccountId"): ("None", 1),
        ("Invocations", "PipeName"): ("None", 1),
        ("Invocations", "AwsAccountId"): ("None", 1),
        ("EventCount", "PipeName"): ("None", 2),
        ("EventSize", "PipeName"): ("Bytes", len(b'{"number":1}') + len(b'{"number":22}')),
        ("Duration", "PipeName"): ("Milliseconds", 30),
        ("ExecutionFailed", "PipeName"): ("None", 0),
        ("ExecutionPartiallyFailed", "PipeName"): ("None", 0),
        ("ExecutionThrottled", "PipeName"): ("None", 0),
        ("ExecutionThrottled", "AwsAccountId"): ("None", 0),
        ("ExecutionTimeout", "PipeName"): ("None", 0),
        ("TargetStageDuration", "PipeName"): ("Milliseconds", 20),
        ("TargetStageFailed", "PipeName"): ("None", 0),
        ("TargetStagePartiallyFailed", "PipeName"): ("None", 0),
        ("TargetStageSkipped", "PipeName"): ("None", 0),
    }


def test_failures_are_counted_by_stage() -> None:
    # GIVEN an execution whose enrichment fails, one whose target fails in part, and one that is skipped
    observed = Observed()
    failed = observed.observer.begin([event(1)])
    failed.step("ENRICHMENT_STAGE_ENTERED")
    failed.step("ENRICHMENT_STAGE_FAILED", error=TargetError("no"))
    failed.step("EXECUTION_FAILED", error=TargetError("no"))
    partial = observed.observer.begin([event(2)])
    partial.step("TARGET_STAGE_ENTERED")
    partial.step("TARGET_STAGE_PARTIALLY_FAILED", error=TargetError("no"))
    partial.step("EXECUTION_PARTIALLY_FAILED", error=TargetError("no"))
    skipped = observed.observer.begin([event(3)])
    skipped.step("TARGET_STAGE_SKIPPED")
    skipped.step("EXECUTION_SUCCEEDED")

    # THEN each is counted once, of three executions
    found = observed.published()
    assert found["ExecutionFailed", "PipeName"][1:] == (1, 3)
    assert found["ExecutionPartiallyFailed", "PipeName"][1:] == (1, 3)
    assert found["EnrichmentStageFailed", "PipeName"][1:] == (1, 1)
    assert found["TargetStagePartiallyFailed", "PipeName"][1:] == (1, 2)
    assert found["TargetStageSkipped", "PipeName"][1:] == (1, 2)


def test_concurrency_counts_what_is_under_way() -> None:
    # GIVEN two executions at once, and one after them
    observed = Observed()
    first = observed.observer.begin([event(1)])
    second = observed.observer.begin([event(2)])
    first.step("EXECUTION_SUCCEEDED")
    second.step("EXECUTION_SUCCEEDED")
    observed.observer.begin([event(3)]).step("EXECUTION_SUCCEEDED")

    # THEN the values were 1, 2 and 1
    assert observed.published()["Concurrency", "AwsAccountId"][1:] == (4, 3)


def test_steps_are_logged_from_the_level_on_without_execution_data() -> None:
    # GIVEN a pipe that logs at INFO
    observed = Observed(LogConfiguration("INFO", log_group_arn=LOG_GROUP_ARN))
    trace = observed.observer.begin([event(1)])
    trace.step("TARGET_STAGE_ENTERED")
    trace.step("TARGET_INVOCATION_STARTED")
    trace.step("TARGET_STAGE_SUCCEEDED", payload=lambda: "[1]")
    trace.step("EXECUTION_SUCCEEDED")

    # THEN the records are in the log group under one execution id, and hold no event
    records = observed.logged()
    assert [entry["messageType"] for entry in records] == [
        "EXECUTION_STARTED",
        "TARGET_STAGE_ENTERED",
        "TARGET_STAGE_SUCCEEDED",
        "EXECUTION_SUCCEEDED",
    ]
    assert len({entry["executionId"] for entry in records}) == 1
    assert not any("payload" in entry for entry in records)
    assert observed.logs.places == {("/aws/vendedlogs/pipes/orders", "orders-pipe")}


def test_execution_data_is_logged_when_it_is_asked_for() -> None:
    # GIVEN a pipe that logs everything with the data
    configuration = LogConfiguration("TRACE", includes_execution_data=True, log_group_arn=LOG_GROUP_ARN)
    observed = Observed(configuration)
    trace = observed.observer.begin([event(1), event(2)])
    trace.step("TARGET_INVOCATION_SUCCEEDED", aws_request=lambda: '{"a":1}', aws_response=lambda: '{"b":2}')

    # THEN payload, request and response are there
    started, invoked = observed.logged()
    assert json.loads(started["payload"]) == [{"number": 1}, {"number": 2}]
    assert (invoked["awsRequest"], invoked["awsResponse"]) == ('{"a":1}', '{"b":2}')


def test_pipe_that_logs_at_error_logs_nothing_of_a_success() -> None:
    observed = Observed(LogConfiguration("ERROR", log_group_arn=LOG_GROUP_ARN))
    trace = observed.observer.begin([event(1)])
    trace.step("EXECUTION_SUCCEEDED")
    assert observed.logged() == []
