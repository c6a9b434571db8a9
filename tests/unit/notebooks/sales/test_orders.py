"""The delivered changes, applied: an order counts as its last change left it."""

import random

import pytest

from notebooks import sales
from tests.unit.notebooks.sales.delivered import FOLDER, Row, connection_with, deliver, four_fields


def standing(rows: list[Row]) -> list[tuple[str, int]]:
    """Return the orders that stand and their quantities."""
    connection = connection_with(rows)
    sales.load(connection)
    return connection.sql("SELECT orderid, quantity FROM current_orders ORDER BY orderid").fetchall()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([Row("1", quantity=2)], [("1", 2)]),
        (
            [
                Row("1", quantity=2, event_name="MODIFY", time="03:00:09", sequence_number=20),
                Row("1", quantity=1, time="03:00:08", sequence_number=10),
            ],
            [("1", 2)],
        ),
        (
            [
                Row("1", quantity=5, event_name="MODIFY", sequence_number=100),
                Row("1", quantity=4, sequence_number=99),
            ],
            [("1", 5)],
        ),
        ([Row("1"), Row("1", object_name="b")], [("1", 1)]),
        ([Row("1"), Row("1", event_name="REMOVE", sequence_number=2)], []),
        (
            [
                Row("1", event_name="REMOVE", time="03:00:01"),
                Row("1", quantity=3, time="03:00:02", sequence_number=2),
            ],
            [("1", 3)],
        ),
        (
            [
                four_fields("1", 2, "orders-firehose-1-2026-01-02-03-00-20-a"),
                four_fields("1", 1, "orders-firehose-1-2026-01-02-03-00-10-x"),
            ],
            [("1", 2)],
        ),
        ([four_fields("1", 1, "a"), four_fields("1", 2, "a")], [("1", 2)]),
        (
            [
                Row("1", quantity=1, time="03:00:05"),
                four_fields("1", 2, "orders-firehose-1-2026-01-02-03-00-20-a"),
            ],
            [("1", 2)],
        ),
    ],
    ids=[
        "one change",
        "out of order",
        "within one second, sequence numbers of unequal length",
        "a row that arrived twice",
        "cancelled",
        "cancelled and ordered again",
        "without change data the later object counts",
        "without change data, in one object, the later line counts",
        "without change data after rows that have it: the function was replaced",
    ],
)
def test_an_order_counts_as_its_last_change_left_it(rows: list[Row], expected: list[tuple[str, int]]) -> None:
    assert standing(rows) == expected


def test_revenue_units_and_average_price_by_product() -> None:
    # GIVEN 2 x 250.50 + 1 x 499.99 of one product, and an order that was changed from 5 to 4 pieces
    connection = connection_with(
        [
            Row("1", "Laptop", 2, 250.50),
            Row("2", "Laptop", 1, 499.99),
            Row("3", "Phone", 5, 19.90),
            Row("3", "Phone", 4, 19.90, "MODIFY", sequence_number=2),
            Row("4", "Tablet", 3, 100.00),
            Row("4", "Tablet", 3, 100.00, "REMOVE", sequence_number=2),
        ]
    )
    sales.load(connection)

    # WHEN
    products = sales.by_product(connection).fetchall()
    total = sales.total(connection).fetchall()

    # THEN the cancelled one is not there
    assert products == [
        ("Laptop", 2, 3, pytest.approx(1000.99), pytest.approx(1000.99 / 3)),
        ("Phone", 1, 4, pytest.approx(79.60), pytest.approx(19.90)),
    ]
    assert total == [(3, 7, pytest.approx(1080.59), pytest.approx(1080.59 / 7))]


def test_revenue_moves_in_the_minute_of_the_change() -> None:
    # GIVEN an order, changed two minutes later to another quantity, then to another product, then cancelled
    connection = connection_with(
        [
            Row("1", "Phone", 1, 10.0, time="03:00:30", sequence_number=1),
            Row("1", "Phone", 3, 10.0, "MODIFY", time="03:02:10", sequence_number=2),
            Row("1", "Phone", 3, 10.0, "MODIFY", time="03:02:10", sequence_number=2, object_name="again"),
            Row("1", "Tablet", 2, 50.0, "MODIFY", time="03:03:00", sequence_number=3),
            Row("1", "Tablet", 2, 50.0, "REMOVE", time="03:04:59", sequence_number=4),
        ]
    )
    sales.load(connection)

    # WHEN
    minutes = (
        sales.per_minute(connection)
        .project("strftime(minute, '%H:%M'), product_name, net_orders, net_units, net_revenue, revenue")
        .fetchall()
    )

    # THEN
    assert minutes == [
        ("03:00", "Phone", 1, 1, 10.0, 10.0),
        ("03:00", "Tablet", 0, 0, 0.0, 0.0),
        ("03:01", "Phone", 0, 0, 0.0, 10.0),
        ("03:01", "Tablet", 0, 0, 0.0, 0.0),
        ("03:02", "Phone", 0, 2, 20.0, 30.0),
        ("03:02", "Tablet", 0, 0, 0.0, 0.0),
        ("03:03", "Phone", -1, -3, -30.0, 0.0),
        ("03:03", "Tablet", 1, 2, 100.0, 100.0),
        ("03:04", "Phone", 0, 0, 0.0, 0.0),
        ("03:04", "Tablet", -1, -2, -100.0, 0.0),
    ]


