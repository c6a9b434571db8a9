"""Sales from the delivered changes: revenue by product, minute by minute, and how it goes on."""

from .back_test import BackTest, Trial, back_test
from .history import History, history
from .live import watch
from .orders import add, load
from .period import Projection, projections
from .projection import LEVEL
from .revenue import by_product, per_minute, total

__all__ = [
    "LEVEL",
    "BackTest",
    "History",
    "Projection",
    "Trial",
    "add",
    "back_test",
    "by_product",
    "history",
    "load",
    "per_minute",
    "projections",
    "total",
    "watch",
]
