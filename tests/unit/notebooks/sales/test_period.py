"""Projections to the end of the hour and of the day, UTC, from delivered rows."""

from datetime import UTC, datetime, timedelta, timezone

import duckdb
import pytest

from notebooks import sales
from notebooks.sales.history import history, known_until
from notebooks.sales.period import period_start
from notebooks.sales.projection import ALL_PRODUCTS
from tests.unit.notebooks.sales.delivered import Row, connection_with, four_fields


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"


def steady(first: str, minutes: int, every_seconds: int = 20) -> duckdb.DuckDBPyConnection:
    """Return a connection on which an order of 10.00 was delivered every so many seconds."""
    start = datetime.fromisoformat(f"2026-01-02T{first}+00:00")
    times = [start + timedelta(seconds=second) for second in range(0, minutes * 60, every_seconds)]
    rows = [Row(str(n), time=clock(time), sequence_number=n) for n, time in enumerate(times)]
    connection = connection_with(rows)
    sales.load(connection)
    return connection


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-01-02T{text}+00:00")


def test_a_steady_shop_is_projected_to_the_end_of_the_hour_and_of_the_day() -> None:
    # GIVEN 3 orders of 10.00 a minute from 02:00:00 on, the last one at 03:29:40
    connection = steady("02:00:00", 90)

    # WHEN
    hour, all_hour = sales.projections(connection, at("03:29:41"), "hour")
    day, _ = sales.projections(connection, at("03:29:41"), "day")

    # THEN what comes in the 30 min 20 s to 04:00 and the 20 h 30 min 20 s to midnight is added; the minutes are alike,
    # so the interval is what the replaced share may still turn out to be
    assert (hour.product_name, hour.so_far, hour.ends_at) == ("Phone", 900.0, at("04:00:00"))
    assert hour.expected == pytest.approx(900 + 30 * (30 + 1 / 3), rel=0.01)
    assert (day.so_far, day.ends_at) == (2700.0, datetime(2026, 1, 3, tzinfo=UTC))
    assert day.expected == pytest.approx(2700 + 30 * (60 * 20.5 + 1 / 3), rel=0.05)
    assert day.low is not None
    assert day.high is not None
    assert day.expected is not None
    assert day.low < day.expected <= day.high
    assert (all_hour.product_name, all_hour.so_far) == (ALL_PRODUCTS, 900.0)


def test_with_too_little_history_the_projection_says_so_and_what_came_is_told() -> None:
    # GIVEN
    connection = steady("03:00:00", 4)

    # WHEN
    told = [
        (item.so_far, item.low, item.expected, item.high, item.too_little)
        for item in sales.projections(connection, at("03:03:59"), "hour")
    ]

    # THEN the first minute and the one that has not ended do not count
    assert told == [(120.0, None, None, None, "2 of at least 5 whole minutes")] * 2


def test_without_rows_there_is_only_the_line_of_all_products() -> None:
    # GIVEN
    connection = connection_with([])
    sales.load(connection)

    # WHEN
    (only,) = sales.projections(connection, at("03:00:00"), "day")

    # THEN
    assert (only.so_far, only.too_little) == (0, "0 of at least 5 whole minutes")


def test_what_was_sold_before_the_hour_is_not_of_this_hour() -> None:
    # GIVEN
    connection = steady("02:50:00", 20)

    # WHEN
    so_far = {
        period: sales.projections(connection, at("03:10:00"), period)[0].so_far for period in ("hour", "day")
    }

    # THEN
    assert so_far == {"hour": 300.0, "day": 600.0}


@pytest.mark.parametrize(
    ("now", "expected"),
    [("03:09:50", "03:09:40"), ("03:16:00", "03:09:40"), ("03:30:00", "03:23:00"), ("03:05:00", "03:05:00")],
    ids=[
        "up to the newest change",
        "what is under way may take AWS's own seven minutes",
        "after that there was nothing",
        "never later than now",
    ],
)
def test_how_far_the_past_is_known(now: str, expected: str) -> None:
    assert known_until(steady("03:00:00", 10), at(now)) == at(expected)


def test_the_history_has_the_whole_minutes_between_the_first_change_and_what_is_known() -> None:
    # GIVEN orders at 03:00:30 (1 and 2), 03:01:10, an update of 1 at 03:01:50, a cancellation of 2 at 03:03:00
    connection = connection_with(
        [
            Row("1", "Phone", 2, 10.0, time="03:00:30", sequence_number=1),
            Row("2", "Tablet", 1, 50.0, time="03:00:30", sequence_number=2),
            Row("3", "Tablet", 1, 70.0, time="03:01:10", sequence_number=3),
            Row("1", "Phone", 1, 10.0, "MODIFY", time="03:01:50", sequence_number=4),
            Row("2", "Tablet", 1, 50.0, "REMOVE", time="03:03:00", sequence_number=5),
            Row("4", "Phone", 1, 10.0, time="03:04:01", sequence_number=6),
        ]
    )
    sales.load(connection)

    # WHEN
    past = history(connection, at("03:04:10"))

    # THEN
    assert (past.products, past.start, past.minutes) == (("Tablet", "Phone"), at("03:01:00"), 3)
    assert past.opening.tolist() == [50.0, 20.0]
    assert past.net_revenue.tolist() == [[70.0, 0.0, -50.0], [-10.0, 0.0, 0.0]]
    assert past.revenue_before.tolist() == [[50.0, 120.0, 120.0], [20.0, 10.0, 10.0]]
    assert past.movements.tolist() == [[1, 0, 1], [2, 0, 0]]
    assert (past.changes.tolist(), past.replacing.tolist()) == ([2, 0, 1], [1, 0, 1])
    assert past.standing.tolist() == [2, 3, 3]


def test_the_history_of_a_row_of_an_unknown_time_is_no_longer_than_that_of_the_others() -> None:
    # GIVEN
    rows = [Row("1", time="03:00:30"), Row("2", time="03:02:30", sequence_number=2)]
    connection = connection_with([*rows, four_fields("old", 1, "mine")])
    sales.load(connection)

    # WHEN
    past = sales.history(connection, datetime(2026, 1, 2, 3, 2, 40, tzinfo=UTC))

    # THEN it is part of what stood when the first whole minute began
    assert (past.minutes, list(past.opening), past.net_revenue.tolist()) == (1, [20.0], [[0.0]])


def test_periods_begin_in_utc() -> None:
    # GIVEN half past midnight in a zone that is one hour ahead
    now = datetime(2026, 1, 2, 0, 30, tzinfo=timezone(timedelta(hours=1)))

    # THEN
    assert period_start(now, "hour") == datetime(2026, 1, 1, 23, tzinfo=UTC)
    assert period_start(now, "day") == datetime(2026, 1, 1, tzinfo=UTC)
