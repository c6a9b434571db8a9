"""Shards in threads: a slow one holds back no other, and a pipe that stops waits for what is in flight.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator.pipes.errors import StreamNotFoundError
from emulator.pipes.shard_thread import ShardThread
from emulator.pipes.shard_turns import ShardTurns
from emulator.pipes.stream_poller import StreamPoller
from tests.polling import poll_until
from tests.unit.pipes.fakes import CHILD, PARENT, FakeShard, Surroundings


class Subject(Surroundings):
    """A pipe in threads whose target takes its time over the record `slow`: it waits for `gate`."""

    def __init__(self) -> None:
        super().__init__(in_threads=True, batch_size=1)
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.kinesis.refuses = self.wait_for_slow

    def wait_for_slow(self, record: dict[str, Any]) -> bool:
        """Hold the target's answer back."""
        if record["PartitionKey"] == "slow":
            self.entered.set()
            self.gate.wait(10)
        return False

    def step(self) -> None:
        """Do what the pipe's worker does."""
        assert self.poller is not None
        self.poller.step(lambda: False)

    def list_again(self) -> None:
        """Have the next step list the shards."""
        self.stream_poller()._refresh_at = 0.0

    def is_read(self, shard_id: str) -> bool:
        """Tell whether the poller is still at a shard."""
        return shard_id in self.stream_poller()._shards

    def stream_poller(self) -> StreamPoller:
        """Return the poller."""
        assert isinstance(self.poller, StreamPoller)
        return self.poller

    def arrived(self, *partition_keys: str) -> None:
        """Step until exactly these records have arrived, in any order."""

        def as_wanted() -> bool:
            self.step()
            return sorted(self.partition_keys) == sorted(partition_keys)

        poll_until(f"{partition_keys}", as_wanted, timeout_seconds=10, interval_seconds=0.001)


@pytest.fixture
def subject() -> Iterator[Subject]:
    """Return a subject whose threads are ended afterwards."""
    subject = Subject()
    yield subject
    subject.gate.set()
    subject.stop()


def test_slow_target_of_one_shard_holds_back_no_other(subject: Subject) -> None:
    # GIVEN two shards, the first of them with a record that takes long
    subject.streams.shards[CHILD] = FakeShard()
    subject.streams.write("slow")
    subject.streams.write("behind")
    subject.streams.write("free", CHILD)

    # WHEN the pipe runs
    subject.start()
    subject.step()
    subject.entered.wait(10)

    # THEN the other shard's record arrives meanwhile, and the rest afterwards
    subject.arrived("free")
    subject.gate.set()
    subject.arrived("free", "slow", "behind")


def test_children_are_read_after_their_parent_in_threads_too(subject: Subject) -> None:
    # GIVEN a closed shard with a record that takes long, and its child
    subject.streams.write("slow")
    subject.streams.shards[PARENT].closed = True
    subject.streams.shards[CHILD] = FakeShard(parent=PARENT)
    subject.streams.write("child", CHILD)

    # WHEN the pipe runs until the parent is in flight, and then on
    subject.start()
    subject.step()
    subject.entered.wait(10)
    subject.step()
    meanwhile = subject.partition_keys
    subject.gate.set()
    subject.arrived("slow", "child")

    # THEN the child's record came last
    assert (meanwhile, subject.partition_keys) == ([], ["slow", "child"])


def test_a_parent_that_leaves_the_listing_in_the_middle_of_a_batch_is_waited_for(subject: Subject) -> None:
    # GIVEN a parent whose record takes long, and which is no longer listed meanwhile
    subject.streams.write("slow")
    subject.streams.shards[PARENT].closed = True
    subject.streams.shards[CHILD] = FakeShard(parent=PARENT)
    subject.streams.write("child", CHILD)
    subject.start()
    subject.step()
    subject.entered.wait(10)
    del subject.streams.shards[PARENT]

    # WHEN the shards are listed again, twice
    for _ in range(2):
        subject.list_again()
        subject.step()
    meanwhile = subject.partition_keys
    subject.gate.set()

    def parent_is_let_go() -> bool:
        subject.step()
        return not subject.is_read(PARENT)

    poll_until("the parent to be let go", parent_is_let_go)
    subject.list_again()
    subject.arrived("slow", "child")

    # THEN the child waited for the batch in flight
    assert (meanwhile, subject.partition_keys) == ([], ["slow", "child"])


def test_closing_waits_for_the_batch_in_flight(subject: Subject) -> None:
    # GIVEN a pipe in the middle of a batch
    subject.streams.write("slow")
    subject.streams.write("behind")
    subject.start()
    subject.step()
    subject.entered.wait(10)

    # WHEN it is closed while the target takes its time
    closing = threading.Thread(target=subject.stop)
    closing.start()
    subject.gate.set()
    closing.join(10)

    # THEN the batch has been delivered and its thread is gone; the next start repeats nothing and leaves nothing out
    assert "slow" in subject.partition_keys
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pipe-orders-pipe/")]
    subject.start()
    subject.arrived("slow", "behind")


def test_thread_that_is_to_end_begins_no_other_turn() -> None:
    # GIVEN a shard in the middle of a turn
    entered, gate = threading.Event(), threading.Event()
    stops: list[bool] = []

    class Turns(ShardTurns):
        def __init__(self) -> None:
            self.is_finished = self.is_lost = False

        def take(self, stopping: Callable[[], bool]) -> float:
            entered.set()
            gate.wait(10)
            stops.append(stopping())
            return 0.0

    thread = ShardThread(Turns(), "shard")
    entered.wait(10)

    # WHEN the thread is to end
    thread.end()
    gate.set()
    thread.join()

    # THEN that turn was told to stop, and was the last one
    assert stops == [True]
    assert not thread.is_alive


def test_stream_that_is_gone_is_reported_from_its_threads_too(subject: Subject) -> None:
    # GIVEN a pipe that reads
    subject.streams.write("a")
    subject.start()
    subject.arrived("a")

    # WHEN the stream disappears
    subject.streams.exists = False

    # THEN the poller says so
    def is_reported() -> bool:
        try:
            subject.step()
        except StreamNotFoundError:
            return True
        return False

    poll_until("the report", is_reported, timeout_seconds=10, interval_seconds=0.001)
