"""The two pictures: a backlog that grows and drains, and how many records lie in an object."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from .backlog import Backlog

COUNTS = (
    ("written", "written to the table", "tab:gray"),
    ("in_kinesis", "in Kinesis", "tab:blue"),
    ("delivered", "delivered to S3", "tab:green"),
)


def plot_backlog(backlog: Backlog) -> Figure:
    """Draw how many orders had come how far, and shade those that waited at the pipe."""
    table = backlog.table()
    figure, axes = plt.subplots(figsize=(10, 3.8), layout="constrained")
    for column, label, colour in COUNTS:
        axes.step(table["seconds"], table[column], where="post", label=label, color=colour, linewidth=2)
    axes.fill_between(
        table["seconds"], table["in_kinesis"], table["written"], step="post", color="tab:orange", alpha=0.25,
        label="waiting at the pipe",
    )  # fmt: skip
    for seconds, event in backlog.events:
        axes.axvline(seconds, color="black", linewidth=0.8, linestyle=":")
        axes.annotate(
            event,
            (seconds, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, -11),
            textcoords="offset points",
        )
    axes.set_xlabel("time (seconds since the first count)")
    axes.set_ylabel("our orders")
    axes.set_ylim(0, max(1, table["written"].max()) * 1.25)
    axes.set_xlim(left=0)
    axes.set_title(f"{table['written'].max():,} orders: held up at the pipe, then let through", loc="left")
    _quiet(axes)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    return figure


def plot_objects(found: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the records in each object, a panel per setting."""
    figure, panels = plt.subplots(
        1, len(found), figsize=(10, 3.8), sharey=True, layout="constrained", squeeze=False
    )
    most = max(len(objects) for objects in found.values())
    for axes, (setting, objects) in zip(panels[0], found.items(), strict=True):
        places = range(1, len(objects) + 1)
        others = objects["records"] - objects["ours"]
        axes.bar(places, objects["ours"], color="tab:blue", width=0.7)
        bars = axes.bar(places, others, bottom=objects["ours"], color="tab:gray", width=0.7)
        axes.bar_label(bars, objects["records"].map("{:,}".format), padding=2)
        axes.set_xticks(places)
        axes.set_xlim(0.3, most + 0.7)
        axes.set_xlabel("object, in the order of delivery")
        axes.set_title(f"{setting}: {len(objects)} object{'' if len(objects) == 1 else 's'}", loc="left")
        axes.margins(y=0.15)
        _quiet(axes)
    panels[0][0].set_ylabel("records")
    handles = [Patch(color="tab:blue", label="our orders"), Patch(color="tab:gray", label="other changes")]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _quiet(axes: Axes) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
