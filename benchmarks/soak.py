"""The chain under a steady load, and what it holds: an hour at 200 orders a second with SOAK_SECONDS=3600."""

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import boto3

from benchmarks.chain import rows_below
from benchmarks.measurement import own_emulator, processor_seconds, resident_mebibytes, row, wait_for
from bootstrap import names
from tests.emulator_process import REPOSITORY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The same orders again and again, so that the table's own size is not what grows.
DISTINCT_ORDERS = 10_000
BATCH_SIZE = 25
LINES = 10


def run() -> None:
    """Write at the rate until the time is over, with a line at each tenth of it; then wait for the last row."""
    rate = float(os.environ.get("SOAK_RATE", "200"))
    seconds = float(os.environ.get("SOAK_SECONDS", "60"))
    with own_emulator() as emulator:
        subprocess.run(
            [sys.executable, "-m", "bootstrap"], cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL
        )
        process_id = emulator.process.pid
        dynamodb = boto3.client("dynamodb")
        row("memory before the first order", f"{resident_mebibytes(process_id)} MiB")
        total = int(rate * seconds)
        started, used = time.monotonic(), processor_seconds(process_id)
        line_at = total / LINES
        for first in range(0, total, BATCH_SIZE):
            write_changes(dynamodb, first, min(BATCH_SIZE, total - first))
            if first + BATCH_SIZE >= line_at:
                line_at += total / LINES
                elapsed = time.monotonic() - started
                row(
                    f"after {first + BATCH_SIZE:,} changes in {elapsed:,.0f} s",
                    f"{resident_mebibytes(process_id)} MiB",
                )
            time.sleep(max(0.0, started + (first + BATCH_SIZE) / rate - time.monotonic()))
        elapsed = time.monotonic() - started
        row("changes written in a second", f"{total / elapsed:,.0f}")
        row("processor of the emulator", f"{(processor_seconds(process_id) - used) / elapsed:.0%}")
        wait_for("the last row in the bucket", delivered, total)
        row("wait for the last row", f"{time.monotonic() - started - elapsed:,.1f} s")
        row("memory after the last row", f"{resident_mebibytes(process_id)} MiB")


def write_changes(dynamodb: "DynamoDBClient", first: int, count: int) -> None:
    """Write some orders once more, with another price, so that each write is a change."""
    requests: list[Any] = [
        {
            "PutRequest": {
                "Item": {
                    "orderid": {"S": f"soak-{number % DISTINCT_ORDERS}"},
                    "product_name": {"S": "Laptop"},
                    "quantity": {"N": "2"},
                    "price": {"N": str(number)},
                }
            }
        }
        for number in range(first, first + count)
    ]
    dynamodb.batch_write_item(RequestItems={names.TABLE_NAME: requests})


def delivered() -> int:
    """Return how many rows the bucket holds."""
    return rows_below(names.BUCKET_NAME, names.ORDERS_PREFIX)
