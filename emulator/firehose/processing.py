"""The first stage: the processor's buffer, the function behind it, and the sorting of what it answers."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emulator.firehose.buffer import Buffer
from emulator.firehose.client import LambdaClient
from emulator.firehose.clock import Clock, backoff
from emulator.firehose.configuration import BufferingHints, Configuration, DeliveryStreamIdentity
from emulator.firehose.error_log import ErrorLog
from emulator.firehose.error_record import ProcessingFailure
from emulator.firehose.function import InvocationError, invoke
from emulator.firehose.invocation import (
    REQUEST_TOO_LARGE,
    EventWriter,
    InvocationRequest,
    UnreadableResponseError,
    read_response,
)
from emulator.firehose.metric import Metrics
from emulator.firehose.record import Failed, Outcome, Record

# Between two attempts at the same records.
_FIRST_RETRY_SECONDS = 0.2
_MAXIMUM_RETRY_SECONDS = 5.0
_UNBUFFERED = BufferingHints(size_in_mbs=1, interval_in_seconds=0)


@dataclass(frozen=True, slots=True)
class Processed:
    """A record, what is to become of it, and, if it failed, how that came about."""

    record: Record
    outcome: Outcome
    failure: ProcessingFailure | None = None


@dataclass(slots=True)
class _Batch:
    """What was taken from the buffer, under the settings of that moment, and is not yet done."""

    configuration: Configuration
    requests: deque[InvocationRequest]
    attempts: int = 0
    retry_at: float | None = None


class Processing:
    """Buffers source records and passes on, in their order, what the function makes of them.

    Without a processor records pass through unchanged. One thread at a time may call `run`; `add` may be
    called by any. Records stay in the buffer until they were passed on.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
    """

    def __init__(
        self,
        identity: DeliveryStreamIdentity,
        configuration: Configuration,
        client: LambdaClient,
        clock: Clock,
        metrics: Metrics,
        error_log: ErrorLog,
        pass_on: Callable[[Sequence[Processed]], None],
    ) -> None:
        self._configuration = configuration
        self._client = client
        self._clock = clock
        self._metrics = metrics
        self._error_log = error_log
        self._pass_on = pass_on
        self._events = EventWriter(identity)
        self._buffer: Buffer[Record] = Buffer(_hints(configuration))
        self._lock = threading.Lock()
        self._batch: _Batch | None = None

    def __len__(self) -> int:
        return len(self._buffer)

    @property
    def size_bytes(self) -> int:
        """Size of the records that were not yet passed on."""
        return self._buffer.size_bytes

    @property
    def oldest_arrival(self) -> int | None:
        """When the oldest record held here arrived, in epoch milliseconds; None if there is none."""
        with self._lock:
            first = self._buffer.first()
        return None if first is None else first.approximate_arrival_timestamp

    def configure(self, configuration: Configuration) -> None:
        """Take new settings; what is already with the function stays under the old ones."""
        with self._lock:
            self._configuration = configuration
            self._buffer.hints = _hints(configuration)

    def add(self, records: Sequence[Record]) -> bool:
        """Buffer records and tell whether `run` has something new to wait for."""
        now = self._clock.monotonic()
        with self._lock:
            was_empty = not self._buffer
            for record in records:
                self._buffer.add(record, len(record.data), now)
            return was_empty or self._buffer.due(now)

    def clear(self) -> None:
        """Forget everything, as deleting the delivery stream does."""
        with self._lock:
            self._buffer.clear()
            self._batch = None

    def run(self, *, draining: bool = False) -> float | None:
        """Process what is due, or everything when draining; return when to be called again, if nothing is added."""
        while True:
            if self._batch is None:
                with self._lock:
                    if not draining and not self._buffer.due(self._clock.monotonic()):
                        return self._buffer.due_at()
                    records, configuration = self._buffer.take(), self._configuration
                if not records:
                    return None
                self._batch = self._begin(records, configuration)
            batch = self._batch
            if batch.retry_at is not None and batch.retry_at > self._clock.monotonic():
                return batch.retry_at
            self._advance(batch)
            if not batch.requests:
                self._batch = None

    def _begin(self, records: list[Record], configuration: Configuration) -> _Batch:
        if configuration.processor is None:
            return _Batch(configuration, deque([InvocationRequest(records, [])]))
        return _Batch(configuration, deque(self._events.requests(records)))

    def _advance(self, batch: _Batch) -> None:
        """Make one attempt at the first request of a batch; pass its records on if that was the last one.

        1. Invoke the function. 2. If the attempt failed and another is allowed, come back later.
        3. Pass the outcomes on. 4. Only then forget the records.
        """
        request = batch.requests[0]
        processor = batch.configuration.processor
        if processor is None:
            self._finish(batch, [Processed(record, record.data) for record in request.records])
            return
        # Step 1
        batch.attempts += 1
        outcomes = self._attempt(processor.lambda_arn, request)
        # Step 2
        repeatable = isinstance(outcomes, Failed) and not request.too_large
        if repeatable and batch.attempts <= processor.number_of_retries:
            wait = backoff(batch.attempts, _FIRST_RETRY_SECONDS, _MAXIMUM_RETRY_SECONDS)
            batch.retry_at = self._clock.monotonic() + wait
            return
        # Steps 3 and 4
        self._finish(batch, self._processed(batch, processor.lambda_arn, outcomes))

    def _attempt(self, lambda_arn: str, request: InvocationRequest) -> list[Outcome] | Failed:
        if request.too_large:
            return REQUEST_TOO_LARGE
        began = self._clock.monotonic()
        try:
            payload = invoke(self._client, lambda_arn, self._events.event(request))
            outcomes: list[Outcome] | Failed = read_response(payload, request.records)
        except InvocationError as error:
            outcomes = error.failed
        except UnreadableResponseError as error:
            outcomes = Failed("Lambda.JsonProcessingException", str(error))
        self._metrics.add("ExecuteProcessing.Duration", (self._clock.monotonic() - began) * 1000)
        self._metrics.add("ExecuteProcessing.Success", 0 if isinstance(outcomes, Failed) else 1)
        return outcomes

    def _processed(self, batch: _Batch, lambda_arn: str, outcomes: list[Outcome] | Failed) -> list[Processed]:
        records = batch.requests[0].records
        if isinstance(outcomes, Failed):
            outcomes = [outcomes] * len(records)
        ended = round(self._clock.time() * 1000)
        failures: dict[Failed, ProcessingFailure] = {}
        processed: list[Processed] = []
        succeeded = succeeded_bytes = 0
        for record, outcome in zip(records, outcomes, strict=True):
            if isinstance(outcome, Failed):
                if outcome not in failures:
                    failures[outcome] = ProcessingFailure(outcome, batch.attempts, ended, lambda_arn)
                processed.append(Processed(record, outcome, failures[outcome]))
            else:
                succeeded += 1
                succeeded_bytes += len(record.data)
                processed.append(Processed(record, outcome))
        if succeeded:
            self._metrics.add("SucceedProcessing.Records", succeeded)
            self._metrics.add("SucceedProcessing.Bytes", succeeded_bytes)
        for failed in failures:
            self._error_log.error(
                batch.configuration, failed.error_code, failed.error_message, processor=lambda_arn
            )
        return processed

    def _finish(self, batch: _Batch, processed: list[Processed]) -> None:
        self._pass_on(processed)
        with self._lock:
            # Deleting the delivery stream may have emptied the buffer meanwhile.
            self._buffer.forget(min(len(processed), len(self._buffer)))
        batch.requests.popleft()
        batch.attempts = 0
        batch.retry_at = None


def _hints(configuration: Configuration) -> BufferingHints:
    return configuration.processor.buffering_hints if configuration.processor else _UNBUFFERED
