"""Enhanced fan-out: events pushed to a consumer as the records of a shard arrive."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from emulator.errors import ServiceError
from emulator.kinesis.consumer import Consumer
from emulator.kinesis.data_plane import MAXIMUM_PAGE_RECORDS, DataPlane, Stream, record_size
from emulator.kinesis.shard import Shard
from emulator.kinesis.throughput import TokenBucket

LIFETIME_SECONDS = 300
# An event comes at least this often, with or without records.
HEARTBEAT_SECONDS = 5
# From then on a new subscription takes the place of the one before.
TAKE_OVER_SECONDS = 5
# What one consumer may read of one shard in a second.
MAXIMUM_EVENT_BYTES = 2 * 1024 * 1024

Wait = Callable[[threading.Condition, Callable[[], bool], float], Any]


def wait_for(changed: threading.Condition, ready: Callable[[], bool], timeout_seconds: float) -> None:
    """Wait until `ready` holds, looking again at every notification."""
    with changed:
        changed.wait_for(ready, timeout_seconds)


class Subscription:
    """One consumer's hold on one shard, for five minutes or until the shard's end."""

    def __init__(self, shard: Shard, started_at: float, allowance: TokenBucket) -> None:
        self.shard = shard
        self.started_at = started_at
        self.allowance = allowance
        self.ended = False

    def end(self) -> None:
        """Make the events stop; a waiting reader wakes up."""
        with self.shard.changed:
            self.ended = True
            self.shard.changed.notify_all()


class Subscriptions:
    """Every subscription of the emulator, at most one for each consumer and shard.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
    """

    def __init__(
        self, data_plane: DataPlane, clock: Callable[[], float] = time.time, wait: Wait = wait_for
    ) -> None:
        self._data_plane = data_plane
        self._clock = clock
        self._wait = wait
        self._lock = threading.Lock()
        self._subscriptions: dict[tuple[str, str], Subscription] = {}

    def subscribe(
        self, stream: Stream, consumer: Consumer, shard: Shard, position: int
    ) -> Iterator[dict[str, Any]]:
        """Return the events of a new subscription that begins after `position`.

        Raises:
            ServiceError: the consumer subscribed to this shard less than five seconds ago.
        """
        now = self._clock()
        key = (consumer.consumer_arn, shard.shard_id)
        with self._lock:
            current = self._subscriptions.get(key)
            if current is not None and now - current.started_at < TAKE_OVER_SECONDS:
                raise ServiceError(
                    "ResourceInUseException",
                    "Another active subscription exists for this consumer: "
                    f"{stream.account_id}:{stream.stream_name}:{shard.shard_id}:{consumer.consumer_name}",
                )
            # Subscribing anew does not give a consumer more to read.
            allowance = current.allowance if current is not None else TokenBucket(MAXIMUM_EVENT_BYTES)
            subscription = self._subscriptions[key] = Subscription(shard, now, allowance)
        if current is not None:
            current.end()
        return self._events(stream, subscription, position)

    def end(self, consumer_arn: str | None = None) -> None:
        """End the subscriptions of one consumer, or all of them."""
        with self._lock:
            keys = [key for key in self._subscriptions if consumer_arn in (None, key[0])]
            ended = [self._subscriptions.pop(key) for key in keys]
        for subscription in ended:
            subscription.end()

    def _events(self, stream: Stream, subscription: Subscription, position: int) -> Iterator[dict[str, Any]]:
        shard = subscription.shard
        expires_at = subscription.started_at + LIFETIME_SECONDS
        heartbeat_at = subscription.started_at + HEARTBEAT_SECONDS

        def ready() -> bool:
            return subscription.ended or not shard.is_open or shard.log.last_position > position

        while not subscription.ended and (now := self._clock()) < expires_at:
            owed_seconds = -subscription.allowance.available(now) / MAXIMUM_EVENT_BYTES
            if self._data_plane.limited and owed_seconds > 0:
                self._wait(shard.changed, lambda: subscription.ended, min(owed_seconds, expires_at - now))
                continue
            reading = self._data_plane.read(
                stream, shard, position, MAXIMUM_PAGE_RECORDS, MAXIMUM_EVENT_BYTES
            )
            position = reading.position
            subscription.allowance.spend(sum(map(record_size, reading.records)))
            event = {"Records": reading.records, "MillisBehindLatest": reading.millis_behind_latest}
            if reading.at_shard_end:
                yield event | {"ChildShards": reading.child_shards}
                return
            if reading.records or now >= heartbeat_at:
                heartbeat_at = now + HEARTBEAT_SECONDS
                read = reading.records[-1]["SequenceNumber"] if reading.records else None
                yield event | {"ContinuationSequenceNumber": read or shard.sequence_number(position, now)}
            else:
                self._wait(shard.changed, ready, min(heartbeat_at, expires_at) - now)
