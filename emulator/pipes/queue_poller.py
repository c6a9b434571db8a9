"""The messages of a running pipe's queue on their way to the target."""

import logging
from collections.abc import Callable, Sequence

from emulator.pipes.backoff import Backoff
from emulator.pipes.batch import BatchBuffer
from emulator.pipes.choice import QUEUE_WAIT_SECONDS, RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS
from emulator.pipes.clock import Clock
from emulator.pipes.errors import PartialBatchError, SourceError, StreamNotFoundError, TargetError
from emulator.pipes.event import Event
from emulator.pipes.pipe import QueueParameters
from emulator.pipes.queue_source import QueueSource
from emulator.pipes.shard_processor import EventFilter
from emulator.pipes.target import Target

LOG = logging.getLogger(__name__)


class QueuePoller:
    """Receives, filters and delivers, a batch at a time; only what the target accepted is deleted.

    Messages that were not accepted are left alone: they become visible again when the queue's visibility timeout
    ends, and its redrive policy says how often. Messages that do not match the filter are deleted.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html
    """

    def __init__(
        self,
        *,
        source: QueueSource,
        event_filter: EventFilter | None,
        target: Target,
        parameters: QueueParameters,
        clock: Clock,
        pipe_name: str,
    ) -> None:
        self._source = source
        self._event_filter = event_filter
        self._target = target
        self._batch_size = parameters.batch_size
        self._clock = clock
        self._pipe_name = pipe_name
        self._buffer = BatchBuffer(parameters.batch_size, parameters.maximum_batching_window_in_seconds)
        # The receipt handles of the messages in the buffer, by message id.
        self._receipt_handles: dict[str, str] = {}
        self._trouble = Backoff(RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS)
        self._receive_at = clock.monotonic()

    def step(self, stopping: Callable[[], bool]) -> float:
        """Receive once and deliver what is due; return after how many seconds to call again.

        Raises:
            StreamNotFoundError: the queue is gone.
        """
        received = False
        if not stopping() and self._clock.monotonic() >= self._receive_at and not self._buffer.is_full:
            received = self._receive()
        while not stopping() and (batch := self._buffer.take(self._clock.monotonic())):
            self._deliver(batch)
        now, due_at = self._clock.monotonic(), self._buffer.due_at()
        # SQS has waited already, except in the last second of a window.
        receive_at = now if received or due_at is None or due_at - now >= QUEUE_WAIT_SECONDS else due_at
        moments = [max(receive_at, self._receive_at), *([] if due_at is None else [due_at])]
        return max(min(moments) - now, 0.0)

    def close(self) -> None:
        """Make the messages that wait for a batch visible again."""
        handles = list(self._receipt_handles.values())
        self._receipt_handles.clear()
        try:
            self._source.give_back(handles)
        except SourceError as error:
            LOG.warning(
                "%s: %d messages stay invisible until their timeout: %s", self._pipe_name, len(handles), error
            )

    def _receive(self) -> bool:
        now, due_at = self._clock.monotonic(), self._buffer.due_at()
        waits = due_at is None or due_at - now >= QUEUE_WAIT_SECONDS
        try:
            events = self._source.receive(
                self._batch_size - len(self._buffer), QUEUE_WAIT_SECONDS if waits else 0
            )
        except StreamNotFoundError:
            raise
        except SourceError as error:
            self._pause(f"receiving again: {error}")
            return False
        unwanted: list[str] = []
        for event in events:
            handle = str(event.body["receiptHandle"])
            if self._event_filter is not None and not self._event_filter(event.body):
                unwanted.append(handle)
                continue
            # A message whose visibility timeout ended in the buffer comes a second time, with a new handle.
            if event.sequence_number not in self._receipt_handles:
                self._buffer.add(event, self._clock.monotonic())
            self._receipt_handles[event.sequence_number] = handle
        self._delete(unwanted)
        return bool(events)

    def _deliver(self, batch: Sequence[Event]) -> None:
        handles = [self._receipt_handles.pop(event.sequence_number) for event in batch]
        failed: set[int] = set()
        try:
            self._target.send(batch)
        except PartialBatchError as error:
            failed = set(error.failed_indexes)
            LOG.warning("%s: %d of %d messages failed: %s", self._pipe_name, len(failed), len(batch), error)
        except TargetError as error:
            failed = set(range(len(batch)))
            self._pause(f"{len(batch)} messages failed: {error}")
        accepted = [handle for index, handle in enumerate(handles) if index not in failed]
        self._delete(accepted)
        if accepted:
            self._trouble.reset()
            LOG.info("%s: delivered %d messages", self._pipe_name, len(accepted))
        if failed and self._source.is_fifo:
            self._forget_the_rest()

    def _forget_the_rest(self) -> None:
        """Let go of what may follow a failed message of its group; it becomes visible after that one."""
        while self._buffer.take(self._clock.monotonic(), drain=True):
            pass
        self._receipt_handles.clear()

    def _delete(self, receipt_handles: Sequence[str]) -> None:
        for reason in self._source.delete(receipt_handles):
            LOG.warning("%s: a message could not be deleted and may come again: %s", self._pipe_name, reason)

    def _pause(self, reason: str) -> None:
        seconds = self._trouble.next()
        self._receive_at = self._clock.monotonic() + seconds
        LOG.warning("%s: nothing is received for %.1f s: %s", self._pipe_name, seconds, reason)
