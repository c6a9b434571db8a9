"""One frame of the terminal view, as text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from notebooks.sales.period import Projection
from notebooks.sales.projection import ALL_PRODUCTS
from notebooks.sales.terminal.health import Health
from notebooks.sales.terminal.picture import picture
from notebooks.sales.terminal.refreshing import Reading
from notebooks.sales.terminal.size import Size
from notebooks.sales.terminal.sold import ProductSales, Sold

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 3, tzinfo=UTC)


def projection(name: str, too_little: str | None = None) -> Projection:
    ends_at = datetime(2026, 1, 2, 4, tzinfo=UTC)
    if too_little:
        return Projection(name, "hour", ends_at, 83_496.0, None, None, None, too_little)
    return Projection(name, "hour", ends_at, 83_496.0, 150_400.0, 170_600.0, 193_000.0, None)


def line(name: str, revenue: float, too_little: str | None = None) -> ProductSales:
    told = projection(name, too_little)
    day = replace(told, period="day", ends_at=MIDNIGHT)
    minutes = tuple(float(minute % 8) for minute in range(90))
    return ProductSales(name, revenue, 1_298, 252.118, minutes, told, day)


def sold(products: int = 2, too_little: str | None = None) -> Sold:
    return Sold(
        read_at=NOW,
        products=tuple(line(f"Product {n}", 300_000.0 / (n + 1), too_little) for n in range(products)),
        total=line(ALL_PRODUCTS, 450_000.0, too_little),
        newest_delivered=NOW - timedelta(seconds=12),
    )


def health(**counts: int) -> Health:
    named = {
        "written": 1_234,
        "in Kinesis": 1_233,
        "delivered": 1_220,
        "failed": 0,
        "dropped": 0,
        "dead-letter queue": 0,
        "pending": 14,
        "missing": 0,
    }
    ages = (NOW - timedelta(seconds=2), NOW - timedelta(minutes=5))
    return Health(NOW, {**named, **counts}, *ages, pipe_state="RUNNING", delivery_stream_status="ACTIVE")


def drawn(
    sales_read: Reading[Sold],
    health_read: Reading[Health],
    width: int = 80,
    height: int = 24,
    footer: str = "",
) -> list[str]:
    """Return the lines of a frame."""
    console = Console(file=StringIO(), width=width, height=height, color_system=None, legacy_windows=False)
    console.print(picture(sales_read, health_read, NOW, Size(width, height), footer))
    assert isinstance(console.file, StringIO)
    return [text.rstrip() for text in console.file.getvalue().splitlines()]


def test_a_small_terminal_shows_products_and_pipeline() -> None:
    assert drawn(Reading(sold()), Reading(health(failed=2)), footer="Ctrl-C ends") == [
        "Product sales                                            2026-01-02 03:04:05 UTC",
        "",
        "Product      Revenue Units Avg price Share       Last 12 min  This hour",
        "Product 0    300,000 1,298    252.12 ██████ 67%  ▇▇·▁▂▃▅▆▇█·▁ 150k\u2013193k".replace("▇▇", "▇█"),
        "Product 1    150,000 1,298    252.12 ███    33%  ▇▇·▁▂▃▅▆▇█·▁ 150k\u2013193k".replace("▇▇", "▇█"),
        "All products 450,000 1,298    252.12             ▇▇·▁▂▃▅▆▇█·▁ 150k\u2013193k".replace("▇▇", "▇█"),
        "this hour: revenue until 04:00, in 80% of all cases",
        "",
        "Pipeline  changes, hop by hop, as `make verify` counts them",
        "written  in Kinesis  delivered  failed  dropped  dead-letter  pending  missing",
        "  1,234       1,233      1,220       2        0            0       14        0",
        "pipe orders-pipe RUNNING, delivery stream orders-firehose ACTIVE",
        "newest order 2 s ago, newest delivered 12 s ago, oldest pending 5 min ago",
        "Ctrl-C ends",
    ]


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 60)], ids=str)
@pytest.mark.parametrize("products", [1, 5, 40])
def test_every_frame_fits_the_terminal(size: tuple[int, int], products: int) -> None:
    # WHEN everything that can be told is told
    lines = drawn(
        Reading(sold(products), "S3 does not answer"), Reading(health(missing=3)), *size, "Ctrl-C ends"
    )

    # THEN
    assert len(lines) <= size[1]
    assert max(map(len, lines)) <= size[0]
    assert lines[-1] == "Ctrl-C ends"
    assert not any("…" in text for text in lines)


def test_products_that_have_no_room_are_counted() -> None:
    # WHEN
    lines = drawn(Reading(sold(40)), Reading(health()))

    # THEN
    assert sum(text.startswith("Product ") for text in lines) == 1 + 1 + 8  # the title and the heading, too
    assert any(text.startswith("and 32 more products; ") for text in lines)


def test_a_wide_terminal_shows_expected_values_and_the_day() -> None:
    # WHEN
    lines = drawn(Reading(sold()), Reading(health()), 120, 40)

    # THEN
    assert lines[2].split()[-4:] == ["This", "hour", "This", "day"]
    assert lines[3].endswith("171k (150k\u2013193k) 171k (150k\u2013193k)")
    assert "Net revenue of each of the last 90 whole minutes" in lines


def test_too_little_history_is_said_once_with_what_is_needed() -> None:
    # WHEN
    lines = drawn(Reading(sold(too_little="3 of at least 5 whole minutes")), Reading(health()))

    # THEN
    assert lines[3].endswith(" too early")
    assert "projections need more history: 3 of at least 5 whole minutes" in lines


def test_a_failed_refresh_is_told_with_the_time_of_what_is_shown() -> None:
    # WHEN
    lines = drawn(Reading(sold(), "S3 does not answer"), Reading(health()))

    # THEN
    assert "The last refresh failed (above: 03:04:05): S3 does not answer" in lines


def test_before_the_first_reading_and_the_first_order_it_says_what_it_waits_for() -> None:
    # GIVEN
    nothing = Sold(NOW, (), line(ALL_PRODUCTS, 0.0), None)

    # THEN
    assert "counting the changes ..." in drawn(Reading(nothing), Reading())
    assert any(text.startswith("No order was delivered yet") for text in drawn(Reading(nothing), Reading()))
    assert "reading s3://product-sales/orders/ ..." in drawn(Reading(), Reading())
