"""Making metrics and log records of a pipe's executions."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.metric import Metric, MetricBuffer
from emulator.pipes.clock import Clock
from emulator.pipes.concurrency import Concurrency
from emulator.pipes.errors import PipeError
from emulator.pipes.event import Event
from emulator.pipes.log_delivery import LogDelivery
from emulator.pipes.log_record import level_of, log_record
from emulator.pipes.observer import Text

NAMESPACE = "AWS/EventBridge/Pipes"


@dataclass(frozen=True, slots=True)
class ObservedPipe:
    """What metrics and log records name."""

    arn: str
    name: str
    account_id: str
    target_arn: str
    enrichment_arn: str | None


class PipeObserver:
    """Observes one pipe for as long as its definition stays the same.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html
    """

    def __init__(
        self,
        *,
        pipe: ObservedPipe,
        metrics: MetricBuffer,
        concurrency: Concurrency,
        log: LogDelivery | None,
        clock: Clock,
    ) -> None:
        self.pipe = pipe
        self.names = MetricNames(pipe.name, pipe.account_id)
        self.metrics = metrics
        self.concurrency = concurrency
        self.log = log
        self.clock = clock

    def begin(self, events: Sequence[Event]) -> "ObservedExecution":
        """Note that an execution begins."""
        return ObservedExecution(self, events)


class MetricNames:
    """The metrics of one pipe."""

    def __init__(self, pipe_name: str, account_id: str) -> None:
        def by_pipe(name: str, unit: str = "None") -> Metric:
            return Metric(name, unit, ("PipeName", pipe_name))

        def by_account(name: str) -> Metric:
            return Metric(name, "None", ("AwsAccountId", account_id))

        self.concurrency = by_account("Concurrency")
        self.invocations = (by_pipe("Invocations"), by_account("Invocations"))
        self.throttled = (by_pipe("ExecutionThrottled"), by_account("ExecutionThrottled"))
        self.event_count = by_pipe("EventCount")
        self.event_size = by_pipe("EventSize", "Bytes")
        self.duration = by_pipe("Duration", "Milliseconds")
        self.execution_failed = by_pipe("ExecutionFailed")
        self.execution_partially_failed = by_pipe("ExecutionPartiallyFailed")
        self.execution_timeout = by_pipe("ExecutionTimeout")
        self.enrichment_stage_duration = by_pipe("EnrichmentStageDuration", "Milliseconds")
        self.enrichment_stage_failed = by_pipe("EnrichmentStageFailed")
        self.target_stage_duration = by_pipe("TargetStageDuration", "Milliseconds")
        self.target_stage_failed = by_pipe("TargetStageFailed")
        self.target_stage_partially_failed = by_pipe("TargetStagePartiallyFailed")
        self.target_stage_skipped = by_pipe("TargetStageSkipped")


class ObservedExecution:
    """One execution: its steps are logged as they happen, and its metrics are added when it ends."""

    def __init__(self, observer: PipeObserver, events: Sequence[Event]) -> None:
        self._observer = observer
        self._id = ""
        self._began = self._stage_began = observer.clock.monotonic()
        names = observer.names
        self._values: list[tuple[Metric, float]] = [
            (names.concurrency, observer.concurrency.enter()),
            *((metric, 1.0) for metric in names.invocations),
            (names.event_count, len(events)),
            (names.event_size, sum(len(event.data) for event in events)),
        ]
        self.step(
            "EXECUTION_STARTED", payload=lambda: f"[{','.join(event.data.decode() for event in events)}]"
        )

    def step(
        self,
        message_type: str,
        *,
        payload: Text | None = None,
        aws_request: Text | None = None,
        aws_response: Text | None = None,
        error: PipeError | None = None,
    ) -> None:
        """Measure and log a step."""
        subject, _, outcome = message_type.rpartition("_STAGE_")
        if subject:
            self._stage(subject, outcome)
        elif message_type.startswith("EXECUTION_") and message_type != "EXECUTION_STARTED":
            self._end(message_type)
        log = self._observer.log
        if log is None or not log.configuration.logs(level_of(message_type)):
            return
        data = {"payload": payload, "awsRequest": aws_request, "awsResponse": aws_response}
        shown = log.configuration.includes_execution_data
        pipe = self._observer.pipe
        now = self._observer.clock.now()
        self._id = self._id or str(uuid.uuid4())
        log.add(
            now,
            log_record(
                execution_id=self._id,
                now=now,
                message_type=message_type,
                pipe_arn=pipe.arn,
                execution_data={name: text() for name, text in data.items() if shown and text is not None},
                error=error,
                service_arn=(
                    pipe.enrichment_arn or "" if message_type.startswith("ENRICHMENT") else pipe.target_arn
                ),
            ),
        )

    def _stage(self, subject: str, outcome: str) -> None:
        names = self._observer.names
        if outcome == "ENTERED":
            self._stage_began = self._observer.clock.monotonic()
            return
        took = (self._observer.clock.monotonic() - self._stage_began) * 1000
        failed = float(outcome == "FAILED")
        if subject == "ENRICHMENT":
            self._values += [(names.enrichment_stage_duration, took), (names.enrichment_stage_failed, failed)]
            return
        self._values += [
            (names.target_stage_failed, failed),
            (names.target_stage_partially_failed, float(outcome == "PARTIALLY_FAILED")),
            (names.target_stage_skipped, float(outcome == "SKIPPED")),
        ]
        if outcome != "SKIPPED":
            self._values.append((names.target_stage_duration, took))

    def _end(self, message_type: str) -> None:
        observer = self._observer
        names = observer.names
        self._values += [
            (names.duration, (observer.clock.monotonic() - self._began) * 1000),
            (names.execution_failed, float(message_type == "EXECUTION_FAILED")),
            (names.execution_partially_failed, float(message_type == "EXECUTION_PARTIALLY_FAILED")),
            (names.execution_timeout, float(message_type == "EXECUTION_TIMEOUT")),
            *((metric, float(message_type == "EXECUTION_THROTTLED")) for metric in names.throttled),
        ]
        observer.concurrency.leave()
        observer.metrics.add(self._values)
