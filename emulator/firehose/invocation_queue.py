"""Requests to the processor function: several are under way at a time, their order is kept."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from emulator.firehose.clock import backoff
from emulator.firehose.configuration import Configuration
from emulator.firehose.context import Context
from emulator.firehose.executor import Executor
from emulator.firehose.function import InvocationError, invoke
from emulator.firehose.invocation import (
    REQUEST_TOO_LARGE,
    UNREADABLE_RESPONSE,
    EventWriter,
    InvocationRequest,
    UnreadableResponseError,
    read_response,
)
from emulator.firehose.record import Failed, Ok, Outcome, Record

LOG = logging.getLogger(__name__)

# Between two attempts at the same records.
_FIRST_RETRY_SECONDS = 0.2
_MAXIMUM_RETRY_SECONDS = 5.0
_INTERRUPTED = Failed("Lambda.InvokeFailed", "The invocation ended without an answer.")


@dataclass(slots=True, eq=False)
class Invocation:
    """A request under the settings of the moment it was made, and how far the attempts at it are.

    `outcomes` is None until nothing more is attempted; a Failed concerns every record of the request.
    """

    configuration: Configuration
    request: InvocationRequest
    lambda_arn: str | None = None
    outcomes: Sequence[Outcome] | Failed | None = None
    outcome_bytes: int = 0
    attempts: int = 0
    running: bool = False
    retry_at: float = 0.0
    ended_at: int = 0  # epoch milliseconds


class InvocationQueue:
    """Invokes the function for up to `limit` requests at a time and keeps them in their order.

    A request that is tried again holds back those behind it from being passed on, but not from being invoked.
    No more than `limit` requests are begun and not passed on, so that what waits stays bounded. One thread at
    a time may call its methods; invocations run wherever `executor` runs them and call `wake` when they end.

    https://docs.aws.amazon.com/firehose/latest/dev/limits.html
    """

    def __init__(
        self, context: Context, executor: Executor, limit: Callable[[], int], wake: Callable[[], None]
    ) -> None:
        self._context = context
        self._executor = executor
        self._limit = limit
        self._wake = wake
        self._events = EventWriter(context.identity)
        self._queue: deque[Invocation] = deque()
        # Filled by the threads of the executor; appending to and taking from a deque is safe.
        self._ended: deque[tuple[Invocation, list[Outcome] | Failed, int]] = deque()
        self._running = 0
        self._size_bytes = 0

    @property
    def size_bytes(self) -> int:
        """Size of the events and of the answers that wait, besides the records themselves."""
        return self._size_bytes

    @property
    def running(self) -> bool:
        """Whether the function is being invoked."""
        return self._running > 0

    def has_place(self) -> bool:
        """Tell whether another request may be begun."""
        return len(self._queue) < self._limit()

    def add(self, configuration: Configuration, records: list[Record]) -> None:
        """Queue records behind the others; without a processor they are what is delivered."""
        processor = configuration.processor
        if processor is None:
            outcomes = [Ok(record.data) for record in records]
            self._queue.append(Invocation(configuration, InvocationRequest(records, []), outcomes=outcomes))
            return
        for request in self._events.requests(records):
            outcome = REQUEST_TOO_LARGE if request.too_large else None
            attempts = 1 if request.too_large else 0
            invocation = Invocation(configuration, request, processor.lambda_arn, outcome, attempts=attempts)
            invocation.ended_at = self._now()
            self._queue.append(invocation)
            self._size_bytes += request.size_bytes

    def advance(self) -> bool:
        """Take in what has ended and begin what may begin; tell whether that changed anything."""
        changed = False
        while self._ended:
            changed = True
            self._running -= 1
            self._end(*self._ended.popleft())
        now = self._context.clock.monotonic()
        for invocation in list(self._queue):
            if self._running >= self._limit():
                break
            if not invocation.running and invocation.outcomes is None and invocation.retry_at <= now:
                self._begin(invocation)
                changed = True
        return changed

    def first_done(self) -> Invocation | None:
        """Return the first request, if its outcomes are known."""
        first = self._queue[0] if self._queue else None
        return None if first is None or first.outcomes is None else first

    def remove(self, invocation: Invocation) -> None:
        """Remove the first request, once its records were passed on."""
        # Deleting the delivery stream may have emptied the queue meanwhile.
        if self._queue and self._queue[0] is invocation:
            self._queue.popleft()
            self._size_bytes -= invocation.request.size_bytes + invocation.outcome_bytes

    def retry_at(self) -> float | None:
        """Return when the next attempt is due of those that wait for one."""
        times = [each.retry_at for each in self._queue if not each.running and each.outcomes is None]
        return min(times, default=None)

    def clear(self) -> None:
        """Forget everything; what still runs ends without consequence."""
        self._queue.clear()
        self._size_bytes = 0

    def _begin(self, invocation: Invocation) -> None:
        invocation.running = True
        invocation.attempts += 1
        self._running += 1
        self._executor.submit(partial(self._run, invocation))

    def _run(self, invocation: Invocation) -> None:
        outcomes: list[Outcome] | Failed = _INTERRUPTED
        try:
            outcomes = self._attempt(invocation)
        finally:
            self._ended.append((invocation, outcomes, self._now()))
            self._wake()

    def _attempt(self, invocation: Invocation) -> list[Outcome] | Failed:
        context, request = self._context, invocation.request
        began = context.clock.monotonic()
        try:
            payload = invoke(
                context.clients.function, invocation.lambda_arn or "", self._events.event(request)
            )
            outcomes: list[Outcome] | Failed = read_response(
                payload, request.records, partitioned=invocation.configuration.dynamic_partitioning
            )
        except InvocationError as error:
            outcomes = error.failed
        except UnreadableResponseError as error:
            # What the function's author needs to know; Firehose says less.
            LOG.warning("%s: %s", context.identity.name, error)
            outcomes = UNREADABLE_RESPONSE
        context.metrics.add("ExecuteProcessing.Duration", (context.clock.monotonic() - began) * 1000)
        context.metrics.add("ExecuteProcessing.Success", 0 if isinstance(outcomes, Failed) else 1)
        return outcomes

    def _end(self, invocation: Invocation, outcomes: list[Outcome] | Failed, ended_at: int) -> None:
        invocation.running = False
        invocation.ended_at = ended_at
        processor = invocation.configuration.processor
        retries = processor.number_of_retries if processor is not None else 0
        if isinstance(outcomes, Failed) and invocation.attempts <= retries:
            wait = backoff(invocation.attempts, _FIRST_RETRY_SECONDS, _MAXIMUM_RETRY_SECONDS)
            invocation.retry_at = self._context.clock.monotonic() + wait
            return
        invocation.outcomes = outcomes
        if not isinstance(outcomes, Failed):
            invocation.outcome_bytes = sum(len(each.data) for each in outcomes if isinstance(each, Ok))
        # The event is not sent again: only the answer is kept.
        invocation.request.entries.clear()
        if any(each is invocation for each in self._queue):
            self._size_bytes += invocation.outcome_bytes - invocation.request.size_bytes
        invocation.request.size_bytes = 0

    def _now(self) -> int:
        return round(self._context.clock.time() * 1000)
