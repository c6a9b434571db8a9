"""The objects against the two buffering hints, and how many records each holds."""

from collections.abc import Sequence
from statistics import median

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from bootstrap import names

from .destination import Destination
from .size import size_text
from .stored import StoredObject, Trigger
from .style import BLUE, GREEN, GREY, ORANGE, RED, heading, nothing_yet, quiet, time_axis

# An object with this many times the usual number of records would leave nothing to see of the others.
LARGE = 20
COLOURS = {
    Trigger.INTERVAL: BLUE,
    Trigger.SIZE: GREEN,
    Trigger.OTHER_SETTINGS: GREY,
    Trigger.NEITHER: RED,
}


def plot_objects(objects: Sequence[StoredObject], destination: Destination) -> Figure:
    """Draw each object's size over how long its oldest record waited, and its records over the time it was written."""
    figure, (hints, records) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    _against_hints(hints, objects, destination)
    _records(records, objects)
    if not objects:
        nothing_yet(hints, "no object yet")
        nothing_yet(records, "no object yet")
    return figure


def _against_hints(axes: Axes, objects: Sequence[StoredObject], destination: Destination) -> None:
    for kind, colour in COLOURS.items():
        group = [stored for stored in objects if stored.trigger is kind and stored.waited is not None]
        if group:
            axes.scatter(
                [stored.waited.total_seconds() for stored in group if stored.waited is not None],
                [stored.size_bytes for stored in group],
                s=34,
                color=colour,
                alpha=0.65,
                linewidth=0,
                label=f"for the {kind}" if kind is not Trigger.NEITHER else "before either hint",
            )
    interval, longest = destination.s3_interval.total_seconds(), destination.longest_wait.total_seconds()
    axes.axvspan(interval, longest, color=BLUE, alpha=0.10, linewidth=0)
    axes.axhline(destination.size_bytes, color=GREEN, linestyle="--", linewidth=1)
    axes.set_yscale("log")
    waits = [stored.waited.total_seconds() for stored in objects if stored.waited is not None]
    axes.set_xlim(0, 1.25 * max([longest, *waits, 1]))
    axes.set_ylim(
        min([stored.size_bytes or 1 for stored in objects] + [1024]) / 2, destination.size_bytes * 6
    )
    axes.annotate(
        f"size hint: {size_text(destination.size_bytes)}",
        (0.02, destination.size_bytes),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        color=GREEN,
    )
    axes.annotate(
        f"interval hint: {interval:.0f} s,\nafter up to {longest - interval:.0f} s\nbefore the function",
        (interval, 0.6),
        xycoords=("data", "axes fraction"),
        xytext=(-6, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=BLUE,
    )
    axes.yaxis.set_major_locator(LogLocator(base=2, subs=(1,), numticks=9))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: size_text(value)))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel("seconds from the oldest record's arrival to the object")
    axes.set_ylabel("size of the object")
    quiet(axes)
    heading(axes, "Which hint made the object")
    if any(stored.trigger in COLOURS for stored in objects):
        _legend_below(axes)


def _records(axes: Axes, objects: Sequence[StoredObject]) -> None:
    for prefix, colour in ((names.ORDERS_PREFIX, BLUE), (names.ERRORS_PREFIX, ORANGE)):
        group = [stored for stored in objects if stored.key.startswith(prefix)]
        if group:
            times = [stored.last_modified for stored in group]
            counts = [stored.record_count for stored in group]
            axes.vlines(times, 0, counts, color=colour, linewidth=1.6, alpha=0.55)  # type: ignore[arg-type]
            axes.scatter(times, counts, s=26, color=colour, label=prefix, zorder=3)  # type: ignore[arg-type]
    time_axis(axes.xaxis)
    counts = [stored.record_count for stored in objects if stored.record_count]
    if counts and max(counts) > LARGE * median(counts):
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.8)
    else:
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("object written at (UTC)")
    axes.set_ylabel("records in the object")
    quiet(axes)
    heading(axes, "Records per object")
    if objects:
        _legend_below(axes)


def _legend_below(axes: Axes) -> None:
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False, handletextpad=0.2)
