"""Looks inside the running chain and tries things out on it; every experiment puts back what it changed."""

from .backlog import Backlog
from .buffering import buffering_hints
from .clients import Clients, connect
from .errors import InsideError
from .failing import broken_function
from .journey import Journey, follow
from .objects import objects, objects_at_interval
from .observing import observed_function
from .orders import OwnOrders, own_orders
from .payload import Payload
from .pipe import stopped_pipe
from .plots import plot_backlog, plot_objects
from .recovery import recover
from .redrive import redrive
from .settings import settings
from .watch import Watch, change_in, raw_data

__all__ = [
    "Backlog",
    "Clients",
    "InsideError",
    "Journey",
    "OwnOrders",
    "Payload",
    "Watch",
    "broken_function",
    "buffering_hints",
    "change_in",
    "connect",
    "follow",
    "objects",
    "objects_at_interval",
    "observed_function",
    "own_orders",
    "plot_backlog",
    "plot_objects",
    "raw_data",
    "recover",
    "redrive",
    "settings",
    "stopped_pipe",
]
