"""A bar per hop, all of the same length: no change gets lost, it is here, under way, or somewhere else by name."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from bootstrap import names
from verify.report import Report

from .hop import Share, shares
from .style import BLUE, GREEN, GREY, INK, LIGHT_GREY, ORANGE, PURPLE, RED, heading, quiet

COLOURS = {
    "here": BLUE,
    "failed": ORANGE,
    "dropped": GREEN,
    "dead-letter queue": PURPLE,
    "pending": LIGHT_GREY,
    "passed by": GREY,
    "missing": RED,
}
MEANINGS = {
    "here": "arrived",
    "failed": f"below {names.ERRORS_PREFIX}",
    "dropped": "dropped by the function",
    "dead-letter queue": "in the dead-letter queue",
    "pending": "under way",
    "passed by": "written before the chain began",
    "missing": "missing",
}
# A number is written into a part that is at least this share of the bar.
WRITTEN_INSIDE = 0.04


def plot_hops(report: Report) -> Figure:
    """Draw what became of all changes at each hop."""
    by_hop = shares(report)
    total = len(report.accounts.outcomes)
    figure, axes = plt.subplots(figsize=(10, 3.2), layout="constrained")
    for position, parts in enumerate(by_hop.values()):
        start = 0
        for part in (part for part in parts if part.changes):
            _draw(axes, position, start, part, total)
            start += part.changes
    axes.set_yticks(range(len(by_hop)), list(by_hop))
    axes.set_xlim(0, 1.01 * max(total, 1))
    axes.set_ylim(2.5, -0.65)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("changes")
    quiet(axes, grid="")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    heading(axes, f"Where the {total:,} changes are")
    shown = [
        what for what in COLOURS if any(p.what == what and p.changes for hop in by_hop.values() for p in hop)
    ]
    figure.legend(
        handles=[Patch(facecolor=COLOURS[what], label=MEANINGS[what]) for what in shown],
        loc="outside lower center",
        ncols=4,
        frameon=False,
    )
    return figure


def _draw(axes: Axes, position: int, start: int, part: Share, total: int) -> None:
    axes.barh(position, part.changes, left=start, height=0.6, color=COLOURS[part.what], edgecolor="white")
    middle, text = start + part.changes / 2, f"{part.changes:,}"
    if part.changes >= WRITTEN_INSIDE * total:
        colour = INK if part.what in ("pending", "failed") else "white"
        axes.text(middle, position, text, ha="center", va="center", color=colour)
    else:
        axes.text(middle, position - 0.36, text, ha="center", va="bottom", color=INK, fontsize=9)
