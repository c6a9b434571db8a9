"""What the views show, and which objects a query reads."""

import base64
import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from notebooks.lake import register
from notebooks.lake.known import ORDER_COLUMNS, ORDER_PARTITIONS
from tests.unit.notebooks.lake.fake_s3 import FakeS3, crawler

FOLDER = "orders/year=2026/month=01/day=02"
CHANGED = {
    "orderid": "1",
    "product_name": "Phone",
    "quantity": 2,
    "price": 19.9,
    "event_id": "e7",
    "event_name": "INSERT",
    "event_time": "2026-01-02T03:04:05Z",
    "sequence_number": "7",
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def show(connection: duckdb.DuckDBPyConnection, s3: FakeS3) -> None:
    register(connection, crawler(s3).crawl())


def files_read(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return how many objects a query reads."""
    ((_, plan),) = connection.execute(f"EXPLAIN ANALYZE {query}").fetchall()
    return sum(int(number) for number in re.findall(r"Total Files Read: (\d+)", plan))


def test_orders_have_typed_columns_those_of_their_folders_and_their_path(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    # GIVEN a whole row, and one of four fields as the seed's own function writes it
    s3 = FakeS3()
    s3.put(f"{FOLDER}/hour=03/a.json", json.dumps(CHANGED) + "\n")
    s3.put(f"{FOLDER}/hour=04/b.json", json.dumps(dict(list(CHANGED.items())[:4])))

    # WHEN
    show(connection, s3)

    # THEN
    orders = connection.view("orders")
    types = {**ORDER_COLUMNS, **ORDER_PARTITIONS, "$path": "VARCHAR"}
    assert dict(zip(orders.columns, map(str, orders.types), strict=True)) == types
    time = datetime.datetime(2026, 1, 2, 3, 4, 5)
    path = f"s3://bucket/{FOLDER}"
    assert orders.order("hour").fetchall() == [
        ("1", "Phone", 2, 19.9, "e7", "INSERT", time, "7", 2026, 1, 2, 3, f"{path}/hour=03/a.json"),
        ("1", "Phone", 2, 19.9, None, None, None, None, 2026, 1, 2, 4, f"{path}/hour=04/b.json"),
    ]


def test_without_an_object_the_views_are_empty_and_have_their_columns(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    # WHEN
    show(connection, FakeS3())
    empty = connection.view("orders")
    columns, types = empty.columns, list(map(str, empty.types))

    # THEN
    assert dict(zip(columns, types, strict=True)) == {**ORDER_COLUMNS, **ORDER_PARTITIONS, "$path": "VARCHAR"}
    assert (empty.fetchall(), connection.view("delivery_errors").fetchall()) == ([], [])


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("true", 4),
        ("hour = 3", 2),
        ("hour = '03' AND month = '01'", 2),
        ("hour BETWEEN 2 AND 3 AND \"$path\" LIKE '%b.json' AND quantity > 0", 1),
        ("hour IN (4, 5)", 2),
        ("year = 2025", 0),
        ("\"$path\" LIKE '%/hour=03/b.json'", 1),
    ],
)
def test_a_filter_on_folders_reads_their_objects_alone(
    connection: duckdb.DuckDBPyConnection, condition: str, expected: int
) -> None:
    # GIVEN
    s3 = FakeS3()
    for name in ("hour=03/a", "hour=03/b", "hour=04/a", "hour=05/a"):
        s3.put(f"{FOLDER}/{name}.json", json.dumps(CHANGED) + "\n")
    show(connection, s3)

    # THEN
    query = f"SELECT product_name, sum(quantity) FROM orders WHERE {condition} GROUP BY ALL"
    assert files_read(connection, query) == expected
    assert connection.execute(f"SELECT count(*) FROM orders WHERE {condition}").fetchone() == (expected,)


def test_firehoses_default_folders_are_columns_that_prune(connection: duckdb.DuckDBPyConnection) -> None:
    # GIVEN records side by side, under a date that no column names
    s3 = FakeS3()
    for hour in ("08", "09"):
        s3.put(f"raw/2026/11/23/{hour}/a b+%41", '{"n": 1}{"n": 2.5}')
    show(connection, s3)

    # THEN
    query = "SELECT * FROM raw WHERE partition_3 = '09'"
    path = "s3://bucket/raw/2026/11/23/09/a b+%41"
    assert connection.execute(f"{query} ORDER BY n").fetchall() == [
        (1.0, "2026", "11", "23", "09", path),
        (2.5, "2026", "11", "23", "09", path),
    ]
    assert files_read(connection, query) == 1


def test_folders_of_several_kinds_are_one_table(connection: duckdb.DuckDBPyConnection) -> None:
    # GIVEN a value with a space, none, a value that is no number, and no folder at all
    s3 = FakeS3()
    for number, folder in enumerate(("city=New York/", "city=__HIVE_DEFAULT_PARTITION__/", "")):
        s3.put(f"shop/{folder}a", json.dumps({"n": number}))
    s3.put("orders/year=none/a", '{"orderid": "1"}')

    # WHEN
    show(connection, s3)

    # THEN
    assert connection.execute("SELECT n, city FROM shop ORDER BY n").fetchall() == [
        (0, "New York"),
        (1, None),
        (2, None),
    ]
    assert connection.execute("SELECT orderid, year FROM orders").fetchall() == [("1", None)]


def test_values_have_the_types_that_hold_those_of_every_object(connection: duckdb.DuckDBPyConnection) -> None:
    # GIVEN
    s3 = FakeS3()
    s3.put("shop/a", '{"n": 1, "s": {"x": 1}, "t": 1, "l": [1], "filename": "f"}')
    s3.put("shop/b", '{"n": 1.5, "s": {"y": "z"}, "t": "two", "l": [], "big": 12345678901234567890}')

    # WHEN
    show(connection, s3)

    # THEN
    assert connection.execute('SELECT * EXCLUDE ("$path") FROM shop ORDER BY n').fetchall() == [
        (1.0, {"x": 1, "y": None}, "1", [1], "f", None),
        (1.5, {"x": None, "y": "z"}, "two", [], None, 12345678901234567890),
    ]


def test_csv_of_several_dialects_and_columns_is_one_table(connection: duckdb.DuckDBPyConnection) -> None:
    # GIVEN
    s3 = FakeS3()
    s3.put("shop/a.csv", 'id,name\n1,"a, b"\n2,c\n')
    s3.put("shop/b.csv", "name;id;price\nd;3.5;9\ne;4;8\n")

    # WHEN
    show(connection, s3)

    # THEN
    assert connection.execute("SELECT id, name, price FROM shop ORDER BY id").fetchall() == [
        (1.0, "a, b", None),
        (2.0, "c", None),
        (3.5, "d", 9),
        (4.0, "e", 8),
    ]


def test_parquet_of_several_schemas_is_one_table(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    # GIVEN
    s3 = FakeS3()
    for day, query in (("1", "SELECT 1::INTEGER AS n"), ("2", "SELECT 2.5::DOUBLE AS n, 'x' AS more")):
        connection.execute(f"COPY ({query}) TO '{tmp_path / 'a.parquet'}'")
        s3.put(f"shop/day={day}/a.parquet", (tmp_path / "a.parquet").read_bytes())

    # WHEN
    show(connection, s3)

    # THEN
    assert connection.execute("SELECT n, more, day FROM shop ORDER BY n").fetchall() == [
        (1.0, None, "1"),
        (2.5, "x", "2"),
    ]
    assert files_read(connection, "SELECT n FROM shop WHERE day = '2'") == 1


def test_rows_without_a_column_are_no_hindrance(connection: duckdb.DuckDBPyConnection) -> None:
    # GIVEN
    s3 = FakeS3()
    s3.put("shop/a", "{}\n{}\n")
    s3.put("orders/a", '{"": 1}\n')

    # WHEN
    show(connection, s3)

    # THEN
    assert connection.execute("SELECT count(*) FROM shop").fetchone() == (0,)
    assert connection.execute("SELECT orderid FROM orders").fetchall() == [(None,)]


def error_line(raw_data: bytes | None, **members: Any) -> str:
    encoded = "no base64" if raw_data is None else base64.b64encode(raw_data).decode()
    return json.dumps({"rawData": encoded, **members}) + "\n"


def test_failed_records_are_decoded(connection: duckdb.DuckDBPyConnection) -> None:
    # GIVEN lines of a failed transform and of a failed conversion; data that is text, bytes, and neither
    s3 = FakeS3()
    failed = {
        "errorCode": "Lambda.FunctionError",
        "errorMessage": "The function failed.",
        "attemptsMade": 4,
        "arrivalTimestamp": 1767323045123,
        "attemptEndingTimestamp": 1767323046000,
        "lambdaARN": "arn:aws:lambda:::f",
    }
    processing = "errors/processing-failed/2026/01/02/a"
    s3.put(processing, error_line(b"caf\xc3\xa9", **failed) + error_line(b"\xff", **failed))
    conversion = "errors/format-conversion-failed/2026/01/02/b"
    s3.put(conversion, error_line(None, lastErrorCode="D", lastErrorMessage="No schema.", attemptsMade="1"))

    # WHEN
    show(connection, s3)

    # THEN
    arrival = datetime.datetime(2026, 1, 2, 3, 4, 5, 123000)
    end = datetime.datetime(2026, 1, 2, 3, 4, 6)
    made = ("processing-failed", "Lambda.FunctionError", "The function failed.", arrival, 4, end)
    rest = ("arn:aws:lambda:::f", "café", b"caf\xc3\xa9", processing, f"s3://bucket/{processing}")
    found = connection.execute(
        "SELECT * FROM delivery_errors ORDER BY error_code, raw_data NULLS FIRST"
    ).fetchall()
    assert found == [
        ("format-conversion-failed", "D", "No schema.", None, 1, None, None, None, None, conversion, f"s3://bucket/{conversion}"),
        (*made, rest[0], None, b"\xff", *rest[3:]),
        (*made, *rest),
    ]  # fmt: skip
    assert files_read(connection, "SELECT * FROM delivery_errors WHERE error_type = 'processing-failed'") == 1


def test_a_table_that_is_gone_loses_its_view(connection: duckdb.DuckDBPyConnection) -> None:
    # GIVEN
    s3 = FakeS3()
    s3.put("shop/a", "{}")
    crawling = crawler(s3)
    before = crawling.crawl()
    register(connection, before)

    # WHEN
    s3.delete("shop/a")
    register(connection, crawling.crawl(), before)

    # THEN
    assert connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    ).fetchall() == [
        ("delivery_errors",),
        ("errors",),
        ("orders",),
    ]
