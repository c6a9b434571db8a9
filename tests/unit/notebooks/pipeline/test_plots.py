"""The plots: what they draw, their titles and units, and that they say when there is nothing to draw."""

from collections.abc import Iterator
from datetime import timedelta

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from notebooks.pipeline.hop_plot import plot_hops
from notebooks.pipeline.latency_plot import latest_passages, plot_latency_by_hop, plot_latency_over_time
from notebooks.pipeline.object_plot import plot_objects
from notebooks.pipeline.passage import Passage
from notebooks.pipeline.stored import StoredObject, Trigger
from tests.unit.notebooks.pipeline.situation import DESTINATION
from tests.unit.verify.situation import at, changes, evidence, failures, in_kinesis, rows
from verify.accounting import account
from verify.evidence import Evidence
from verify.report import Report

PASSAGES = [
    Passage("e1", "INSERT", at(0), at(0.25), at(15)),
    Passage("e2", "INSERT", at(5), at(5.5), at(15)),
    Passage("e3", "INSERT", at(16), at(16.25), at(30)),
]
OBJECTS = [
    StoredObject("orders/a", 3, 700, at(20), timedelta(seconds=12.5), Trigger.INTERVAL),
    StoredObject("orders/b", 5, 1_100, at(31), timedelta(seconds=4), Trigger.SIZE),
    StoredObject("errors/c", 1, 300, at(32), timedelta(seconds=13), Trigger.INTERVAL),
]


@pytest.fixture(autouse=True)
def _without_a_screen() -> Iterator[None]:
    with plt.rc_context({"backend": "agg"}):
        yield
    plt.close("all")


def report(found: Evidence) -> Report:
    return Report(found, account(found, at(30)), at(30))


def labels(axes: Axes) -> tuple[str, str, str]:
    return axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_the_bars_of_the_hops_are_equally_long() -> None:
    # GIVEN ten changes: seven delivered, one failed, two under way
    found = evidence(
        changes=changes(10),
        kinesis_records=in_kinesis(*range(1, 10)),
        rows=rows(*range(1, 8)),
        failures=failures(8),
    )

    # WHEN
    figure = plot_hops(report(found))

    # THEN
    (axes,) = figure.axes
    drawn = [(round(bar.get_y() + 0.3), bar.get_x(), bar.get_width()) for bar in axes.patches]  # type: ignore[attr-defined]
    assert drawn == [(0, 0, 10), (1, 0, 9), (1, 9, 1), (2, 0, 7), (2, 7, 1), (2, 8, 2)]
    assert texts(axes) == ["10", "9", "1", "7", "1", "2"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "arrived",
        "below errors/",
        "under way",
    ]
    assert labels(axes) == ("Where the 10 changes are", "changes", "")


def test_changes_of_one_object_are_connected_and_all_are_counted_beside() -> None:
    # WHEN
    over_time, often = plot_latency_over_time(PASSAGES, DESTINATION).axes

    # THEN
    curves = [np.asarray(line.get_ydata()).tolist() for line in over_time.lines if line.get_marker() == "o"]
    assert curves == [[15.0, 10.0], [14.0]]
    assert [(bar.get_y() + 0.4, bar.get_width()) for bar in often.patches] == [(15, 1), (10, 1), (14, 1)]  # type: ignore[attr-defined]
    assert texts(over_time) == ["dashed: the intervals of both buffers, 15 s"]
    assert labels(over_time) == (
        "The latest 3 changes, order to object",
        "order written at (UTC)",
        "seconds until its object was in S3",
    )
    assert labels(often) == ("All 3 changes", "changes", "")


def test_only_the_last_dozen_rounds_of_the_buffers_are_drawn_one_by_one() -> None:
    # GIVEN 12 rounds of 15 s: three minutes
    old = Passage("e0", "INSERT", at(16 - 181), at(0), at(0))

    # THEN
    assert latest_passages([old, *PASSAGES], DESTINATION) == PASSAGES


def test_the_band_of_a_hop_is_as_wide_as_its_time_stamps_are_coarse() -> None:
    # WHEN
    figure = plot_latency_by_hop(PASSAGES, DESTINATION)
    (axes,) = figure.axes

    # THEN the pipe may be a second faster, though not faster than at once; Firehose a second slower
    curves = [np.asarray(line.get_xdata()).tolist() for line in axes.lines[:4]]
    assert curves == [
        [0.0, 0.0, 0.0, 0.0],
        [0.25, 0.25, 0.25, 0.5],
        [9.5, 9.5, 13.75, 14.75],
        [10.5, 10.5, 14.75, 15.75],
    ]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["order to Kinesis", "Kinesis to S3"]
    assert labels(axes) == ("How long each hop takes", "seconds", "changes that took at most so long")


def test_objects_are_drawn_against_the_hints() -> None:
    # WHEN
    hints, records = plot_objects(OBJECTS, DESTINATION).axes

    # THEN
    points = [np.asarray(group.get_offsets()).tolist() for group in hints.collections]
    assert points == [[[12.5, 700.0], [13.0, 300.0]], [[4.0, 1100.0]]]
    assert texts(hints) == [
        "size hint: 1,000 B",
        "interval hint: 10 s,\nafter up to 5 s\nbefore the function",
    ]
    assert labels(hints) == (
        "Which hint made the object",
        "seconds from the oldest record's arrival to the object",
        "size of the object",
    )
    assert labels(records) == ("Records per object", "object written at (UTC)", "records in the object")
    assert records.get_yscale() == "linear"


def test_an_object_with_very_many_records_does_not_hide_the_others() -> None:
    # GIVEN
    huge = StoredObject("orders/d", 4_000, 900_000, at(40), timedelta(seconds=3), Trigger.SIZE)

    # WHEN
    _, records = plot_objects([*OBJECTS, huge], DESTINATION).axes

    # THEN
    assert records.get_yscale() == "log"


def test_a_time_axis_shows_ten_seconds_at_least() -> None:
    # GIVEN changes of one second
    over_time, _ = plot_latency_over_time(PASSAGES[:1], DESTINATION).axes

    # THEN the axis, in days, begins five seconds before them
    low, high = over_time.get_xlim()
    assert (high - low) * 86_400 == pytest.approx(10, abs=1e-3)
    assert (low + high) / 2 == pytest.approx(date2num(at(0)))  # type: ignore[no-untyped-call]


def test_without_anything_to_draw_the_plots_say_so() -> None:
    # WHEN
    over_time = plot_latency_over_time([], DESTINATION).axes[0]
    by_hop = plot_latency_by_hop([], DESTINATION).axes[0]
    objects = plot_objects([], DESTINATION).axes[0]
    hops = plot_hops(report(evidence())).axes[0]

    # THEN
    nothing = "no change has arrived in S3 yet"
    assert (nothing in texts(over_time), nothing in texts(by_hop)) == (True, True)
    assert "no object yet" in texts(objects)
    assert labels(hops)[0] == "Where the 0 changes are"
    for figure in map(plt.figure, plt.get_fignums()):
        figure.canvas.draw()
