"""An execution: a batch on its way from the source through the enrichment to the target.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-execution-steps.html
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from emulator.pipes.clock import Clock
from emulator.pipes.enrichment import Enrichment
from emulator.pipes.errors import PartialBatchError, TargetError
from emulator.pipes.event import Event
from emulator.pipes.input_template import InputTemplate, json_text
from emulator.pipes.json_data import utf8
from emulator.pipes.observer import Observer, Trace
from emulator.pipes.target import ChangedPayload, Exchange, Payload, ServiceTarget
from emulator.pipes.targets.invocation import source_id


class Execution:
    """What a pipe does with each batch; a retry is an execution of its own, enrichment included.

    1. The enrichment's template is applied to each event, and the enrichment's answer replaces the events.
    2. The target's template is applied to each event.
    3. The target gets them. Paths in its parameters look into the events as they were before step 2.
    """

    def __init__(
        self,
        *,
        target: ServiceTarget,
        target_template: InputTemplate | None = None,
        enrichment: Enrichment | None = None,
        enrichment_template: InputTemplate | None = None,
        observer: Observer,
        clock: Clock,
    ) -> None:
        self._target = target
        self._target_template = target_template
        self._enrichment = enrichment
        self._enrichment_template = enrichment_template
        self._observer = observer
        self._clock = clock

    def send(self, events: Sequence[Event]) -> None:
        """Execute a batch.

        Raises:
            PartialBatchError: some events were accepted; after an enrichment, those that failed are known by the
                ids of their source.
            TargetError: the batch has to be tried again as a whole.
        """
        trace = self._observer.begin(events)
        try:
            # Step 1.
            payloads = self._enriched(events, trace)
            # Steps 2 and 3.
            if payloads:
                self._deliver(events, payloads, trace)
            else:
                trace.step("TARGET_STAGE_SKIPPED")
        except PartialBatchError as error:
            trace.step("EXECUTION_PARTIALLY_FAILED", error=error)
            raise
        except TargetError as error:
            trace.step("EXECUTION_FAILED", error=error)
            raise
        trace.step("EXECUTION_SUCCEEDED")

    def _enriched(self, events: Sequence[Event], trace: Trace) -> Sequence[Payload]:
        if self._enrichment is None:
            return events
        trace.step("ENRICHMENT_STAGE_ENTERED")
        try:
            payloads = self._transformed(
                events, self._enrichment_template, trace, "ENRICHMENT", takes_json=True
            )
            trace.step("ENRICHMENT_INVOCATION_STARTED")
            exchange = Exchange()
            try:
                enriched = self._enrichment.enrich(payloads, exchange)
            except TargetError as error:
                trace.step(
                    "ENRICHMENT_INVOCATION_FAILED",
                    aws_request=exchange.request,
                    aws_response=exchange.response,
                    error=error,
                )
                raise
        except TargetError as error:
            trace.step("ENRICHMENT_STAGE_FAILED", error=error)
            raise
        trace.step(
            "ENRICHMENT_INVOCATION_SUCCEEDED", aws_request=exchange.request, aws_response=exchange.response
        )
        trace.step("ENRICHMENT_STAGE_SUCCEEDED", payload=lambda: _array(enriched))
        return enriched

    def _deliver(self, events: Sequence[Event], before: Sequence[Payload], trace: Trace) -> None:
        trace.step("TARGET_STAGE_ENTERED")
        try:
            self._check_size(before, trace)
            payloads = self._transformed(
                before, self._target_template, trace, "TARGET", takes_json=self._target.takes_json
            )
            self._invoke(payloads, trace)
        except PartialBatchError as error:
            failure = error if self._enrichment is None else _by_source(error, events, before)
            is_partial = isinstance(failure, PartialBatchError)
            trace.step(
                "TARGET_STAGE_PARTIALLY_FAILED" if is_partial else "TARGET_STAGE_FAILED", error=failure
            )
            raise failure from error
        except TargetError as error:
            trace.step("TARGET_STAGE_FAILED", error=error)
            raise
        trace.step("TARGET_STAGE_SUCCEEDED", payload=lambda: _array(payloads))

    def _check_size(self, payloads: Sequence[Payload], trace: Trace) -> None:
        maximum = self._target.maximum_batch_size
        if maximum is not None and len(payloads) > maximum:
            trace.step("TARGET_INVOCATION_SKIPPED")
            raise TargetError(
                f"The enrichment returned {len(payloads)} events; the target takes at most {maximum} at once"
            )

    def _invoke(self, payloads: Sequence[Payload], trace: Trace) -> None:
        trace.step("TARGET_INVOCATION_STARTED")
        exchange = Exchange()
        outcome = "TARGET_INVOCATION_SUCCEEDED"
        failure: TargetError | None = None
        try:
            self._target.send(payloads, exchange)
        except PartialBatchError as error:
            outcome, failure = "TARGET_INVOCATION_PARTIALLY_FAILED", error
        except TargetError as error:
            outcome, failure = "TARGET_INVOCATION_FAILED", error
        trace.step(outcome, aws_request=exchange.request, aws_response=exchange.response, error=failure)
        if failure is not None:
            raise failure

    def _transformed(
        self,
        payloads: Sequence[Payload],
        template: InputTemplate | None,
        trace: Trace,
        stage: str,
        *,
        takes_json: bool,
    ) -> Sequence[Payload]:
        if template is None:
            return payloads
        trace.step(f"{stage}_TRANSFORMATION_STARTED")
        now = self._clock.now()
        try:
            transformed = [_changed(payload.body, template, now, takes_json) for payload in payloads]
        except TargetError as error:
            trace.step(f"{stage}_TRANSFORMATION_FAILED", error=error)
            raise
        trace.step(f"{stage}_TRANSFORMATION_SUCCEEDED", payload=lambda: _array(transformed))
        return transformed


def _changed(body: Any, template: InputTemplate, now: float, takes_json: bool) -> Payload:
    text = template.render(body, now)
    return ChangedPayload(body, utf8(json_text(text) if takes_json else text))


def _by_source(error: PartialBatchError, events: Sequence[Event], payloads: Sequence[Payload]) -> TargetError:
    """Return the failure of the source's events that a partial failure after an enrichment means.

    Where an enrichment has dropped an id, or has used one that is not the batch's, nothing tells which events
    failed, and the whole batch is tried again.
    """
    positions: dict[str, list[int]] = defaultdict(list)
    for index, event in enumerate(events):
        if identifier := source_id(event.body):
            positions[identifier].append(index)
    failed: set[int] = set()
    for index in error.failed_indexes:
        identifier = source_id(payloads[index].body)
        if identifier is None or identifier not in positions:
            return TargetError(str(error), internal=error.internal)
        failed.update(positions[identifier])
    if len(failed) == len(events):
        return TargetError(str(error), internal=error.internal)
    return PartialBatchError(str(error), sorted(failed), internal=error.internal)


def _array(payloads: Sequence[Payload]) -> str:
    """Return the payloads as a JSON array; those that are not JSON are its strings."""
    members = []
    for payload in payloads:
        text = payload.data.decode()
        try:
            json.loads(text)
        except ValueError:
            text = json.dumps(text, ensure_ascii=False)
        members.append(text)
    return f"[{','.join(members)}]"
