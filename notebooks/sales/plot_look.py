"""What the plots have in common: colours, and how times and large numbers are written."""

from collections.abc import Iterable
from typing import Any, Final, cast

import matplotlib.dates as mdates
from matplotlib.axes import Axes

# Okabe and Ito's palette without its yellow, which is too pale on white.
PALETTE: Final = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#555555")
BLUE, RED, PALE_BLUE = PALETTE[0], PALETTE[3], PALETTE[5]
GREY: Final = "#888888"
WIDTH_INCHES: Final = 10.0
# Orders carry no currency.
REVENUE: Final = "revenue (quantity times price)"


def colours_of(products: Iterable[str]) -> dict[str, str]:
    """Return a colour per product; the same one whatever sells best."""
    return {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(sorted(products))}


def show_times(axes: Axes) -> None:
    # The functions of this module carry no types.
    dates = cast(Any, mdates)
    locator = dates.AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes.set_xlabel("time (UTC)")


def show_large_numbers(axes: Axes, axis: str) -> None:
    """Write 20000 as 20,000, and leave out the two sides that say nothing."""
    chosen = axes.xaxis if axis == "x" else axes.yaxis
    chosen.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
