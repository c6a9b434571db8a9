"""Simulated shops with a known future: what the projection is tried on."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from notebooks.sales.history import History

START = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
PRODUCTS = ("Charger", "Laptop", "Phone")


@dataclass(frozen=True)
class Shop:
    """How changes come; `ids` None: every new order has an id of its own, else one of so many is drawn.

    The changes of a minute are Poisson's, or vary more (negative binomial with this shape).
    """

    changes_per_minute: float
    ids: int | None = None
    update_share: float = 0.0
    cancellation_share: float = 0.0
    shape: float | None = None

    def run(self, minutes: int, seed: int) -> History:
        """Return what happens in so many minutes."""
        random = np.random.default_rng(seed)
        tally = _Tally(minutes)
        rate, shape = self.changes_per_minute, self.shape
        counts = (
            random.poisson(rate, minutes)
            if shape is None
            else random.negative_binomial(shape, shape / (shape + rate), minutes)
        )
        for minute, count in enumerate(counts):
            tally.standing[minute] = len(tally.orders)
            for kind, pick in random.random((count, 2)):
                self._change(tally, minute, kind, pick, random)
        return tally.history()

    def _change(
        self, tally: "_Tally", minute: int, kind: float, pick: float, random: np.random.Generator
    ) -> None:
        tally.changes[minute] += 1
        if kind < self.cancellation_share + self.update_share and tally.orders:
            order_id = tally.ids[int(pick * len(tally.ids))]
            product, value = tally.orders[order_id]
            tally.take(minute, order_id)
            if kind >= self.cancellation_share:
                tally.put(minute, order_id, product, value * random.integers(1, 6) / random.integers(1, 6))
            return
        order_id = tally.drawn if self.ids is None else int(pick * self.ids)
        tally.drawn += 1
        if order_id in tally.orders:
            tally.take(minute, order_id)
        value = random.integers(1, 6) * random.integers(1000, 50001) / 100
        tally.put(minute, order_id, int(random.integers(len(PRODUCTS))), value)


class _Tally:
    """The orders that stand, and the sums of each minute."""

    def __init__(self, minutes: int) -> None:
        self.orders: dict[int, tuple[int, float]] = {}
        self.ids: list[int] = []
        self.places: dict[int, int] = {}
        self.drawn = 0
        self.net = np.zeros((len(PRODUCTS), minutes))
        self.movements = np.zeros((len(PRODUCTS), minutes))
        self.changes = np.zeros(minutes)
        self.replacing = np.zeros(minutes)
        self.standing = np.zeros(minutes)

    def take(self, minute: int, order_id: int) -> None:
        product, value = self.orders.pop(order_id)
        # The last id takes the place of the one that goes.
        place, last = self.places.pop(order_id), self.ids.pop()
        if last != order_id:
            self.ids[place], self.places[last] = last, place
        self.replacing[minute] += 1
        self.net[product, minute] -= value
        self.movements[product, minute] += 1

    def put(self, minute: int, order_id: int, product: int, value: float) -> None:
        self.orders[order_id] = (product, value)
        self.places[order_id] = len(self.ids)
        self.ids.append(order_id)
        self.net[product, minute] += value
        self.movements[product, minute] += 1

    def history(self) -> History:
        opening: NDArray[np.float64] = np.zeros(len(PRODUCTS))
        return History(
            PRODUCTS, START, opening, self.net, self.movements, self.changes, self.replacing, self.standing
        )
