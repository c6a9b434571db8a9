"""Batches of a queue's messages that are larger than a payload.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    EventProcessor,
    PartialBatchFailureError,
)

from emulator.lambda_.event_source_mapping.queue_processor import QueueProcessor
from tests.unit.pipes.fakes import client_error
from tests.unit.pipes.source_fakes import SOURCE_QUEUE_ARN

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
QUARTER_MEGABYTE = 256 * 1024


def messages(
    count: int, size_bytes: int = QUARTER_MEGABYTE, arn: str = SOURCE_QUEUE_ARN
) -> list[dict[str, Any]]:
    """Return events of messages `0`, `1`, and so on."""
    return [
        {"messageId": str(number), "body": "x" * size_bytes, "eventSourceARN": arn} for number in range(count)
    ]


class FakeProcessor(EventProcessor):
    """Notes the messages of each invocation; `fail` raises for those that are to fail."""

    def __init__(self, fail: Callable[[list[str]], None] = lambda identifiers: None) -> None:
        self._fail = fail
        self.parts: list[list[str]] = []
        self.largest = 0

    def process_events_batch(self, input_events: list[dict[str, Any]]) -> None:
        identifiers = [event["messageId"] for event in input_events]
        self.parts.append(identifiers)
        self.largest = max(self.largest, len(json.dumps({"Records": input_events})))
        self._fail(identifiers)

    def generate_event_failure_context(self, abort_condition: str, **kwargs: Any) -> dict[str, Any]:
        raise NotImplementedError


def failed_in(subject: QueueProcessor, events: list[dict[str, Any]]) -> list[str]:
    """Process a batch, of which a part must fail, and return the messages that are to stay in the queue."""
    with pytest.raises(PartialBatchFailureError) as failure:
        subject.process_events_batch(events)
    payload = failure.value.partial_failure_payload
    assert payload is not None
    return [item["itemIdentifier"] for item in payload["batchItemFailures"]]


@pytest.mark.parametrize(("count", "size_bytes", "parts"), [(30, QUARTER_MEGABYTE, 2), (2500, 5000, 3)])
def test_no_part_is_larger_than_a_payload(count: int, size_bytes: int, parts: int) -> None:
    # GIVEN
    processor = FakeProcessor()
    subject = QueueProcessor(processor)

    # WHEN
    subject.process_events_batch(messages(count, size_bytes))

    # THEN
    assert [identifier for part in processor.parts for identifier in part] == [str(n) for n in range(count)]
    assert len(processor.parts) == parts
    assert processor.largest <= MAX_PAYLOAD_BYTES
    assert not subject.failed


@pytest.mark.parametrize(
    "error", [BatchFailureError(), client_error("TooManyRequestsException"), TypeError()]
)
def test_messages_of_a_part_that_fails_stay_and_the_others_are_done(error: Exception) -> None:
    # GIVEN three parts, of which the one in the middle fails
    def fail(identifiers: list[str]) -> None:
        if "30" in identifiers:
            raise error

    processor = FakeProcessor(fail)
    subject = QueueProcessor(processor)

    # WHEN
    failed = failed_in(subject, messages(60))

    # THEN
    assert len(processor.parts) == 3
    assert failed == processor.parts[1]
    assert subject.failed


@pytest.mark.parametrize(
    ("report", "failed"),
    [
        ({"batchItemFailures": [{"itemIdentifier": "1"}]}, ["1"]),
        ({"batchItemFailures": [{"itemIdentifier": "29"}]}, [str(number) for number in range(23)]),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, [str(number) for number in range(23)]),
    ],
    ids=["of the part", "of another part", "of none"],
)
def test_a_report_counts_for_its_part(report: Any, failed: list[str]) -> None:
    # GIVEN two parts, of which the first is reported on
    def fail(identifiers: list[str]) -> None:
        if "0" in identifiers:
            raise PartialBatchFailureError(report)

    processor = FakeProcessor(fail)

    # WHEN / THEN
    assert failed_in(QueueProcessor(processor), messages(30)) == failed
    assert len(processor.parts) == 2


def test_what_follows_a_failed_part_of_a_fifo_queue_waits() -> None:
    # GIVEN
    def fail(identifiers: list[str]) -> None:
        raise PartialBatchFailureError({"batchItemFailures": [{"itemIdentifier": "22"}]})

    processor = FakeProcessor(fail)

    # WHEN
    failed = failed_in(QueueProcessor(processor), messages(30, arn=f"{SOURCE_QUEUE_ARN}.fifo"))

    # THEN
    assert len(processor.parts) == 1
    assert failed == [str(number) for number in range(22, 30)]


def test_a_batch_that_fits_keeps_its_error() -> None:
    # GIVEN
    def fail(identifiers: list[str]) -> None:
        raise BatchFailureError

    subject = QueueProcessor(FakeProcessor(fail))

    # WHEN / THEN
    with pytest.raises(BatchFailureError):
        subject.process_events_batch(messages(2))
    assert subject.failed
