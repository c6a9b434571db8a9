"""Crawling and querying a bucket of delivered rows."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3

from benchmarks.measurement import own_emulator, row, timed
from notebooks import lake
from notebooks.sales.orders import load
from notebooks.sales.revenue import by_product

ROWS = 1_000_000
# As Firehose makes them with its default hints: 5 MiB each.
ROWS_OF_AN_OBJECT = 20_000
SMALL_OBJECTS = 1_000
PRODUCTS = ("Laptop", "Phone", "Tablet", "Headphones", "Charger")
START = datetime(2026, 1, 1, tzinfo=UTC)


def run() -> None:
    """Fill two buckets, then open each as a notebook does."""
    with own_emulator():
        fill("bench-large", ROWS // ROWS_OF_AN_OBJECT, ROWS_OF_AN_OBJECT)
        fill("bench-small", SMALL_OBJECTS, 20)
        large = measured("bench-large", f"{ROWS // ROWS_OF_AN_OBJECT} objects of {ROWS_OF_AN_OBJECT} rows")
        query = "SELECT product_name, sum(quantity * price) FROM orders GROUP BY product_name"
        row("sales by product over a million rows, cold", f"{timed(large.sql(query).fetchall):.2f} s")
        row("once more", f"{timed(large.sql(query).fetchall):.2f} s")
        row("the same from orders as they stand", f"{timed(lambda: standing(large)):.2f} s")
        large.close()
        small = measured("bench-small", f"{SMALL_OBJECTS:,} objects of 20 rows")
        row("sales by product over those, cold", f"{timed(small.sql(query).fetchall):.2f} s")
        small.close()


def standing(opened: lake.Lake) -> None:
    """Add up the orders as their last change left them."""
    load(opened.connection)
    by_product(opened.connection).fetchall()


def measured(bucket: str, what: str) -> lake.Lake:
    """Open a bucket, crawl it again unchanged, and print how long each took."""
    found: list[lake.Lake] = []
    row(f"crawl of {what}", f"{timed(lambda: found.append(lake.open(bucket))):.2f} s")
    row("crawl of the same, unchanged", f"{timed(found[0].refresh):.2f} s")
    return found[0]


def fill(bucket: str, objects: int, rows: int) -> None:
    """Write objects of rows, named as Firehose names them, twelve an hour."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    for number in range(objects):
        moment = START + timedelta(minutes=5 * number)
        folder = f"orders/{moment:year=%Y/month=%m/day=%d/hour=%H}"
        key = f"{folder}/orders-firehose-1-{moment:%Y-%m-%d-%H-%M-%S}-{number:08}.json"
        s3.put_object(Bucket=bucket, Key=key, Body="".join(lines(number * rows, rows, moment)).encode())


def lines(first: int, count: int, moment: datetime) -> Iterator[str]:
    """Return delivered rows as the transform writes them; one in ten changes an order of before."""
    for index in range(first, first + count):
        order = {
            "orderid": str(index if index % 10 else index // 2),
            "product_name": PRODUCTS[index % len(PRODUCTS)],
            "quantity": 1 + index % 5,
            "price": 10 + index % 49_000 / 100,
            "event_id": f"{index:032x}",
            "event_name": "INSERT" if index % 10 else "MODIFY",
            "event_time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "sequence_number": f"{index:025}",
        }
        yield json.dumps(order) + "\n"
