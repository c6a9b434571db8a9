"""Reads what was sold, each time only the objects that are new."""

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from bootstrap.names import BUCKET_NAME, ORDERS_PREFIX
from notebooks import lake
from notebooks.sales.history import history
from notebooks.sales.orders import add, load
from notebooks.sales.period import PeriodName, Projection, projections
from notebooks.sales.projection import ALL_PRODUCTS
from notebooks.sales.revenue import by_product, total

SHOWN_MINUTES = 120
PERIODS: tuple[PeriodName, PeriodName] = ("hour", "day")


@dataclass(frozen=True, slots=True)
class ProductSales:
    """One line of the table; `per_minute` is the net revenue of each minute up to now, the latest one last."""

    product_name: str
    revenue: float
    units: int
    average_price: float | None
    per_minute: tuple[float, ...]
    hour: Projection | None
    day: Projection | None


@dataclass(frozen=True, slots=True)
class Sold:
    """The sales at one time; the best-selling product first."""

    read_at: datetime
    products: tuple[ProductSales, ...]
    total: ProductSales
    newest_delivered: datetime | None


class SoldReader:
    """Holds the crawled lake and the changes read so far."""

    def __init__(self) -> None:
        self._lake: lake.Lake | None = None
        self._is_complete = False

    def read(self, now: datetime) -> Sold:
        """Return the sales as they are delivered now.

        Raises:
            LakeError: S3 does not answer, or has no such bucket.
        """
        with warnings.catch_warnings():
            # That there is no row yet is to be seen.
            warnings.simplefilter("ignore", UserWarning)
            connection = self._take_what_is_new()
        return sold(connection, now)

    def _take_what_is_new(self) -> duckdb.DuckDBPyConnection:
        # Should a step fail, the next time begins with everything.
        is_complete, self._is_complete = self._is_complete, False
        if self._lake is None:
            self._lake = lake.open()
        else:
            self._lake.refresh()
        changes, connection = self._lake.catalog.changes_since_last, self._lake.connection
        paths = [f"s3://{BUCKET_NAME}/{key}" for key in changes.new if key.startswith(ORDERS_PREFIX)]
        if not is_complete or changes.changed or changes.vanished:
            load(connection)
        elif paths:
            add(connection, paths)
        self._is_complete = True
        return connection


def sold(connection: duckdb.DuckDBPyConnection, now: datetime) -> Sold:
    """Add up what was loaded."""
    past = history(connection, now)
    minutes = dict(zip(past.products, past.net_revenue[:, -SHOWN_MINUTES:].tolist(), strict=True))
    minutes[ALL_PRODUCTS] = past.net_revenue.sum(axis=0)[-SHOWN_MINUTES:].tolist()
    hour, day = (
        {projection.product_name: projection for projection in projections(connection, now, period)}
        for period in PERIODS
    )

    def line(name: str, units: int, revenue: float, average_price: float | None) -> ProductSales:
        return ProductSales(
            name, revenue, units, average_price, tuple(minutes.get(name, ())), hour.get(name), day.get(name)
        )

    columns = "units, revenue, average_price"
    total_row = total(connection).project(columns).fetchone() or (0, 0.0, None)
    products = by_product(connection).project(f"product_name, {columns}").fetchall()
    newest = connection.execute("SELECT max(changed_at) FROM order_changes").fetchone()
    return Sold(
        read_at=now,
        products=tuple(line(*row) for row in products),
        total=line(ALL_PRODUCTS, *total_row),
        newest_delivered=newest[0].replace(tzinfo=UTC) if newest and newest[0] else None,
    )
