"""Draws what is expected, and what was."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .back_test import BackTest
from .period import Projection
from .plot_look import BLUE, GREY, PALE_BLUE, RED, REVENUE, WIDTH_INCHES, show_large_numbers
from .projection import ALL_PRODUCTS, LEVEL


def projections(*periods: Sequence[Projection]) -> Figure:
    """Draw, for each period, what came so far and what is expected at its end, a line per product."""
    figure, row = plt.subplots(
        1,
        len(periods),
        figsize=(WIDTH_INCHES, 1.6 + 0.45 * max((len(items) for items in periods), default=1)),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for axes, items in zip(row[0], periods, strict=True):
        _draw_period(axes, [item for item in items if item.product_name != ALL_PRODUCTS])
    row[0][0].invert_yaxis()
    handles, labels = row[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle("Net revenue by product: so far, and expected at the end")
    return figure


def _draw_period(axes: Axes, items: Sequence[Projection]) -> None:
    names = [item.product_name for item in items]
    axes.barh(names, [item.so_far for item in items], color=PALE_BLUE, height=0.55, label="so far")
    told = [
        (item.product_name, item.low, item.expected, item.high)
        for item in items
        if item.low is not None and item.expected is not None and item.high is not None
    ]
    if told:
        expected = np.array([item[2] for item in told])
        low, high = np.array([item[1] for item in told]), np.array([item[3] for item in told])
        axes.errorbar(
            expected,
            [item[0] for item in told],
            xerr=np.vstack([np.maximum(expected - low, 0), np.maximum(high - expected, 0)]),
            fmt="o",
            color="black",
            capsize=4,
            markersize=5,
            label=f"expected at the end ({LEVEL:.0%} interval)",
        )
    elif items:
        _say(axes, f"too little history to project:\n{items[0].too_little}")
    if items:
        axes.set_title(
            f"this {items[0].period}, until {items[0].ends_at:%Y-%m-%d %H:%M} UTC",
            fontsize=11,
        )
    axes.set_xlabel(f"net {REVENUE}")
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    show_large_numbers(axes, "x")


def back_test(result: BackTest) -> Figure:
    """Draw each trial of the back-test: what was projected against what came."""
    figure, axes = plt.subplots(figsize=(7.5, 4.8), layout="constrained")
    for is_covered, colour, marker, label in (
        (True, BLUE, "o", "interval held it"),
        (False, RED, "X", "interval missed it"),
    ):
        trials = [trial for trial in result.trials if trial.is_covered is is_covered]
        expected = np.array([trial.expected for trial in trials])
        axes.errorbar(
            [trial.actual for trial in trials],
            expected,
            yerr=[
                np.maximum(expected - [trial.low for trial in trials], 0),
                np.maximum([trial.high for trial in trials] - expected, 0),
            ],
            fmt=marker,
            color=colour,
            markersize=6,
            elinewidth=1,
            capsize=3,
            label=f"{label}: {len(trials)}",
        )
    if result.too_little is not None:
        _say(axes, f"too little history to try it:\n{result.too_little}")
        axes.set(xticks=[], yticks=[])
    else:
        ends = [axes.get_xlim(), axes.get_ylim()]
        both = (min(end[0] for end in ends), max(end[1] for end in ends))
        axes.plot(both, both, color=GREY, linewidth=1, linestyle="--", label="projected = actual")
    axes.set_xlabel("revenue that came")
    axes.set_ylabel("revenue projected")
    for axis in ("x", "y"):
        show_large_numbers(axes, axis)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    axes.set_title(
        f"Back-test: {len(result.trials)} projections of the next {result.horizon_minutes} minutes, each made before",
        fontsize=11,
    )
    return figure


def _say(axes: Axes, text: str) -> None:
    """Write across the middle of a plot, readable on whatever is drawn there."""
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", bbox=box)
