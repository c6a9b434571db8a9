"""The past, minute by minute, as arrays: what a projection learns from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
from numpy.typing import NDArray

from .orders import apply_changes

Numbers = NDArray[np.float64]

MINUTE = timedelta(minutes=1)
# The longest way of an order, with AWS's own buffering (60 s and 300 s): a minute of which nothing is known after that
# had no orders.
LONGEST_DELIVERY = timedelta(minutes=7)


@dataclass(frozen=True, slots=True)
class History:
    """Whole minutes from `start` on.

    `net_revenue` and `movements` (how many changes touched a product) have a row per product, `opening` is each
    product's revenue at `start`. Over all products: `changes` counts the changes of each minute, `replacing` those that
    took something away from an order that stood (it was written again, changed, or cancelled), and `standing` the
    orders that stood when the minute began.
    """

    products: tuple[str, ...]
    start: datetime
    opening: Numbers
    net_revenue: Numbers
    movements: Numbers
    changes: Numbers
    replacing: Numbers
    standing: Numbers

    @property
    def minutes(self) -> int:
        """The number of minutes."""
        return int(self.changes.size)

    @property
    def revenue_before(self) -> Numbers:
        """Each product's revenue when each minute began."""
        before: Numbers = self.opening[:, None] + np.cumsum(self.net_revenue, axis=1) - self.net_revenue
        return before

    def until(self, minute: int) -> "History":
        """Return what was known after so many minutes."""
        return replace(
            self,
            net_revenue=self.net_revenue[:, :minute],
            movements=self.movements[:, :minute],
            changes=self.changes[:minute],
            replacing=self.replacing[:minute],
            standing=self.standing[:minute],
        )


def known_until(connection: duckdb.DuckDBPyConnection, now: datetime) -> datetime | None:
    """Return the time up to which every change has been delivered; None before the first.

    Changes arrive in order: up to the newest that arrived. If that is long ago, there were no more.
    """
    newest = _moments(connection)[1]
    return None if newest is None else min(now, max(newest, now - LONGEST_DELIVERY))


def history(connection: duckdb.DuckDBPyConnection, now: datetime) -> History:
    """Return the whole minutes between the first change and the time that is `known_until`, a week at the most.

    The minute of the first change began before there was anything to sell, and the last one has not ended. The
    best-selling product comes first.
    """
    first, _ = _moments(connection)
    known = known_until(connection, now)
    if first is None or known is None:
        return _filled((), now, [], [], 0)
    start = _floor(first) + MINUTE
    minutes = max(0, int((_floor(known) - start) / MINUTE))
    minute = f"floor((epoch(changed_at) - {start.timestamp():.0f}) / 60)::BIGINT"
    moved = connection.execute(
        f"""
        SELECT product_name, {minute} AS minute, fsum(revenue), count(*), sum(orders)::BIGINT
        FROM movements GROUP BY ALL
        """
    ).fetchall()
    changed = connection.execute(
        f"""
        SELECT {minute} AS minute, count(*), count(*) FILTER (was_standing)
        FROM applied_changes GROUP BY ALL
        """
    ).fetchall()
    revenue = dict[str, float]()
    for name, _, moved_revenue, _, _ in moved:
        revenue[name] = revenue.get(name, 0.0) + moved_revenue
    products = tuple(sorted(revenue, key=lambda name: (-revenue[name], name)))
    return _filled(products, start, moved, changed, minutes)


def _filled(
    products: tuple[str, ...],
    start: datetime,
    moved: Sequence[tuple[str, int, float, int, int]],
    changed: Sequence[tuple[int, int, int]],
    minutes: int,
) -> History:
    rows = {name: number for number, name in enumerate(products)}
    opening = np.zeros(len(products))
    net_revenue, movements = np.zeros((len(products), minutes)), np.zeros((len(products), minutes))
    orders, changes, replacing = np.zeros(minutes + 1), np.zeros(minutes), np.zeros(minutes)
    for name, minute, revenue, count, net_orders in moved:
        if minute < 0:
            opening[rows[name]] += revenue
            orders[0] += net_orders
        elif minute < minutes:
            net_revenue[rows[name], minute] = revenue
            movements[rows[name], minute] = count
            orders[minute + 1] += net_orders
    for minute, count, replaced in changed:
        if 0 <= minute < minutes:
            changes[minute], replacing[minute] = count, replaced
    standing = np.cumsum(orders)[:minutes]
    return History(products, start, opening, net_revenue, movements, changes, replacing, standing)


def _moments(connection: duckdb.DuckDBPyConnection) -> tuple[datetime | None, datetime | None]:
    apply_changes(connection)
    found = connection.execute(
        "SELECT (SELECT first_told FROM told_minutes), max(changed_at) FROM applied_changes"
    ).fetchone()
    first, newest = found or (None, None)
    return (first and first.replace(tzinfo=UTC)), (newest and newest.replace(tzinfo=UTC))


def _floor(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
