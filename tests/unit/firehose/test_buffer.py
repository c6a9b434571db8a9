"""Buffering hints: the first one met passes the buffer on.

https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html
"""

import pytest

from emulator.firehose.buffer import Buffer
from emulator.firehose.configuration import MEBIBYTE, BufferingHints


def buffer(size_in_mbs: float = 1, interval_in_seconds: float = 60) -> Buffer[str]:
    return Buffer(BufferingHints(size_in_mbs, interval_in_seconds))


# Size added at second 10, then the second at which the buffer is asked, and whether it is due.
@pytest.mark.parametrize(
    ("size_bytes", "now", "due"),
    [
        pytest.param(MEBIBYTE, 10, True, id="size hint met before the interval"),
        pytest.param(1, 70, True, id="interval met below the size"),
        pytest.param(MEBIBYTE, 70, True, id="both met"),
        pytest.param(MEBIBYTE - 1, 69.9, False, id="neither met"),
    ],
)
def test_buffer_is_due_when_either_hint_is_met(size_bytes: int, now: float, due: bool) -> None:
    # GIVEN a buffer of 1 MiB and 60 seconds that got something at second 10
    subject = buffer()
    subject.add("record", size_bytes, now=10)

    # WHEN it is asked later, THEN either hint makes it due
    assert subject.due(now) is due


def test_empty_buffer_is_never_due() -> None:
    subject = buffer(interval_in_seconds=0)

    assert (subject.due(1e9), subject.due_at(), subject.take()) == (False, None, [])


def test_interval_begins_with_the_first_buffered_record() -> None:
    # GIVEN records at seconds 10 and 50
    subject = buffer()
    subject.add("first", 1, now=10)
    subject.add("second", 1, now=50)

    # THEN the interval ends 60 seconds after the first
    assert subject.due_at() == 70


def test_interval_begins_again_with_the_first_record_that_was_not_passed_on() -> None:
    # GIVEN records at seconds 10 and 50, of which the first is forgotten
    subject = buffer()
    subject.add("first", 1, now=10)
    subject.add("second", 1, now=50)
    subject.forget(1)

    # THEN the interval counts from the second
    assert (subject.due_at(), len(subject), subject.size_bytes) == (110, 1, 1)


def test_zero_interval_makes_the_first_record_due_at_once() -> None:
    subject = buffer(interval_in_seconds=0)
    subject.add("record", 1, now=10)

    assert subject.due(10)


def test_take_stops_at_the_record_that_meets_the_size_hint() -> None:
    # GIVEN a backlog of three records of 0.6 MiB
    subject = buffer()
    for name in ("first", "second", "third"):
        subject.add(name, MEBIBYTE * 6 // 10, now=0)

    # WHEN a batch is taken, THEN the record that met the hint is in it and the rest is left
    assert subject.take() == ["first", "second"]


def test_take_leaves_the_records_until_they_are_forgotten() -> None:
    # GIVEN a batch that was taken
    subject = buffer()
    subject.add("record", 7, now=0)
    subject.take()

    # WHEN its delivery fails, THEN it is still there
    assert (subject.take(), subject.size_bytes) == (["record"], 7)


def test_hints_may_change_while_records_are_buffered() -> None:
    subject = buffer(interval_in_seconds=900)
    subject.add("record", 1, now=0)

    subject.hints = BufferingHints(1, 10)

    assert subject.due_at() == 10


def test_items_set_aside_stay_but_do_not_count_for_the_hints() -> None:
    # GIVEN a full batch at second 0 that was set aside, and an item behind it at second 30
    subject = buffer()
    subject.add("first", MEBIBYTE, now=0)
    subject.add("second", 7, now=30)
    subject.set_aside(1)

    # WHEN the buffer is asked, THEN the hints concern what waits, and everything is still held
    assert (subject.due_at(), subject.take()) == (90, ["second"])
    assert (len(subject), subject.size_bytes, subject.first()) == (2, MEBIBYTE + 7, "first")

    # WHEN the oldest is forgotten, THEN it is the one set aside
    subject.forget(1)
    assert (len(subject), subject.size_bytes, subject.first()) == (1, 7, "second")
