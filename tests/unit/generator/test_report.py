"""What is said during a run."""

from collections.abc import Callable

import pytest

from generator.change import Change, ChangeKind
from generator.report import Report

MakeChange = Callable[..., Change]


@pytest.fixture
def lines() -> list[str]:
    return []


def test_every_change_has_a_line_at_a_low_rate(lines: list[str], make_change: MakeChange) -> None:
    # GIVEN one change of each kind
    report = Report(lines.append, line_per_change=True, start=0)

    # WHEN they are written
    report.written([make_change("1", kind) for kind in ChangeKind], now=1)

    # THEN each has a line
    assert lines == [
        "Ordered 1: text 1",
        "Updated 1: text 1",
        "Cancelled 1: text 1",
        "Malformed 1: text 1",
    ]


def test_rate_is_said_every_five_seconds_at_a_high_rate(lines: list[str], make_change: MakeChange) -> None:
    # GIVEN 1,000 changes a second for eleven seconds
    report = Report(lines.append, line_per_change=False, start=0)
    for second in range(1, 12):
        # WHEN they are written
        report.written([make_change("1")] * 1_000, now=second)

    # THEN there are two lines, with the rate since the one before
    assert lines == [
        "1,000 changes/s in the last 5 s, 5,000 since the start",
        "1,000 changes/s in the last 5 s, 10,000 since the start",
    ]


def test_closing_returns_the_counts_and_silences_the_report(
    lines: list[str], make_change: MakeChange
) -> None:
    # GIVEN a report of two orders and a cancellation
    report = Report(lines.append, line_per_change=False, start=0)
    report.written([make_change("1"), make_change("2"), make_change("1", ChangeKind.CANCELLATION)], now=1)

    # WHEN it is closed and a late answer comes in
    counts = report.close()
    report.written([make_change("3")], now=20)
    report.unavailable("OrderTable", "gone", now=21)

    # THEN the counts are those of the closing, and nothing is said after it
    assert counts == "3 changes written (2 orders, 0 updates, 1 cancellation, 0 malformed items)"
    assert report.close() == counts
    assert lines == []
