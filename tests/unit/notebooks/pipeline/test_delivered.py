"""What is read from the lake's views, here made of a few values."""

from datetime import UTC, datetime

import duckdb

from notebooks.pipeline.delivered import DeliveredRow, ErrorRecord, delivered_rows, error_records
from verify.evidence import Content


def test_a_row_has_its_order_its_change_and_its_object() -> None:
    # GIVEN a row of ours, one of another function's, one that lacks a number, and one that is no order at all
    connection = duckdb.connect()
    connection.execute("""
        CREATE VIEW orders AS SELECT * FROM (VALUES
            ('1', 'Phone', 2, 19.9::DOUBLE, 'e7', 'MODIFY', TIMESTAMP '2026-01-02 03:04:05',
             '100000000000000000000007', 's3://bucket/orders/hour=03/a.json'),
            ('2', 'Tablet', 1, 5.0::DOUBLE, NULL, NULL, NULL, NULL, 's3://bucket/orders/hour=03/b.json'),
            ('3', 'Tablet', NULL, 5.0::DOUBLE, NULL, NULL, NULL, NULL, 's3://bucket/orders/hour=03/c.json'),
            (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 's3://bucket/orders/hour=03/d.json')
        ) AS t(orderid, product_name, quantity, price, event_id, event_name, event_time, sequence_number, "$path")
    """)

    # WHEN
    rows = sorted(delivered_rows(connection), key=lambda row: row.key)

    # THEN
    assert rows == [
        DeliveredRow(
            "1",
            Content("1", "Phone", 2, 19.9),
            "e7",
            "MODIFY",
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            100000000000000000000007,
            "orders/hour=03/a.json",
        ),
        DeliveredRow("2", Content("2", "Tablet", 1, 5.0), None, None, None, None, "orders/hour=03/b.json"),
        DeliveredRow("3", None, None, None, None, None, "orders/hour=03/c.json"),
        DeliveredRow(None, None, None, None, None, None, "orders/hour=03/d.json"),
    ]


def test_the_oldest_error_record_comes_first() -> None:
    # GIVEN
    connection = duckdb.connect()
    connection.execute("""
        CREATE VIEW delivery_errors AS SELECT * FROM (VALUES
            ('processing-failed', 'Lambda.B', 'later', TIMESTAMP '2026-01-02 03:04:05.250', 4, NULL,
             's3://bucket/errors/b'),
            ('processing-failed', 'Lambda.A', 'earlier', TIMESTAMP '2026-01-02 03:04:05.125', 1, '{}',
             's3://bucket/errors/a')
        ) AS t(error_type, error_code, error_message, arrival_time, attempts_made, raw_data, "$path")
    """)

    # WHEN
    records = error_records(connection)

    # THEN
    second = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert records == [
        ErrorRecord(
            "processing-failed",
            "Lambda.A",
            "earlier",
            second.replace(microsecond=125_000),
            1,
            "{}",
            "errors/a",
        ),
        ErrorRecord(
            "processing-failed", "Lambda.B", "later", second.replace(microsecond=250_000), 4, None, "errors/b"
        ),
    ]
