"""Draws what was sold."""

from typing import TYPE_CHECKING, Final

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .plot_look import GREY, REVENUE, WIDTH_INCHES, colours_of, show_large_numbers, show_times

if TYPE_CHECKING:
    import pandas as pd

MOST_PRODUCTS: Final = 8


def by_product(sales: "pd.DataFrame", title: str = "Sales by product") -> Figure:
    """Draw revenue, units and average price of each product, the best-selling one on top."""
    figure, row = plt.subplots(
        1, 3, figsize=(WIDTH_INCHES, 0.8 + 0.5 * max(2, len(sales))), sharey=True, layout="constrained"
    )
    colours = colours_of(sales["product_name"])
    for axes, column, label, text in (
        (row[0], "revenue", REVENUE, "{:,.0f}"),
        (row[1], "units", "units (pieces)", "{:,.0f}"),
        (row[2], "average_price", "average price (per piece)", "{:,.2f}"),
    ):
        bars = axes.barh(
            sales["product_name"], sales[column], color=[colours[name] for name in sales["product_name"]]
        )
        axes.bar_label(bars, fmt=text, padding=3)
        axes.set_xlabel(label)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
        show_large_numbers(axes, "x")
        axes.margins(x=0.25)
    if len(sales):
        row[0].invert_yaxis()
    figure.suptitle(f"{title}: {int(sales['orders'].sum()):,} orders as they stand")
    return figure


def per_minute(minutes: "pd.DataFrame", latest: int = 60) -> Figure:
    """Draw what each of the latest minutes changed, a row per product on the same scale."""
    products = _products(minutes)
    times = sorted(minutes["minute"].unique())[-latest:]
    shown = minutes[minutes["minute"].isin(times)]
    figure, column = plt.subplots(
        max(1, len(products)),
        1,
        figsize=(WIDTH_INCHES, 1.0 + 1.0 * max(1, len(products))),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    colours = colours_of(products)
    for axes, name in zip(column[:, 0], products, strict=False):
        own = shown[shown["product_name"] == name]
        axes.bar(own["minute"], own["net_revenue"], width=0.8 / 1440, align="edge", color=colours[name])
        axes.axhline(0, color=GREY, linewidth=0.8)
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
        axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
        show_large_numbers(axes, "y")
    show_times(column[-1, 0])
    figure.suptitle(
        f"Net revenue per minute, the last {len(times)} minutes: below zero, more was taken back than sold"
    )
    return figure


def standing(minutes: "pd.DataFrame") -> Figure:
    """Draw the revenue that stood at the end of every minute, a line per product."""
    products = _products(minutes)
    figure, axes = plt.subplots(figsize=(WIDTH_INCHES, 4), layout="constrained")
    colours = colours_of(products)
    ends = []
    for name in products:
        own = minutes[minutes["product_name"] == name]
        axes.plot(own["minute"], own["revenue"], color=colours[name], linewidth=1.8)
        ends.append((float(own["revenue"].iloc[-1]), name))
    axes.set_ylabel(REVENUE)
    axes.set_ylim(bottom=min(0.0, float(minutes["revenue"].min() or 0)) if len(minutes) else 0)
    show_large_numbers(axes, "y")
    show_times(axes)
    axes.margins(x=0.01)
    _label_ends(axes, ends, colours)
    axes.set_title("Revenue of the orders as they stood, minute by minute")
    return figure


def _products(minutes: "pd.DataFrame") -> list[str]:
    """Return the products, the one with the highest revenue at the end first."""
    last = minutes.groupby("product_name")["revenue"].last().sort_values(ascending=False)
    return [str(name) for name in last.index[:MOST_PRODUCTS]]


def _label_ends(axes: Axes, ends: list[tuple[float, str]], colours: dict[str, str]) -> None:
    """Name the lines at their right ends, one above the other where they end close together."""
    low, high = axes.get_ylim()
    step = (high - low) * 0.055
    last = -np.inf
    for value, name in sorted(ends):
        place = max(value, last + step)
        axes.annotate(
            f"{name} {value:,.0f}",
            xy=(1.01, place),
            xycoords=axes.get_yaxis_transform(),
            va="center",
            color=colours[name],
            fontweight="bold",
            annotation_clip=False,
        )
        last = place
