"""The delivered rows and the error records, as the lake's views show them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from verify.evidence import Content

if TYPE_CHECKING:
    import duckdb

ROWS = """
    SELECT orderid, product_name, quantity, price, event_id, event_name, event_time, sequence_number, "$path"
    FROM orders
"""
ERRORS = """
    SELECT error_type, error_code, error_message, arrival_time, attempts_made, raw_data, "$path"
    FROM delivery_errors
    ORDER BY arrival_time, "$path"
"""


@dataclass(frozen=True, slots=True)
class DeliveredRow:
    """One row under the delivery prefix; without change data when another function than ours wrote it.

    `content` is None where a field of an order is missing, or of another type than an order's.
    """

    order_id: str | None
    content: Content | None
    event_id: str | None
    event_name: str | None
    event_time: datetime | None
    sequence_number: int | None
    key: str


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """One line under the error prefix; `raw_data` is None when the record was not text."""

    error_type: str
    error_code: str
    error_message: str
    arrived_at: datetime | None
    attempts_made: int | None
    raw_data: str | None
    key: str


def delivered_rows(connection: "duckdb.DuckDBPyConnection") -> list[DeliveredRow]:
    """Read every delivered row."""
    return [
        DeliveredRow(
            order_id=order_id,
            content=(
                None
                if None in (order_id, product_name, quantity, price)
                else Content(order_id, product_name, quantity, price)
            ),
            event_id=event_id,
            event_name=event_name,
            event_time=_utc(event_time),
            sequence_number=int(sequence_number) if sequence_number is not None else None,
            key=key_of(path),
        )
        for (
            order_id,
            product_name,
            quantity,
            price,
            event_id,
            event_name,
            event_time,
            sequence_number,
            path,
        ) in connection.execute(ROWS).fetchall()
    ]


def error_records(connection: "duckdb.DuckDBPyConnection") -> list[ErrorRecord]:
    """Read every error record, the oldest first."""
    return [
        ErrorRecord(
            error_type, error_code, error_message, _utc(arrival_time), attempts_made, raw_data, key_of(path)
        )
        for (
            error_type,
            error_code,
            error_message,
            arrival_time,
            attempts_made,
            raw_data,
            path,
        ) in connection.execute(ERRORS).fetchall()
    ]


def key_of(path: str) -> str:
    """Return an object's key: a path without the scheme and the bucket."""
    return path.removeprefix("s3://").partition("/")[2]


def _utc(moment: datetime | None) -> datetime | None:
    """Return a time of DuckDB's with its zone: a TIMESTAMP has none and means UTC."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
