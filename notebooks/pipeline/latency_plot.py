"""How long the changes took: one by one over time, and as distributions with what their resolution leaves open."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .destination import Destination
from .passage import UNCERTAINTY_SECONDS, Hop, Passage
from .style import BLUE, GREEN, GREY, INK, heading, nothing_yet, quiet, time_axis

COLOURS = {Hop.PIPE: GREEN, Hop.DELIVERY_STREAM: BLUE}
SHOWN_ROUNDS = 12
NOTHING = "no change has arrived in S3 yet"


def plot_latency_over_time(passages: Sequence[Passage], destination: Destination) -> Figure:
    """Draw the time from order to object of the latest changes, and beside it how often each whole second occurred.

    Changes that came in one object are connected.
    """
    figure, (over_time, often) = plt.subplots(
        1, 2, figsize=(10, 4), sharey=True, width_ratios=(3, 1), layout="constrained"
    )
    latest = latest_passages(passages, destination)
    # Both times are whole seconds: many changes share a point.
    by_object: defaultdict[datetime, set[datetime]] = defaultdict(set)
    for passage in latest:
        by_object[passage.delivered_at].add(passage.written_at)
    for delivered_at, points in by_object.items():
        times = sorted(points)
        seconds = [(delivered_at - written_at).total_seconds() for written_at in times]
        over_time.plot(times, seconds, color=BLUE, marker="o", markersize=4, linewidth=1, alpha=0.75)
    counts = Counter(round(passage.seconds(Hop.WHOLE)) for passage in passages)
    often.barh(list(counts), list(counts.values()), height=0.8, color=BLUE)
    longest = destination.longest_wait.total_seconds()
    for axes in (over_time, often):
        quiet(axes)
        axes.axhline(longest, color=GREY, linestyle="--", linewidth=1)
    over_time.annotate(
        f"dashed: the intervals of both buffers, {longest:.0f} s",
        (0.01, 0.94),
        xycoords="axes fraction",
        color=INK,
    )
    over_time.set_ylim(0, 1.22 * max([longest, *counts]))
    over_time.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]))
    time_axis(over_time.xaxis)
    over_time.set_xlabel("order written at (UTC)")
    over_time.set_ylabel("seconds until its object was in S3")
    heading(over_time, f"The latest {len(latest):,} changes, order to object")
    often.set_xlabel("changes")
    often.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    often.xaxis.set_major_formatter("{x:,.0f}")
    heading(often, f"All {len(passages):,} changes")
    if not passages:
        nothing_yet(over_time, NOTHING)
    return figure


def latest_passages(passages: Sequence[Passage], destination: Destination) -> list[Passage]:
    """Return the changes of the last dozen rounds of the buffers: more would be too dense to see the slopes."""
    if not passages:
        return []
    since = passages[-1].written_at - SHOWN_ROUNDS * destination.longest_wait
    return [passage for passage in passages if passage.written_at >= since]


def plot_latency_by_hop(passages: Sequence[Passage], destination: Destination) -> Figure:
    """Draw, for each hop, the share of changes that took at most so long.

    The true curve runs somewhere in the band: its edges are the curves of the shortest and the longest times that the
    time stamps allow.
    """
    figure, axes = plt.subplots(figsize=(10, 3.8), layout="constrained")
    for hop in COLOURS:
        _band(axes, hop, sorted(passage.seconds(hop) for passage in passages))
    longest = destination.longest_wait.total_seconds()
    axes.axvline(longest, color=GREY, linestyle="--", linewidth=1)
    axes.annotate(
        f"both buffers' intervals: {longest:.0f} s",
        (longest, 0.03),
        xytext=(5, 0),
        textcoords="offset points",
        color=INK,
    )
    slowest = max([longest, *(passage.seconds(hop) for passage in passages for hop in COLOURS)])
    axes.set_xlim(0, 1.15 * (slowest + 1))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    axes.set_xlabel("seconds")
    axes.set_ylabel("changes that took at most so long")
    quiet(axes, grid="both")
    heading(axes, "How long each hop takes")
    if passages:
        figure.legend(loc="outside lower center", ncols=2, frameon=False)
    else:
        nothing_yet(axes, NOTHING)
    return figure


def _band(axes: Axes, hop: Hop, ascending: Sequence[float]) -> None:
    if not ascending:
        return
    shorter, longer = UNCERTAINTY_SECONDS[hop]
    shares: Any = [(place + 1) / len(ascending) for place in range(len(ascending))]
    shortest = [max(0.0, value - shorter) for value in ascending]
    longest = [value + longer for value in ascending]
    axes.fill_betweenx(
        [0, *shares],
        [shortest[0], *shortest],
        [longest[0], *longest],
        step="pre",
        color=COLOURS[hop],
        alpha=0.3,
        linewidth=0,
        label=str(hop),
    )
    for edge in (shortest, longest):
        axes.step([edge[0], *edge], [0, *shares], where="post", color=COLOURS[hop], linewidth=1.2)
