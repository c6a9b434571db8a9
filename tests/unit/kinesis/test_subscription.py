"""Enhanced fan-out: what a subscription sends, when, and when it ends.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.consumer import register
from emulator.kinesis.subscription import Subscriptions, Wait, wait_for
from tests.polling import PATIENCE_SECONDS
from tests.unit.kinesis.subject import FIRST, Subject


class Fixture:
    """A stream with one consumer; where nothing arrives, waiting lets the clock run."""

    def __init__(self, wait: Wait | None = None, limited: bool = False) -> None:
        self.subject = Subject(limited=limited)
        self.shard = self.subject.stream.shards[FIRST]
        self.consumer = register(self.subject.stream, "reader", self.subject.clock())
        self.subscriptions = Subscriptions(self.subject.data_plane, self.subject.clock, wait or self._advance)

    def _advance(
        self, changed: threading.Condition, ready: Callable[[], bool], timeout_seconds: float
    ) -> None:
        assert timeout_seconds > 0
        self.subject.clock.advance(timeout_seconds)

    def subscribe(self, position: int = 0) -> Iterator[dict[str, Any]]:
        return self.subscriptions.subscribe(self.subject.stream, self.consumer, self.shard, position)


def data(event: dict[str, Any]) -> list[bytes]:
    return [record["Data"] for record in event["Records"]]


def test_records_arrive_with_the_number_to_go_on_from() -> None:
    # GIVEN three records, of which the first was read before
    fixture = Fixture()
    numbers = fixture.subject.put(b"a", b"b", b"c")

    # WHEN
    event = next(fixture.subscribe(position=1))

    # THEN the continuation is what AFTER_SEQUENCE_NUMBER takes
    assert (data(event), event["MillisBehindLatest"]) == ([b"b", b"c"], 0)
    assert event["ContinuationSequenceNumber"] == numbers[-1]


def test_an_empty_event_comes_every_five_seconds_for_five_minutes() -> None:
    fixture = Fixture()
    started_at = fixture.subject.clock()
    moments: list[float] = []

    for event in fixture.subscribe():
        number = event["ContinuationSequenceNumber"]
        assert (data(event), number) == ([], fixture.shard.sequence_number(0, fixture.subject.clock()))
        moments.append(fixture.subject.clock() - started_at)

    assert moments == [float(second) for second in range(5, 300, 5)]
    assert fixture.subject.clock() - started_at == 300


def test_the_end_of_a_shard_names_its_children_and_ends_the_subscription() -> None:
    fixture = Fixture()
    fixture.subject.put(b"last")
    fixture.subject.split()

    (event,) = fixture.subscribe()

    assert data(event) == [b"last"]
    assert "ContinuationSequenceNumber" not in event
    assert [child["ShardId"] for child in event["ChildShards"]] == [
        "shardId-000000000001",
        "shardId-000000000002",
    ]


def test_an_event_holds_at_most_two_mebibytes() -> None:
    fixture = Fixture()
    fixture.subject.put(*[b"x" * 1_000_000] * 3)
    events = fixture.subscribe()

    assert [len(next(events)["Records"]) for _ in range(2)] == [2, 1]


def test_a_waiting_subscription_wakes_up_for_a_record() -> None:
    # GIVEN a subscription that waits for real
    waiting = threading.Event()

    def wait(changed: threading.Condition, ready: Callable[[], bool], timeout_seconds: float) -> None:
        def looked_at() -> bool:
            waiting.set()
            return ready()

        wait_for(changed, looked_at, 2 * PATIENCE_SECONDS)

    fixture = Fixture(wait)
    received: list[dict[str, Any]] = []
    reader = threading.Thread(target=lambda: received.append(next(fixture.subscribe())))
    reader.start()
    assert waiting.wait(PATIENCE_SECONDS)

    # WHEN
    fixture.subject.put(b"now")
    reader.join(PATIENCE_SECONDS)

    # THEN it does not wait for its time to run out
    assert [data(event) for event in received] == [[b"now"]]


@pytest.mark.parametrize("ended", ["consumer", "all"])
def test_a_waiting_subscription_ends_with_its_consumer_and_with_the_emulator(ended: str) -> None:
    waiting = threading.Event()

    def wait(changed: threading.Condition, ready: Callable[[], bool], timeout_seconds: float) -> None:
        waiting.set()
        wait_for(changed, ready, 2 * PATIENCE_SECONDS)

    fixture = Fixture(wait)
    events = fixture.subscribe()
    received: list[dict[str, Any]] = []
    reader = threading.Thread(target=lambda: received.extend(events))
    reader.start()
    assert waiting.wait(PATIENCE_SECONDS)

    fixture.subscriptions.end(fixture.consumer.consumer_arn if ended == "consumer" else None)
    reader.join(PATIENCE_SECONDS)

    assert (reader.is_alive(), received) == (False, [])


def test_a_second_subscription_within_five_seconds_is_refused() -> None:
    fixture = Fixture()
    first = fixture.subscribe()
    fixture.subject.clock.advance(4.9)

    with pytest.raises(ServiceError) as raised:
        fixture.subscribe()

    assert raised.value.code == "ResourceInUseException"
    assert raised.value.message.endswith(": 000000000000:orders:shardId-000000000000:reader")
    # AND the first one goes on
    fixture.subject.put(b"a")
    assert data(next(first)) == [b"a"]


def test_a_later_subscription_takes_over() -> None:
    fixture = Fixture()
    first = fixture.subscribe()
    fixture.subject.clock.advance(5)

    second = fixture.subscribe()

    fixture.subject.put(b"a")
    assert (list(first), data(next(second))) == ([], [b"a"])


def test_two_consumers_read_the_same_shard() -> None:
    fixture = Fixture()
    other = register(fixture.subject.stream, "other", fixture.subject.clock())
    fixture.subject.put(b"a")

    events = [
        next(fixture.subscribe()),
        next(fixture.subscriptions.subscribe(fixture.subject.stream, other, fixture.shard, 0)),
    ]

    assert [data(event) for event in events] == [[b"a"], [b"a"]]


def read_ten_mebibytes(fixture: Fixture) -> float:
    """Return the seconds in which twenty half mebibytes that were put before reach a subscription."""
    shard, started_at, read = fixture.shard, fixture.subject.clock(), 0
    for _ in range(20):
        shard.put("a", bytes(512 * 1024 - 1))
    for event in fixture.subscribe():
        read += len(event["Records"])
        if read == 20:
            break
    return fixture.subject.clock() - started_at


def test_a_consumer_reads_two_mebibytes_of_a_shard_in_a_second() -> None:
    # The first second's allowance is there at once, and the last event may overdraw it.
    assert 3 <= read_ten_mebibytes(Fixture(limited=True)) <= 5
    assert read_ten_mebibytes(Fixture()) == 0


def test_subscribing_anew_brings_no_new_allowance() -> None:
    fixture = Fixture(limited=True)
    read_ten_mebibytes(fixture)
    fixture.subject.clock.advance(5)
    began_at = fixture.subject.clock()

    # One second's worth has come back in the five, as in any longer time.
    assert 3 <= read_ten_mebibytes(fixture) <= 5
    assert fixture.subject.clock() - began_at >= 3


def test_a_subscription_that_must_wait_ends_with_its_consumer() -> None:
    # GIVEN a consumer that has read all that it may
    waits: list[float] = []

    def wait(changed: threading.Condition, ready: Callable[[], bool], timeout_seconds: float) -> None:
        waits.append(timeout_seconds)
        assert not ready()
        fixture.subscriptions.end(fixture.consumer.consumer_arn)
        assert ready()

    fixture = Fixture(wait, limited=True)
    for _ in range(8):
        fixture.shard.put("a", bytes(1024 * 1024 - 1))

    # WHEN its subscription is ended meanwhile
    events = list(fixture.subscribe())

    # THEN nothing more comes
    assert len(waits) == 1
    assert sum(len(event["Records"]) for event in events) < 8
