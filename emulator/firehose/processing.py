"""The first stage: the processor's buffer, the function behind it, and the sorting of what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emulator.firehose.configuration import BufferingHints, Configuration
from emulator.firehose.context import Context
from emulator.firehose.error_record import Failure
from emulator.firehose.executor import Executor
from emulator.firehose.invocation_queue import Invocation, InvocationQueue
from emulator.firehose.partition_buffers import PartitionBuffers
from emulator.firehose.record import Failed, Outcome, Record

_UNBUFFERED = BufferingHints(size_in_mbs=1, interval_in_seconds=0)
_ALL = "all"  # Source records are not partitioned.


@dataclass(slots=True)
class Processed:
    """A record, what is to become of it, and, if it failed, how that came about.

    Not frozen for the same reason as `Record`.
    """

    record: Record
    outcome: Outcome
    failure: Failure | None = None


class Processing:
    """Buffers source records and passes on, in their order, what the function makes of them.

    Without a processor records pass through unchanged. One thread at a time may call `run`; `add` may be
    called by any. Records stay in the buffer until they were passed on.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
    """

    def __init__(
        self,
        context: Context,
        configuration: Configuration,
        executor: Executor,
        invocation_limit: Callable[[], int],
        wake: Callable[[], None],
        pass_on: Callable[[Sequence[Processed]], None],
    ) -> None:
        """Take `wake`, which is called when `run` has something to do before it is due."""
        self._context = context
        self._configuration = configuration
        self._pass_on = pass_on
        self._queue = InvocationQueue(context, executor, invocation_limit, wake)
        self._buffers: PartitionBuffers[str, Record] = PartitionBuffers(_hints(configuration), context.clock)

    def __len__(self) -> int:
        return len(self._buffers)

    @property
    def size_bytes(self) -> int:
        """Size of the records that were not yet passed on, and of what is made of them."""
        return self._buffers.size_bytes + self._queue.size_bytes

    @property
    def oldest_arrival(self) -> int | None:
        """When the oldest record held here arrived, in epoch milliseconds; None if there is none."""
        return self._buffers.oldest_arrival

    @property
    def invoking(self) -> bool:
        """Whether an invocation is under way, after which `run` has something to do."""
        return self._queue.running

    def configure(self, configuration: Configuration) -> None:
        """Take new settings; what is already with the function stays under the old ones."""
        self._configuration = configuration
        self._buffers.configure(_hints(configuration))

    def add(self, records: Sequence[Record]) -> bool:
        """Buffer records and tell whether `run` has something new to wait for."""
        return self._buffers.add(_ALL, records)

    def clear(self) -> None:
        """Forget everything, as deleting the delivery stream does."""
        self._buffers.clear()
        self._queue.clear()

    def run(self, *, draining: bool = False) -> float | None:
        """Process what is due, or everything when draining; return when to be called again, if nothing is added.

        Invocations that are under way call for it by themselves when they end.
        """
        while self._queue.advance() or self._finish() or self._begin(draining):
            pass
        times = [self._queue.retry_at(), self._buffers.due_at() if self._queue.has_place() else None]
        return min((time for time in times if time is not None), default=None)

    def _begin(self, draining: bool) -> bool:
        """Make requests of what is due, if there is a place for them."""
        if not self._queue.has_place() or not self._buffers.due(draining=draining):
            return False
        records = self._buffers.take(_ALL)
        if not records:
            return False
        self._queue.add(self._configuration, records)
        self._buffers.set_aside(_ALL, len(records))
        return True

    def _finish(self) -> bool:
        """Pass on the records of the first request, if their outcomes are known; only then forget them."""
        invocation = self._queue.first_done()
        if invocation is None:
            return False
        self._pass_on(self._processed(invocation))
        self._queue.remove(invocation)
        self._buffers.forget(_ALL, len(invocation.request.records))
        return True

    def _processed(self, invocation: Invocation) -> list[Processed]:
        records = invocation.request.records
        outcomes = invocation.outcomes
        if invocation.lambda_arn is None:
            return list(map(Processed, records, _each(outcomes, records)))
        failures: dict[Failed, Failure] = {}
        processed: list[Processed] = []
        succeeded = succeeded_bytes = 0
        for record, outcome in zip(records, _each(outcomes, records), strict=True):
            if isinstance(outcome, Failed):
                if outcome not in failures:
                    failures[outcome] = Failure(
                        outcome, invocation.attempts, invocation.ended_at, invocation.lambda_arn
                    )
                processed.append(Processed(record, outcome, failures[outcome]))
            else:
                succeeded += 1
                succeeded_bytes += len(record.data)
                processed.append(Processed(record, outcome))
        if succeeded:
            self._context.metrics.add("SucceedProcessing.Records", succeeded)
            self._context.metrics.add("SucceedProcessing.Bytes", succeeded_bytes)
        for failed in failures:
            self._context.error_log.error(
                invocation.configuration,
                failed.error_code,
                failed.error_message,
                processor=invocation.lambda_arn,
            )
        return processed


def _each(outcomes: Sequence[Outcome] | Failed | None, records: Sequence[Record]) -> Sequence[Outcome]:
    """Return one outcome for each record."""
    if outcomes is None or isinstance(outcomes, Failed):
        return [outcomes] * len(records) if outcomes is not None else []
    return outcomes


def _hints(configuration: Configuration) -> BufferingHints:
    return configuration.processor.buffering_hints if configuration.processor else _UNBUFFERED
