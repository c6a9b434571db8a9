"""Projects the revenue of this hour and of this day, UTC: what came so far, and what is expected until the end."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import duckdb

from .history import MINUTE, history, known_until
from .projection import ALL_PRODUCTS, project

PeriodName = Literal["hour", "day"]
LENGTHS: dict[PeriodName, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Projection:
    """A product's net revenue of a period; None where the history says too little, and why."""

    product_name: str
    period: PeriodName
    ends_at: datetime
    so_far: float
    low: float | None
    expected: float | None
    high: float | None
    too_little: str | None


def period_start(now: datetime, period: PeriodName) -> datetime:
    """Return when the hour or the day of `now` began, UTC."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour if period == "hour" else hour.replace(hour=0)


def projections(connection: duckdb.DuckDBPyConnection, now: datetime, period: PeriodName) -> list[Projection]:
    """Return the projection of every product, the best-selling one first, and in the end that of all together."""
    start = period_start(now, period)
    end = start + LENGTHS[period]
    known = known_until(connection, now) or now
    remaining = (end - max(known, start)) / MINUTE
    so_far = _net_revenue_since(connection, start)
    return [
        Projection(
            spread.product_name,
            period,
            end,
            sold := so_far.get(spread.product_name, 0.0),
            None if spread.low is None else sold + spread.low,
            None if spread.expected is None else sold + spread.expected,
            None if spread.high is None else sold + spread.high,
            spread.too_little,
        )
        for spread in project(history(connection, now), remaining)
    ]


def _net_revenue_since(connection: duckdb.DuckDBPyConnection, start: datetime) -> dict[str, float]:
    rows = connection.execute(
        f"""
        SELECT product_name, fsum(revenue) FROM movements
        WHERE changed_at >= TIMESTAMP '{start:%Y-%m-%d %H:%M:%S}' GROUP BY product_name
        """
    ).fetchall()
    return {**dict(rows), ALL_PRODUCTS: sum(revenue for _, revenue in rows)}
