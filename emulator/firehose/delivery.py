"""The second stage: a destination's buffers and the objects made from them."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from emulator.firehose.clock import backoff
from emulator.firehose.configuration import Configuration
from emulator.firehose.context import Context
from emulator.firehose.conversion import SchemaError
from emulator.firehose.delivery_metric import DeliveryMetrics
from emulator.firehose.output import DeliveryKey, Output
from emulator.firehose.partition_buffers import PartitionBuffers
from emulator.firehose.record import OutputRecord, Record
from emulator.firehose.s3_object import ObjectMaker, S3Object
from emulator.firehose.s3_refusal import refusal_of

LOG = logging.getLogger(__name__)

_FIRST_RETRY_SECONDS = 0.5
_MAXIMUM_RETRY_SECONDS = 10.0


@dataclass(slots=True)
class _Attempts:
    """How often an object was tried, under which settings, and when it is tried again."""

    configuration: Configuration
    made: int = 0
    retry_at: float = 0.0
    s3_object: S3Object | None = None


class Delivery:
    """Buffers output and writes it to S3, for as long as it takes: nothing is forgotten before S3 accepted it.

    Every partition, and every type of error, has a buffer and objects of its own; one whose object is refused
    does not hold up the others. One thread at a time may call `run` and `relieve`; `add` may be called by any.

    https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html
    https://docs.aws.amazon.com/firehose/latest/dev/buffering.html
    """

    def __init__(
        self,
        output: Output,
        context: Context,
        configuration: Configuration,
        settle: Callable[[Sequence[Record]], None],
        fail: Callable[[Sequence[OutputRecord]], None],
    ) -> None:
        """Take `fail`, which takes over the error lines of records that could not be converted."""
        self._output = output
        self._context = context
        self._configuration = configuration
        self._settle = settle
        self._fail = fail
        self._maker = ObjectMaker(output, context)
        self._metrics = DeliveryMetrics(output, context)
        self._buffers: PartitionBuffers[DeliveryKey, OutputRecord] = PartitionBuffers(
            output.destination(configuration).buffering_hints, context.clock
        )
        self._attempts: dict[DeliveryKey, _Attempts] = {}
        self._body_bytes = 0

    def __len__(self) -> int:
        return len(self._buffers)

    @property
    def size_bytes(self) -> int:
        """Size of the output that is not yet in S3, and of the objects that were made of it."""
        return self._buffers.size_bytes + self._body_bytes

    @property
    def active_count(self) -> int:
        """How many partitions hold something."""
        return self._buffers.active_count

    @property
    def oldest_arrival(self) -> int | None:
        """When the oldest record held here arrived, in epoch milliseconds; None if there is none."""
        return self._buffers.oldest_arrival

    def active(self, key: DeliveryKey) -> bool:
        """Tell whether something is held for a partition."""
        return self._buffers.active(key)

    def received_bytes(self) -> list[int]:
        """Return how much each partition received since this was last asked."""
        return self._buffers.received_bytes()

    def configure(self, configuration: Configuration) -> None:
        """Take new settings; an object that S3 keeps refusing is made again under them."""
        self._configuration = configuration
        self._buffers.configure(self._output.destination(configuration).buffering_hints)

    def add(self, key: DeliveryKey, records: Sequence[OutputRecord]) -> bool:
        """Buffer output and tell whether `run` has something new to wait for."""
        return self._buffers.add(key, records)

    def clear(self) -> None:
        """Forget everything, as deleting the delivery stream does."""
        self._buffers.clear()
        self._attempts.clear()
        self._body_bytes = 0

    def run(self, *, draining: bool = False) -> float | None:
        """Deliver what is due, or everything when draining; return when to be called again, if nothing is added."""
        while ready := self._ready(draining):
            for key in ready:
                self._deliver(key)
        retries = {key: attempts.retry_at for key, attempts in list(self._attempts.items())}
        times = [self._buffers.due_at(ignoring=retries), *retries.values()]
        return min((time for time in times if time is not None), default=None)

    def relieve(self) -> bool:
        """Deliver from the partition that holds most, whatever the hints say; tell whether there was one to try."""
        held_up = self._held_up()
        for key in self._buffers.largest_first():
            if key not in held_up:
                self._deliver(key)
                return True
        return False

    def _held_up(self) -> set[DeliveryKey]:
        now = self._context.clock.monotonic()
        return {
            key
            for key, attempts in list(self._attempts.items())
            if attempts.retry_at > now and attempts.configuration is self._configuration
        }

    def _ready(self, draining: bool) -> list[DeliveryKey]:
        held_up = self._held_up()
        # What was refused once is due, even if the hints have changed since.
        keys = dict.fromkeys([*list(self._attempts), *self._buffers.due(draining=draining)])
        return [key for key in keys if key not in held_up]

    def _deliver(self, key: DeliveryKey) -> None:
        """Make one attempt to write an object.

        1. Make it, unless that was done. 2. Put it. 3. If that fails, keep everything and come back later, under
        the same key. 4. Hand over what could not be converted. 5. Forget the records. 6. Settle them with their
        source. 7. Count them.
        """
        attempts = self._attempts.get(key)
        if attempts is None or attempts.configuration is not self._configuration:
            self._drop_object(attempts)
            attempts = self._attempts[key] = _Attempts(self._configuration)
        attempts.made += 1
        # Before the attempt: whatever goes wrong in it, the other partitions come first.
        attempts.retry_at = self._retry_at(attempts)
        try:
            # Step 1
            s3_object = attempts.s3_object or self._make(key, attempts)
            # Step 2
            if s3_object is not None and s3_object.arguments is not None:
                self._context.clients.s3.put_object(**s3_object.arguments)
        except (ClientError, BotoCoreError, SchemaError) as error:
            # Step 3
            attempts.retry_at = self._retry_at(attempts)
            self._refused(attempts.configuration, error)
            return
        # Steps 4 to 7
        if s3_object is not None:
            self._finish(key, attempts.configuration, s3_object)
        self._drop_object(attempts)
        self._attempts.pop(key, None)

    def _retry_at(self, attempts: _Attempts) -> float:
        wait = backoff(attempts.made, _FIRST_RETRY_SECONDS, _MAXIMUM_RETRY_SECONDS)
        return self._context.clock.monotonic() + wait

    def _make(self, key: DeliveryKey, attempts: _Attempts) -> S3Object | None:
        """Return the object made of the oldest records; None if deleting has emptied the buffers meanwhile."""
        records = self._buffers.take(key)
        if not records:
            return None
        attempts.s3_object = self._maker.make(key, records, attempts.configuration, attempts.made)
        self._body_bytes += attempts.s3_object.body_bytes
        return attempts.s3_object

    def _drop_object(self, attempts: _Attempts | None) -> None:
        if attempts is not None and attempts.s3_object is not None:
            self._body_bytes = max(self._body_bytes - attempts.s3_object.body_bytes, 0)
            attempts.s3_object = None

    def _finish(self, key: DeliveryKey, configuration: Configuration, s3_object: S3Object) -> None:
        if s3_object.failures:
            self._fail(s3_object.failures)
        self._buffers.forget(key, s3_object.taken_count)
        self._settle([record.source for record in s3_object.records])
        if s3_object.arguments is not None:
            LOG.info(
                "%s: delivered %d records (%d bytes) to s3://%s/%s",
                self._context.identity.name,
                len(s3_object.records),
                s3_object.size_bytes,
                s3_object.arguments["Bucket"],
                s3_object.arguments["Key"],
            )
        self._metrics.delivered(configuration, s3_object)

    def _refused(
        self, configuration: Configuration, error: ClientError | BotoCoreError | SchemaError
    ) -> None:
        destination = self._output.destination(configuration)
        if isinstance(error, SchemaError):
            code, message = error.failed.error_code, error.failed.error_message
        else:
            self._metrics.refused()
            code, message = refusal_of(error)
        self._context.error_log.error(
            configuration, code, message, destination=destination, detail=str(error)
        )
