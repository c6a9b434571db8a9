"""A live cell: shows, repeats for a while, and ends when the kernel is interrupted."""

from collections.abc import Callable

import pytest

from notebooks.sales import watch


class Clock:
    """A clock that moves only by sleeping."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return what is displayed, as a list that grows."""
    seen: list[object] = []

    class Handle:
        def update(self, value: object) -> None:
            seen.append(value)

    def display(value: object, *, display_id: bool) -> Handle:
        assert display_id
        seen.append(value)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    return seen


def steps() -> Callable[[], int]:
    numbers = iter(range(100))
    return lambda: next(numbers)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, [0]), (2, [0, 1]), (5, [0, 1, 2, 3])], ids=["once", "twice", "to the end"]
)
def test_it_shows_every_two_seconds_until_the_time_has_passed(
    seconds: float, expected: list[int], shown: list[object]
) -> None:
    # GIVEN
    clock = Clock()

    # WHEN
    watch(seconds, steps(), clock=clock, sleep=clock.sleep)

    # THEN
    assert (shown, clock.time) == (expected, seconds)


def test_an_interrupt_ends_it_and_leaves_what_was_shown(shown: list[object]) -> None:
    # GIVEN
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    # WHEN
    watch(60, steps(), clock=Clock(), sleep=interrupted)

    # THEN
    assert shown == [0]
