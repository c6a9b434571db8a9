"""The processor of a queue's messages: LocalStack's own, which gets no more of them at once than a payload holds."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.lambda_.event_source_mapping.event_processor import (
    EventProcessor,
    EventProcessorError,
    PartialBatchFailureError,
)
from localstack.services.lambda_.event_source_mapping.pipe_utils import to_json_str
from localstack.services.lambda_.event_source_mapping.pollers.poller import parse_batch_item_failures

from emulator.pipes.batch import MAXIMUM_BATCH_BYTES

LOG = logging.getLogger(__name__)

# What LocalStack has around and between the events of a payload.
ENVELOPE_BYTES = len(to_json_str({"Records": []}))
SEPARATOR_BYTES = len(", ")


class QueueProcessor(EventProcessor):
    """Hands a batch on in parts that each fit into a payload, and notes in `failed` that one has failed.

    A part that fails leaves the others as they are: only its messages stay in the queue. In a FIFO queue what follows
    it stays too, so that a message group keeps its order.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
    """

    def __init__(self, processor: EventProcessor) -> None:
        self._processor = processor
        self.failed = False

    def process_events_batch(self, input_events: Any) -> None:
        """Invoke the function with the messages of a batch.

        Raises:
            PartialBatchFailureError: some of the messages have failed.
        """
        try:
            self._process(input_events)
        except Exception:
            self.failed = True
            raise

    def generate_event_failure_context(self, abort_condition: str, **arguments: Any) -> Any:
        return self._processor.generate_event_failure_context(abort_condition, **arguments)

    def _process(self, events: Sequence[dict[str, Any]]) -> None:
        parts = list(_parts(events))
        if len(parts) == 1:
            self._processor.process_events_batch(parts[0])
            return
        failed: list[str] = []
        for part in parts:
            if failed and _is_fifo(part[0]):
                failed += _identifiers(part)
            else:
                failed += self._failed_of(part)
        if failed:
            raise PartialBatchFailureError(
                {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
            )

    def _failed_of(self, part: list[dict[str, Any]]) -> list[str]:
        """Return which messages of a part have failed."""
        identifiers = _identifiers(part)
        try:
            self._processor.process_events_batch(part)
        except PartialBatchFailureError as error:
            return _reported(error, identifiers)
        # The last two are for reports of another form than documented, in which LocalStack looks for messages.
        except (EventProcessorError, ClientError, BotoCoreError, AttributeError, TypeError) as error:
            LOG.warning("%d messages of a larger batch failed: %r", len(part), error)
            return identifiers
        return []


def _parts(events: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Cut a batch into as few parts as fit; a message that is too large by itself is one of its own."""
    part: list[dict[str, Any]] = []
    part_bytes = ENVELOPE_BYTES
    for event in events:
        size_bytes = len(to_json_str(event)) + SEPARATOR_BYTES
        if part and part_bytes + size_bytes > MAXIMUM_BATCH_BYTES:
            yield part
            part, part_bytes = [], ENVELOPE_BYTES
        part.append(event)
        part_bytes += size_bytes
    yield part


def _reported(error: PartialBatchFailureError, identifiers: list[str]) -> list[str]:
    """Return which messages a function reports; a report that cannot be read means all."""
    try:
        return list(parse_batch_item_failures(error.partial_failure_payload, set(identifiers)))
    except (KeyError, ValueError):
        return identifiers


def _identifiers(part: Sequence[dict[str, Any]]) -> list[str]:
    return [event["messageId"] for event in part]


def _is_fifo(event: dict[str, Any]) -> bool:
    return str(event["eventSourceARN"]).endswith(".fifo")
