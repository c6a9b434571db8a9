"""Making metrics and log records of a pipe's executions."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.metric import Metric, MetricBuffer, Values
from emulator.pipes.clock import Clock
from emulator.pipes.concurrency import Concurrency
from emulator.pipes.errors import PipeError
from emulator.pipes.event import Event
from emulator.pipes.log_delivery import LogDelivery
from emulator.pipes.log_record import level_of, log_record
from emulator.pipes.observer import Text

NAMESPACE = "AWS/EventBridge/Pipes"

_ENDS = frozenset(
    f"EXECUTION_{outcome}" for outcome in ("SUCCEEDED", "FAILED", "PARTIALLY_FAILED", "THROTTLED", "TIMEOUT")
)
# The steps that begin and end a stage: its name and what became of it.
_STAGE_OUTCOMES = ("SUCCEEDED", "FAILED", "PARTIALLY_FAILED", "SKIPPED")
_STAGES = {
    f"{subject}_STAGE_{outcome}": (subject, outcome)
    for subject in ("ENRICHMENT", "TARGET")
    for outcome in ("ENTERED", *_STAGE_OUTCOMES)
}
# The outcomes that have a metric, and its name.
_STAGE_COUNTS = {
    "ENRICHMENT": (("FAILED", "Failed"),),
    "TARGET": (("FAILED", "Failed"), ("PARTIALLY_FAILED", "PartiallyFailed"), ("SKIPPED", "Skipped")),
}
_END_COUNTS = (
    ("EXECUTION_FAILED", "ExecutionFailed"),
    ("EXECUTION_PARTIALLY_FAILED", "ExecutionPartiallyFailed"),
    ("EXECUTION_TIMEOUT", "ExecutionTimeout"),
)


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
        self.event_count = by_pipe("EventCount")
        self.event_size = by_pipe("EventSize", "Bytes")
        self.duration = by_pipe("Duration", "Milliseconds")
        self.stage_durations = {
            "ENRICHMENT": by_pipe("EnrichmentStageDuration", "Milliseconds"),
            "TARGET": by_pipe("TargetStageDuration", "Milliseconds"),
        }
        # What every invocation, each outcome of a stage and each end of an execution add, ones and noughts.
        self.invoked: Values = ((by_pipe("Invocations"), 1.0), (by_account("Invocations"), 1.0))
        self.stage_outcomes: dict[tuple[str, str], Values] = {
            (subject, outcome): tuple(
                (by_pipe(f"{subject.title()}Stage{name}"), float(outcome == counted))
                for counted, name in counts
            )
            for subject, counts in _STAGE_COUNTS.items()
            for outcome in _STAGE_OUTCOMES
        }
        self.ends: dict[str, Values] = {
            end: (
                *((by_pipe(name), float(end == counted)) for counted, name in _END_COUNTS),
                *(
                    (metric, float(end == "EXECUTION_THROTTLED"))
                    for metric in (by_pipe("ExecutionThrottled"), by_account("ExecutionThrottled"))
                ),
            )
            for end in _ENDS
        }


class ObservedExecution:
    """One execution: its steps are logged as they happen, and its metrics are added when it ends."""

    def __init__(self, observer: PipeObserver, events: Sequence[Event]) -> None:
        self._observer = observer
        self._id = ""
        self._began = self._stage_began = observer.clock.monotonic()
        names = observer.names
        self._values: list[tuple[Metric, float]] = [
            (names.concurrency, observer.concurrency.enter()),
            (names.event_count, len(events)),
            (names.event_size, sum([len(event.data) for event in events])),
        ]
        self._constants = names.invoked
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
        if stage := _STAGES.get(message_type):
            self._stage(*stage)
        elif message_type in _ENDS:
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
        self._constants += names.stage_outcomes[subject, outcome]
        if outcome != "SKIPPED":
            took = (self._observer.clock.monotonic() - self._stage_began) * 1000
            self._values.append((names.stage_durations[subject], took))

    def _end(self, message_type: str) -> None:
        observer = self._observer
        names = observer.names
        self._values.append((names.duration, (observer.clock.monotonic() - self._began) * 1000))
        observer.concurrency.leave()
        observer.metrics.add(self._values, self._constants + names.ends[message_type])
