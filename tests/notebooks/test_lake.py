"""The views that every notebook reads, over objects put into S3 by hand."""

import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from notebooks import lake
from tests.conftest import Aws

Put = Callable[..., None]

FOLDER = "orders/year=2026/month=01/day=02/hour=03"


@pytest.fixture
def connection(emulator: None) -> duckdb.DuckDBPyConnection:
    return lake.connect()


@pytest.fixture
def put(aws: Aws, name: str, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Make a bucket of the test's own, and return a function that writes an object of rows."""
    aws.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    monkeypatch.setattr(lake, "ORDERS_GLOB", f"s3://{name}/orders/**/*.json")

    def put_rows(object_name: str, *rows: dict[str, Any]) -> None:
        body = "".join(json.dumps(row) + "\n" for row in rows)
        aws.client("s3").put_object(Bucket=name, Key=f"{FOLDER}/{object_name}.json", Body=body.encode())

    return put_rows


def row(order_id: str, quantity: int) -> dict[str, Any]:
    """Return a row as the seed's own function writes it."""
    return {"orderid": order_id, "product_name": "Phone", "quantity": quantity, "price": 19.9}


def changed(
    order_id: str, quantity: int, event_name: str, second: int, sequence_number: int
) -> dict[str, Any]:
    """Return a row with its change data."""
    return {
        **row(order_id, quantity),
        "event_id": f"e{sequence_number}",
        "event_name": event_name,
        "event_time": f"2026-01-02T03:04:{second:02}Z",
        "sequence_number": str(sequence_number),
    }


def test_a_row_has_typed_columns_and_those_of_its_folders(
    connection: duckdb.DuckDBPyConnection, put: Put
) -> None:
    # GIVEN
    put("a", changed("1", 2, "INSERT", 5, 7))

    # WHEN
    orders = lake.orders(connection)

    # THEN
    *columns, filename = orders.columns
    assert filename == "filename"
    assert dict(zip(columns, map(str, orders.types[:-1]), strict=True)) == {**lake.COLUMNS, **lake.PARTITIONS}
    found = orders.project("* EXCLUDE (filename) REPLACE (event_time::VARCHAR AS event_time)").fetchall()
    assert found == [("1", "Phone", 2, 19.9, "e7", "INSERT", "2026-01-02 03:04:05", "7", 2026, 1, 2, 3)]


def test_rows_of_four_fields_have_no_change_data(connection: duckdb.DuckDBPyConnection, put: Put) -> None:
    # GIVEN
    put("a", row("1", 2))

    # WHEN
    found = lake.orders(connection).project("orderid, quantity, price, event_id, event_time").fetchall()

    # THEN
    assert found == [("1", 2, 19.9, None, None)]


def test_without_rows_the_view_is_empty_has_its_columns_and_says_where_rows_come_from(
    connection: duckdb.DuckDBPyConnection, put: Put
) -> None:
    # WHEN
    with pytest.warns(UserWarning, match=r"no rows under s3://.*/orders/\*\*/\*\.json yet"):
        empty = lake.orders(connection)
    described = (empty.fetchall(), empty.columns, [str(type_) for type_ in empty.types])
    put("a", row("1", 2))
    filled = lake.orders(connection)

    # THEN the columns stay the same when the first row arrives
    assert described == ([], filled.columns, [str(type_) for type_ in filled.types])


def test_an_order_counts_as_its_last_change_left_it(connection: duckdb.DuckDBPyConnection, put: Put) -> None:
    # GIVEN changes that arrived out of order, twice, and within one second; sequence numbers of unequal length
    put("a", changed("1", 2, "MODIFY", 9, 20), changed("1", 1, "INSERT", 8, 10))
    put("b", changed("1", 2, "MODIFY", 9, 20))
    put("c", changed("2", 5, "MODIFY", 9, 100), changed("2", 4, "INSERT", 9, 99))
    put("d", changed("3", 1, "INSERT", 1, 1), changed("3", 1, "REMOVE", 2, 2))
    put("e", changed("4", 1, "REMOVE", 1, 3), changed("4", 3, "INSERT", 2, 4))

    # WHEN
    found = lake.current_orders(connection).project("orderid, quantity").fetchall()

    # THEN
    assert found == [("1", 2), ("2", 5), ("4", 3)]


def test_of_rows_without_change_data_the_latest_object_counts(
    connection: duckdb.DuckDBPyConnection, put: Put
) -> None:
    # GIVEN
    put("orders-firehose-1-2026-01-02-03-00-10-x", row("1", 1))
    put("orders-firehose-1-2026-01-02-03-00-20-a", row("1", 2))

    # WHEN
    found = lake.current_orders(connection).project("orderid, quantity").fetchall()

    # THEN
    assert found == [("1", 2)]


def test_a_bucket_that_does_not_exist_is_named(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr(lake, "ORDERS_GLOB", "s3://no-such-bucket/orders/**/*.json")

    # WHEN / THEN
    with pytest.raises(lake.LakeError, match=r"NoSuchBucket.*Is the sandbox up"):
        lake.orders(connection)