def test_a_change_or_a_cancellation_whose_order_was_never_delivered_is_taken_as_it_is() -> None:
    # GIVEN the pipe began when both orders were there
    connection = connection_with([Row("1", quantity=2, event_name="MODIFY"), Row("2", event_name="REMOVE")])
    sales.load(connection)

    # WHEN
    minutes = (
        sales.per_minute(connection).project("product_name, net_orders, net_units, net_revenue").fetchall()
    )

    # THEN nothing is taken away that was not counted
    assert minutes == [("Phone", 1, 2, 20.0)]


@pytest.mark.parametrize(
    "early",
    [
        # A row without a time, in an object whose name has none.
        four_fields("old", 1, "mine"),
        four_fields("old", 1, "orders-firehose-1-2019-01-02-03-00-20-a"),
    ],
    ids=["of an unknown time", "of years ago"],
)
def test_a_row_that_came_long_before_is_in_the_first_minute_that_is_told(early: Row) -> None:
    # GIVEN
    connection = connection_with([early, Row("1", quantity=2), Row("2", time="03:01:00")])
    sales.load(connection)

    # WHEN
    minutes = (
        sales.per_minute(connection).project("strftime(minute, '%H:%M'), net_orders, revenue").fetchall()
    )

    # THEN there are no minutes between, and the revenue of all three stands in the end
    assert minutes == [("03:00", 2, 30.0), ("03:01", 1, 40.0)]


def test_without_rows_everything_is_empty() -> None:
    # GIVEN
    connection = connection_with([])

    # WHEN
    sales.load(connection)

    # THEN
    assert sales.by_product(connection).fetchall() == []
    assert sales.total(connection).fetchall() == [(0, 0, 0.0, None)]
    assert sales.per_minute(connection).fetchall() == []


def random_rows(count: int, seed: int) -> tuple[list[Row], dict[str, Row]]:
    """Return changes in the order in which they happened, and the orders that stand after them."""
    chance = random.Random(seed)
    rows, stands = [], dict[str, Row]()
    for number in range(count):
        order_id = str(chance.randint(1, 60))
        cancelled = stands.pop(order_id, None) if chance.random() < 0.2 else None
        row = Row(
            order_id,
            cancelled.product_name if cancelled else chance.choice(["Phone", "Tablet", "Laptop"]),
            cancelled.quantity if cancelled else chance.randint(1, 5),
            cancelled.price if cancelled else chance.randint(1000, 50000) / 100,
            "REMOVE" if cancelled else "MODIFY" if order_id in stands else "INSERT",
            f"03:{number // 20 % 60:02}:{number % 20:02}",
            number + 1,
        )
        if not cancelled:
            stands[order_id] = row
        rows.append(row)
    return rows, stands


@pytest.mark.parametrize("seed", range(5))
def test_the_minutes_add_up_to_what_stands_however_rows_arrive(seed: int) -> None:
    # GIVEN random changes, some delivered twice, in any order, half of them later than the rest
    rows, stands = random_rows(600, seed)
    chance = random.Random(seed)
    arriving = [*rows, *chance.sample(rows, 50)]
    chance.shuffle(arriving)
    early = [replaced(row, "early") for row in arriving[:300]]
    late = [replaced(row, "late") for row in arriving[300:]]
    connection = connection_with(early)
    sales.load(connection)

    # WHEN
    deliver(connection, late)
    sales.add(connection, [f"{FOLDER}/late.json"])

    # THEN the sums are those of a plain dictionary
    expected = dict[str, tuple[int, int, float]]()
    for row in stands.values():
        orders, units, revenue = expected.get(row.product_name, (0, 0, 0.0))
        expected[row.product_name] = (orders + 1, units + row.quantity, revenue + row.quantity * row.price)
    columns = "orders, units, revenue"
    products = {
        name: tuple(rest)
        for name, *rest in sales.by_product(connection).project(f"product_name, {columns}").fetchall()
    }
    moved = {
        name: tuple(rest)
        for name, *rest in sales.per_minute(connection)
        .aggregate(
            "product_name, sum(net_orders)::BIGINT, sum(net_units)::BIGINT, sum(net_revenue)", "product_name"
        )
        .fetchall()
    }
    assert products == {name: pytest.approx(sums) for name, sums in expected.items()}
    assert moved == {name: pytest.approx(sums) for name, sums in expected.items()}


def replaced(row: Row, object_name: str) -> Row:
    """Return the row as one of another object."""
    return Row(
        **{**{name: getattr(row, name) for name in row.__dataclass_fields__}, "object_name": object_name}
    )
