"""The lake over objects put into S3 by hand: what DuckDB reads itself, and what a notebook opens."""

import datetime
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from notebooks import lake
from notebooks.lake import Crawler, Lake, LakeError
from tests.conftest import Aws
from tests.emulator_process import REPOSITORY

Put = Callable[..., None]

FOLDER = "orders/year=2026/month=01/day=02/hour="


@pytest.fixture
def put(aws: Aws, name: str) -> Put:
    """Make a bucket of the test's own, and return a function that writes an object to it."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})

    def put_object(key: str, body: bytes | str, **arguments: str) -> None:
        s3.put_object(Bucket=name, Key=key, Body=body, **arguments)

    return put_object


@pytest.fixture
def opened(put: Put, name: str) -> Iterator[Lake]:
    """Return a lake whose bucket has one order."""
    put(f"{FOLDER}03/first.json", rows(1))
    with lake.open(name) as opened:
        yield opened


@pytest.fixture
def large(opened: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Return a lake that takes every object for a large one: DuckDB reads them in S3."""
    crawler = Crawler(opened.catalog.bucket_name, whole_bytes=0)
    monkeypatch.setattr(opened, "_crawler", crawler)
    return opened


def rows(*order_ids: int) -> str:
    """Return rows as the function writes them."""
    row = {"product_name": "Phone", "quantity": 2, "price": 19.9, "event_time": "2026-01-02T03:04:05Z"}
    return "".join(json.dumps({"orderid": str(order_id), **row}) + "\n" for order_id in order_ids)


def order_ids(opened: Lake, condition: str = "true") -> list[int]:
    """Return the orders that the view shows."""
    query = f"SELECT orderid::INTEGER FROM orders WHERE {condition} ORDER BY 1"
    return [order_id for (order_id,) in opened.duckdb(query).fetchall()]


def test_large_objects_are_read_where_they_lie(large: Lake, put: Put, name: str) -> None:
    # GIVEN compressed with and without the extension, without newlines, and under a name of every kind of character
    put(f"{FOLDER}04/a.json.gz", gzip.compress(rows(2).encode()))
    put(f"{FOLDER}04/b.json", gzip.compress(rows(3).encode()), ContentEncoding="gzip")
    put(f"{FOLDER}05/c.json", rows(4, 5).replace("\n", ""))
    put(f"{FOLDER}05/d é+%41&=#'.json", rows(6))

    # WHEN
    catalog = large.refresh()

    # THEN
    assert (catalog.problems, catalog.table("orders").rows) == ((), None)
    assert all(source.base == f"s3://{name}" for source in catalog.table("orders").sources)
    assert (order_ids(large), order_ids(large, "hour = 4")) == ([1, 2, 3, 4, 5, 6], [2, 3])
    assert order_ids(large, f"\"$path\" = 's3://{name}/{FOLDER}05/d é+%41&=#''.json'") == [6]


def test_a_line_that_the_sample_has_not_seen_is_no_hindrance(large: Lake, put: Put) -> None:
    # GIVEN it stands between the beginning and the end of a large object
    put(f"{FOLDER}04/a.json", rows(2) * 5000 + "no JSON\n" + rows(3) * 1000)

    # WHEN
    catalog = large.refresh()

    # THEN its row is empty
    assert catalog.problems == ()
    found = large.duckdb("SELECT orderid, count(*) FROM orders GROUP BY 1 ORDER BY 1").fetchall()
    assert found == [("1", 1), ("2", 5000), ("3", 1000), (None, 1)]


def test_parquet_is_read_where_it_lies(large: Lake, put: Put, tmp_path: Path) -> None:
    # GIVEN its footer is larger than a usual sample
    path = tmp_path / "a.parquet"
    columns = ", ".join(f"i AS column_{number:04}" for number in range(1500))
    large.connection.execute(f"COPY (SELECT {columns} FROM range(3) numbers(i)) TO '{path}'")
    put("shop/day=1/a.parquet", path.read_bytes())

    # WHEN
    table = large.refresh().table("shop")

    # THEN
    assert (table.format, len(table.columns), table.rows) == ("parquet", 1500, 3)
    assert large.duckdb("SELECT sum(column_1499), any_value(day) FROM shop").fetchall() == [(3, "1")]


def test_a_refresh_shows_what_arrived_and_the_views_stay_as_they_are_until_then(
    opened: Lake, put: Put
) -> None:
    # GIVEN a partition that is known and one that is not
    put(f"{FOLDER}03/b.json", rows(2))
    put(f"{FOLDER}04/c.json", rows(3))
    before = order_ids(opened)

    # WHEN
    catalog = opened.refresh()

    # THEN
    assert (before, order_ids(opened)) == ([1], [1, 2, 3])
    assert catalog is opened.catalog
    assert catalog.changes_since_last.new == (f"{FOLDER}03/b.json", f"{FOLDER}04/c.json")
    assert not opened.crawl().changes_since_last


def test_a_refresh_repairs_what_a_vanished_or_changed_object_breaks(
    large: Lake, put: Put, aws: Aws, name: str
) -> None:
    # GIVEN
    put(f"{FOLDER}04/a.json", rows(2))
    put(f"{FOLDER}04/b.json", rows(3))
    large.refresh()

    # WHEN
    aws.client("s3").delete_object(Bucket=name, Key=f"{FOLDER}04/a.json")
    put(f"{FOLDER}04/b.json", gzip.compress(rows(4).encode()))
    with pytest.raises(duckdb.Error):
        order_ids(large)
    large.refresh()

    # THEN
    assert order_ids(large) == [1, 4]


def test_athenas_sql_runs_as_it_is_written_and_can_be_seen(opened: Lake) -> None:
    # GIVEN
    query = """
        SELECT date_trunc('hour', event_time) AS hour_begins, approx_distinct(orderid), sum(quantity)
        FROM orders WHERE year = 2026 AND "$path" LIKE '%first.json' GROUP BY 1
    """

    # WHEN
    answer = opened.sql(query)

    # THEN
    assert answer.fetchall() == [(datetime.datetime(2026, 1, 2, 3), 1, 2)]
    assert [str(type_) for type_ in answer.types] == ["TIMESTAMP", "BIGINT", "BIGINT"]
    assert "approx_count_distinct" in opened.translate(query).lower()


def test_without_rows_the_lake_says_where_they_come_from(put: Put, name: str) -> None:
    # WHEN
    with pytest.warns(UserWarning, match=r"^no rows under s3://.*/orders/ yet") as warned:
        opened = lake.open(name)

    # THEN it points at the caller
    assert [warning.filename for warning in warned] == [__file__]
    assert order_ids(opened) == []
    opened.close()


def test_a_bucket_that_does_not_exist_is_named(emulator: None) -> None:
    with pytest.raises(
        LakeError, match=r"^s3://no-such-bucket cannot be read: NoSuchBucket.*Is the sandbox up"
    ):
        lake.open("no-such-bucket")


def test_the_copies_of_small_objects_go_with_the_process(opened: Lake, name: str, tmp_path: Path) -> None:
    # GIVEN
    script = (
        f"import lake; opened = lake.open({name!r}); print(opened.duckdb('FROM orders').fetchall()[0][0])"
    )

    # WHEN
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=REPOSITORY / "notebooks",
        env={**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    # THEN nothing was downloaded for good either
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "1\n", "")
    assert list(tmp_path.iterdir()) == []
