"""The plots: titles, units, readable scales, and nothing that breaks without orders."""

from collections.abc import Iterator
from datetime import UTC, datetime

import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from notebooks import sales
from notebooks.sales import plots
from tests.unit.notebooks.sales.delivered import Row, connection_with

NOW = datetime(2026, 1, 2, 3, 30, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def figures(rows: list[Row]) -> dict[str, Figure]:
    """Draw every plot of these rows; each is rendered, so that its labels are laid out."""
    connection = connection_with(rows)
    sales.load(connection)
    minutes = sales.per_minute(connection).df()
    hour, day = (sales.projections(connection, NOW, period) for period in ("hour", "day"))
    drawn = {
        "by_product": plots.by_product(sales.by_product(connection).df()),
        "per_minute": plots.per_minute(minutes),
        "standing": plots.standing(minutes),
        "projections": plots.projections(hour, day),
        "back_test": plots.back_test(sales.back_test(sales.history(connection, NOW))),
    }
    for figure in drawn.values():
        figure.canvas.draw()
    return drawn


def half_an_hour() -> list[Row]:
    return [
        Row(
            str(number),
            ("Laptop", "Phone")[number % 2],
            2 - number % 2,
            400.0,
            time=f"03:{number // 4:02}:{number % 4 * 15:02}",
            sequence_number=number,
        )
        for number in range(120)
    ]


def title(figure: Figure) -> str:
    return figure.get_suptitle() or figure.axes[0].get_title()


def test_every_plot_has_a_title_and_says_what_its_scales_measure() -> None:
    # WHEN
    drawn = figures(half_an_hour())

    # THEN
    assert {name: title(figure) for name, figure in drawn.items()} == {
        "by_product": "Sales by product: 120 orders as they stand",
        "per_minute": "Net revenue per minute, the last 30 minutes: below zero, more was taken back than sold",
        "standing": "Revenue of the orders as they stood, minute by minute",
        "projections": "Net revenue by product: so far, and expected at the end",
        "back_test": "Back-test: 8 projections of the next 5 minutes, each made before",
    }
    assert {
        name: [(axes.get_xlabel(), axes.get_ylabel()) for axes in figure.axes]
        for name, figure in drawn.items()
    } == {
        "by_product": [
            ("revenue (quantity times price)", ""),
            ("units (pieces)", ""),
            ("average price (per piece)", ""),
        ],
        "per_minute": [("", "Laptop"), ("time (UTC)", "Phone")],
        "standing": [("time (UTC)", "revenue (quantity times price)")],
        "projections": [("net revenue (quantity times price)", "")] * 2,
        "back_test": [("revenue that came", "revenue projected")],
    }


def test_large_numbers_have_separators() -> None:
    # WHEN
    drawn = figures(half_an_hour())

    # THEN
    labels = [text.get_text() for text in drawn["standing"].axes[0].get_yticklabels()]
    assert "20,000" in labels


def test_without_orders_every_plot_is_empty_and_none_fails() -> None:
    assert set(figures([])) == {"by_product", "per_minute", "standing", "projections", "back_test"}


def test_plots_of_what_cannot_be_told_yet_say_what_is_missing() -> None:
    # WHEN there is one whole minute between two orders
    drawn = figures([Row("1", time="03:27:30"), Row("2", time="03:29:30", sequence_number=2)])

    # THEN the back-test has no scale that means nothing
    assert [text.get_text() for axes in drawn["projections"].axes for text in axes.texts] == [
        "too little history to project:\n1 of at least 5 whole minutes"
    ] * 2
    (axes,) = drawn["back_test"].axes
    assert [text.get_text() for text in axes.texts] == [
        "too little history to try it:\n1 of at least 7 whole minutes"
    ]
    assert (list(axes.get_xticks()), list(axes.get_yticks())) == ([], [])


def test_a_single_order_is_drawn() -> None:
    assert len(figures([Row("1")])) == 5


def test_the_best_selling_product_is_on_top() -> None:
    # GIVEN
    table = pd.DataFrame(
        {
            "product_name": ["A", "B"],
            "orders": [1, 1],
            "units": [1, 1],
            "revenue": [2.0, 1.0],
            "average_price": [2.0, 1.0],
        }
    )

    # WHEN
    axes = plots.by_product(table).axes[0]

    # THEN
    assert [text.get_text() for text in axes.get_yticklabels()] == ["A", "B"]
    assert axes.yaxis_inverted()
