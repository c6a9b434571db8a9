"""Reading again and again: a failure is told and not fatal, and the share of the time is bounded."""

import threading
from collections.abc import Callable, Iterator

import pytest

from notebooks.sales.terminal.refreshing import Reading, Refresher
from tests.polling import PATIENCE_SECONDS, poll_until


def refresher(read: Callable[[], int], clock: Callable[[], float] | None = None) -> Refresher[int]:
    return Refresher("test", read, 2.0, threading.Event(), clock or (lambda: 0.0))


def answers(*values: int | Exception) -> Callable[[], int]:
    """Return a function that returns these values, or raises them."""
    iterator: Iterator[int | Exception] = iter(values)

    def read() -> int:
        value = next(iterator)
        if isinstance(value, Exception):
            raise value
        return value

    return read


def test_a_failure_leaves_the_last_value_and_the_next_success_clears_it() -> None:
    # GIVEN
    subject = refresher(answers(1, ValueError("S3 does\nnot answer"), 2))
    seen = []

    # WHEN
    for _ in range(3):
        subject.refresh()
        seen.append(subject.reading)

    # THEN
    assert seen == [Reading(1, None), Reading(1, "S3 does not answer"), Reading(2, None)]


def test_an_error_without_words_is_told_by_its_class() -> None:
    # GIVEN
    subject = refresher(answers(TimeoutError()))

    # WHEN
    subject.refresh()

    # THEN
    assert subject.reading == Reading(None, "TimeoutError")


@pytest.mark.parametrize(
    ("reading_takes", "pause"), [(0.0, 2.0), (0.1, 2.0), (1.0, 19.0)], ids=["nothing", "little", "long"]
)
def test_a_reading_takes_a_twentieth_of_the_time_at_most(reading_takes: float, pause: float) -> None:
    # GIVEN
    times = iter([10.0, 10.0 + reading_takes])

    # WHEN
    waited = refresher(answers(1), lambda: next(times)).refresh()

    # THEN
    assert waited == pytest.approx(pause)


def test_it_reads_in_the_background_until_stopped() -> None:
    # GIVEN
    changed = threading.Event()
    subject = Refresher("test", lambda: 7, 0.0, changed)

    # WHEN
    subject.start()

    # THEN
    poll_until("the first value", lambda: subject.reading == Reading(7))
    assert changed.wait(PATIENCE_SECONDS)
    subject.stop()
