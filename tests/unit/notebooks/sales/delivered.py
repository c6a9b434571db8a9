"""Delivered rows for the tests of sales: a DuckDB connection with the view `orders`, as the lake makes it."""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

COLUMNS = """
    orderid VARCHAR, product_name VARCHAR, quantity BIGINT, price DOUBLE, event_id VARCHAR, event_name VARCHAR,
    event_time TIMESTAMP, sequence_number VARCHAR, "$path" VARCHAR
"""
FOLDER = "s3://product-sales/orders/year=2026/month=01/day=02/hour=03"


@dataclass(frozen=True)
class Row:
    """One delivered row; without an event id it is one of four fields."""

    orderid: str
    product_name: str = "Phone"
    quantity: int = 1
    price: float = 10.0
    event_name: str | None = "INSERT"
    time: str | None = "03:00:00"
    sequence_number: int | None = 1
    event_id: str | None = None
    object_name: str = "a"

    def values(self) -> tuple[object, ...]:
        """Return the values of the columns."""
        number = self.sequence_number
        event_id = self.event_id or (None if number is None else f"e{self.orderid}-{number}")
        return (
            self.orderid,
            self.product_name,
            self.quantity,
            self.price,
            event_id,
            self.event_name,
            None if self.time is None else f"2026-01-02 {self.time}",
            None if number is None else str(number),
            f"{FOLDER}/{self.object_name}.json",
        )


def four_fields(orderid: str, quantity: int, object_name: str) -> Row:
    """Return a row as the seed's own function writes it: without change data."""
    return Row(
        orderid, quantity=quantity, event_name=None, time=None, sequence_number=None, object_name=object_name
    )


def connection_with(rows: Iterable[Row]) -> duckdb.DuckDBPyConnection:
    """Return a connection with these rows delivered."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"CREATE TABLE orders ({COLUMNS})")
    deliver(connection, rows)
    return connection


def deliver(connection: duckdb.DuckDBPyConnection, rows: Iterable[Row]) -> None:
    """Deliver more rows."""
    values = [row.values() for row in rows]
    if values:
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
