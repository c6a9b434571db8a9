"""Checks the running pipeline from the table to the bucket; the notebook `check_the_pipeline` shows what it finds."""

from .destination import hints
from .duplicate import duplicates
from .failure import failures, reasons
from .hop import hops
from .hop_plot import plot_hops
from .latency_plot import plot_latency_by_hop, plot_latency_over_time
from .object_plot import plot_objects
from .passage import latencies
from .snapshot import Snapshot, take_snapshot
from .state import differences, summary
from .stored import latest_objects, objects_by_trigger
from .verdict import overview, sentences, verdicts

__all__ = [
    "Snapshot",
    "differences",
    "duplicates",
    "failures",
    "hints",
    "hops",
    "latencies",
    "latest_objects",
    "objects_by_trigger",
    "overview",
    "plot_hops",
    "plot_latency_by_hop",
    "plot_latency_over_time",
    "plot_objects",
    "reasons",
    "sentences",
    "summary",
    "take_snapshot",
    "verdicts",
]
