"""What the plots have in common: colours that mean the same everywhere, quiet axes, times in UTC."""

from datetime import UTC
from typing import Any, cast

from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.axis import Axis

# A palette that people with colour-blindness can tell apart.
BLUE, ORANGE, GREEN, RED, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
GREY, LIGHT_GREY, INK = "#8C8C8C", "#D9D9D9", "#333333"

# Ticks closer than a second would carry the same text.
SHORTEST_DAYS = 10 / 86_400


def quiet(axes: Axes, grid: str = "y") -> None:
    """Leave out what is no message: two of the spines, the ticks; a light grid along one axis, or both."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(color=GREY, labelcolor=INK)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis=grid, color=LIGHT_GREY, linewidth=0.6)  # type: ignore[arg-type]


def heading(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=11, color=INK)


def time_axis(axis: Axis) -> None:
    """Show times of the day in UTC, with the day where it changes and seconds where they matter."""
    low, high = axis.get_data_interval()
    if 0 <= high - low < SHORTEST_DAYS:
        middle = (low + high) / 2
        axis.axes.set_xlim(middle - SHORTEST_DAYS / 2, middle + SHORTEST_DAYS / 2)
    # Its classes carry no types.
    untyped = cast(Any, dates)
    locator = untyped.AutoDateLocator(tz=UTC, minticks=3, maxticks=7)
    axis.set_major_locator(locator)
    formats = ["%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M", "%H:%M:%S"]
    axis.set_major_formatter(
        untyped.ConciseDateFormatter(
            locator, tz=UTC, formats=formats, zero_formats=["", *formats[:-1]], show_offset=False
        )
    )


def nothing_yet(axes: Axes, text: str) -> None:
    """Say in the middle of empty axes why they are empty."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GREY)
