"""Bringing the batches of one shard to the target, in order, until each is accepted or given up."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from emulator.pipes.backoff import Backoff
from emulator.pipes.choice import (
    RETENTION_CONDITION,
    RETRY_INITIAL_SECONDS,
    RETRY_MAXIMUM_SECONDS,
    STREAM_RETENTION_SECONDS,
)
from emulator.pipes.clock import Clock
from emulator.pipes.dead_letter import DeadLetterQueue
from emulator.pipes.errors import CheckpointError, DeadLetterError, PartialBatchError, TargetError
from emulator.pipes.event import Event
from emulator.pipes.target import Target

LOG = logging.getLogger(__name__)

AGE_CONDITION = "RecordAgeExceeded"
RETRIES_CONDITION = "RetryAttemptsExhausted"


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """When a failing batch is given up; None means without limit, and the stream's retention is one anyway."""

    maximum_retry_attempts: int | None = None
    maximum_record_age_in_seconds: int | None = None
    automatic_bisect: bool = False
    retention_seconds: Callable[[], float] = lambda: STREAM_RETENTION_SECONDS


@dataclass(frozen=True, slots=True)
class _Batch:
    """Events to deliver; once they are, everything through `through` is done.

    A `condition` means that they have been given up and only the dead-letter queue has to be told.
    """

    events: Sequence[Event]
    through: str
    attempts: int = 0
    condition: str | None = None


class Delivery:
    """The batch in flight of one shard, and what becomes of it.

    Only the part that failed is tried again. It blocks the shard until it is accepted, its retry attempts are
    used up, or its records are too old. `advance` is told every sequence number through which all is done.
    """

    def __init__(
        self,
        *,
        target: Target,
        policy: DeliveryPolicy,
        advance: Callable[[str], None],
        dead_letter_queue: DeadLetterQueue | None,
        dead_letter_message: Callable[[Sequence[Event], str, int], str],
        clock: Clock,
        label: str,
    ) -> None:
        self._target = target
        self._policy = policy
        self._advance = advance
        self._dead_letter_queue = dead_letter_queue
        self._dead_letter_message = dead_letter_message
        self._clock = clock
        self._label = label
        self._backoff = Backoff(RETRY_INITIAL_SECONDS, RETRY_MAXIMUM_SECONDS)
        self._batches: deque[_Batch] = deque()
        self.retry_at: float | None = None
        self.delivered = 0

    @property
    def is_idle(self) -> bool:
        """Whether no batch is in flight."""
        return not self._batches

    def begin(self, events: Sequence[Event]) -> None:
        """Take the next batch; there must be none in flight."""
        self._batches.append(_Batch(events, events[-1].sequence_number))

    def attempt(self) -> bool:
        """Try the batch in flight once; False means that it has to wait until `retry_at`.

        1. Records that have become too old are given up.
        2. The rest is sent.
        3. What was accepted moves the checkpoint; what was not is retried, halved or given up.
        """
        self.retry_at = None
        batch = self._batches.popleft()
        # Step 1.
        batch = self._split_off_expired(batch)
        if batch.condition is not None:
            return self._give_up(batch)
        # Step 2.
        try:
            self._target.send(batch.events)
        except TargetError as error:
            return self._failed(batch, error)
        # Step 3.
        self.delivered += len(batch.events)
        self._done(batch)
        return True

    def _done(self, batch: _Batch) -> None:
        self._backoff.reset()
        self._advance(batch.through)

    def _split_off_expired(self, batch: _Batch) -> _Batch:
        if batch.condition is not None:
            return batch
        age, retention = self._policy.maximum_record_age_in_seconds, self._policy.retention_seconds()
        oldest = self._clock.now() - (retention if age is None else min(age, retention))
        expired = 0
        while expired < len(batch.events) and batch.events[expired].created_at < oldest:
            expired += 1
        if not expired:
            return batch
        condition = (
            AGE_CONDITION if self._policy.maximum_record_age_in_seconds is not None else RETENTION_CONDITION
        )
        if expired == len(batch.events):
            return replace(batch, condition=condition)
        self._batches.appendleft(replace(batch, events=batch.events[expired:]))
        given_up = batch.events[:expired]
        return _Batch(given_up, given_up[-1].sequence_number, batch.attempts, condition)

    def _failed(self, batch: _Batch, error: TargetError) -> bool:
        remaining = batch
        if isinstance(error, PartialBatchError):
            self.delivered += len(batch.events) - len(error.failed_indexes)
            lowest = error.failed_indexes[0]
            if lowest > 0:
                self._advance(batch.events[lowest - 1].sequence_number)
            remaining = replace(batch, events=[batch.events[index] for index in error.failed_indexes])
        if not error.internal:
            if self._policy.automatic_bisect and isinstance(error, CheckpointError):
                # The batch is split where the target says, which uses up no attempt either.
                self._batches.appendleft(remaining)
                return True
            if self._policy.automatic_bisect and len(remaining.events) > 1:
                self._bisect(remaining)
                return True
            remaining = replace(remaining, attempts=remaining.attempts + 1)
            limit = self._policy.maximum_retry_attempts
            if limit is not None and remaining.attempts > limit:
                LOG.warning("%s: giving up after %d attempts: %s", self._label, remaining.attempts, error)
                return self._give_up(replace(remaining, condition=RETRIES_CONDITION))
        self._wait_with(remaining, f"{len(remaining.events)} records were not accepted: {error}")
        return False

    def _bisect(self, batch: _Batch) -> None:
        """Try each half on its own. Splitting uses up no attempt (as Lambda documents for its mappings)."""
        middle = len(batch.events) // 2
        first, second = batch.events[:middle], batch.events[middle:]
        self._batches.appendleft(replace(batch, events=second))
        self._batches.appendleft(replace(batch, events=first, through=first[-1].sequence_number))

    def _give_up(self, batch: _Batch) -> bool:
        """Tell the dead-letter queue, then go on. A queue that does not answer blocks the shard: AWS does not
        document that case, and this loses nothing."""
        first, last = batch.events[0].sequence_number, batch.events[-1].sequence_number
        condition = str(batch.condition)
        if self._dead_letter_queue is None:
            LOG.warning(
                "%s: dropped %d records (%s to %s): %s",
                self._label,
                len(batch.events),
                first,
                last,
                condition,
            )
        else:
            try:
                self._dead_letter_queue.send(
                    self._dead_letter_message(batch.events, condition, batch.attempts)
                )
            except DeadLetterError as error:
                self._wait_with(batch, f"the dead-letter queue did not accept a message: {error}")
                return False
            LOG.info(
                "%s: %d records (%s to %s) went to the dead-letter queue: %s",
                self._label,
                len(batch.events),
                first,
                last,
                condition,
            )
        self._done(batch)
        return True

    def _wait_with(self, batch: _Batch, reason: str) -> None:
        self._batches.appendleft(batch)
        seconds = self._backoff.next()
        self.retry_at = self._clock.monotonic() + seconds
        LOG.warning("%s: trying again in %.1f s: %s", self._label, seconds, reason)
