"""A buffer for each partition, counted together."""

from emulator.firehose.configuration import BufferingHints
from emulator.firehose.partition_buffers import PartitionBuffers
from emulator.firehose.record import Record
from tests.unit.firehose.fakes import ManualClock, record


def buffers(clock: ManualClock, interval_in_seconds: float = 60) -> PartitionBuffers[str, Record]:
    return PartitionBuffers(BufferingHints(1, interval_in_seconds), clock)


def test_what_is_held_is_counted_as_it_comes_and_goes() -> None:
    # GIVEN records of two partitions
    subject = buffers(ManualClock())
    subject.add("a", [record(b"12345"), record(b"678")])
    subject.add("b", [record(b"9")])
    assert (len(subject), subject.size_bytes, subject.active_count) == (3, 9, 2)

    # WHEN some are forgotten, THEN the counts follow, and a partition ends with its last record
    subject.forget("a", 1)
    assert (len(subject), subject.size_bytes, subject.active("a")) == (2, 4, True)
    subject.forget("a", 1)
    assert (len(subject), subject.size_bytes, subject.active("a"), subject.active_count) == (1, 1, False, 1)


def test_what_was_cleared_meanwhile_is_not_forgotten_twice() -> None:
    # GIVEN records that were taken
    subject = buffers(ManualClock())
    subject.add("a", [record(b"12345")])
    taken = subject.take("a")

    # WHEN everything is cleared before they are forgotten, THEN nothing is held
    subject.clear()
    subject.set_aside("a", len(taken))
    subject.forget("a", len(taken))
    assert (len(subject), subject.size_bytes, subject.due_at()) == (0, 0, None)


def test_new_hints_hold_for_partitions_that_are_active() -> None:
    # GIVEN a partition that is due after 900 s
    clock = ManualClock()
    subject = buffers(clock, interval_in_seconds=900)
    subject.add("a", [record(b"1")])

    # WHEN the interval becomes 10 s, THEN it is due then
    subject.configure(BufferingHints(1, 10))
    assert subject.due_at() == 10
    clock.advance(10)
    assert subject.due() == ["a"]


def test_the_first_partition_that_is_due_decides_when_to_look_again() -> None:
    # GIVEN partitions that began at seconds 0 and 20, and one that is to be ignored
    clock = ManualClock()
    subject = buffers(clock)
    subject.add("a", [record(b"1")])
    clock.advance(20)
    subject.add("b", [record(b"2")])

    # WHEN it is asked, THEN the earliest of the others counts, and draining concerns all
    assert (subject.due_at(), subject.due_at(ignoring={"a"})) == (60, 80)
    assert (subject.due(), subject.due(draining=True)) == ([], ["a", "b"])
