"""When changes are due."""

import pytest

from generator.schedule import Schedule, group_size


@pytest.mark.parametrize(
    ("rate", "size"), [(1 / 3, 1), (1, 1), (10, 1), (19, 1), (50, 5), (250, 25), (1_000, 25), (10_000, 25)]
)
def test_changes_of_a_tenth_of_a_second_are_written_together(rate: float, size: int) -> None:
    # WHEN the group size is chosen, THEN it is a tenth of a second's changes, up to a full batch
    assert group_size(1 / rate) == size


def test_first_change_is_due_at_once() -> None:
    # GIVEN a schedule that starts now
    schedule = Schedule(interval_seconds=3, start=100)

    # WHEN it is asked, THEN there is nothing to wait for
    assert schedule.seconds_until_due(now=100) == 0


def test_time_taken_by_a_write_does_not_delay_the_next_change() -> None:
    # GIVEN a change written half a second after it was due
    schedule = Schedule(interval_seconds=3, start=100)
    schedule.advance(1, now=100.5)

    # WHEN the next is waited for
    seconds = schedule.seconds_until_due(now=100.5)

    # THEN it is due three seconds after the first was
    assert seconds == 2.5


def test_group_is_followed_by_the_time_of_all_its_changes() -> None:
    # GIVEN 25 changes written at 100 a second
    schedule = Schedule(interval_seconds=0.01, start=0)
    schedule.advance(25, now=0)

    # WHEN the next is waited for, THEN it is due a quarter of a second later
    assert schedule.seconds_until_due(now=0) == 0.25


def test_changes_that_an_outage_kept_back_are_not_made_up_for() -> None:
    # GIVEN an outage of a minute at one change a second
    schedule = Schedule(interval_seconds=1, start=0)
    schedule.advance(1, now=60)

    # WHEN the run goes on
    due_at_once = 0
    while schedule.seconds_until_due(now=60) == 0:
        schedule.advance(1, now=60)
        due_at_once += 1

    # THEN no more is due at once than a second's worth and the change of this moment
    assert due_at_once == 2
