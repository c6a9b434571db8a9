"""Measures each hop of the chain in one emulator of its own: `python -m benchmarks [--orders N]`."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from bootstrap import names
from tests.emulator_process import REPOSITORY, EmulatorProcess, client_environment
from tests.polling import poll_until

PATIENCE_SECONDS = 300.0


def timed(action: Callable[[], Any]) -> float:
    """Return how many seconds an action takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def write_orders(count: int, prefix: str = "bench") -> None:
    """Write orders in batches of 25 through the gateway."""
    dynamodb = boto3.client("dynamodb")
    for start in range(0, count, 25):
        requests: list[Any] = [
            {
                "PutRequest": {
                    "Item": {
                        "orderid": {"S": f"{prefix}-{index}"},
                        "product_name": {"S": "Laptop"},
                        "quantity": {"N": "2"},
                        "price": {"N": "182.21"},
                    }
                }
            }
            for index in range(start, min(start + 25, count))
        ]
        dynamodb.batch_write_item(RequestItems={names.TABLE_NAME: requests})


def piped_count() -> int:
    """Return how many records the data stream holds."""
    kinesis = boto3.client("kinesis")
    (shard,) = kinesis.list_shards(StreamName=names.STREAM_NAME)["Shards"]
    iterator = kinesis.get_shard_iterator(
        StreamName=names.STREAM_NAME, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    total = 0
    while True:
        page = kinesis.get_records(ShardIterator=iterator)
        total += len(page["Records"])
        iterator = page["NextShardIterator"]
        if page["MillisBehindLatest"] == 0:
            return total


def delivered_count() -> int:
    """Return how many rows the bucket holds."""
    s3 = boto3.client("s3")
    total = 0
    for page in s3.get_paginator("list_objects_v2").paginate(
        Bucket=names.BUCKET_NAME, Prefix=names.ORDERS_PREFIX
    ):
        for entry in page.get("Contents", []):
            total += s3.get_object(Bucket=names.BUCKET_NAME, Key=entry["Key"])["Body"].read().count(b"\n")
    return total


def set_pipe(desired_state: str) -> None:
    """Start or stop the pipe and wait until it has settled."""
    pipes = boto3.client("pipes")
    (pipes.start_pipe if desired_state == "RUNNING" else pipes.stop_pipe)(Name=names.PIPE_NAME)
    poll_until(
        f"the pipe to be {desired_state}",
        lambda: pipes.describe_pipe(Name=names.PIPE_NAME)["CurrentState"] == desired_state,
    )


def wait_for(what: str, count: Callable[[], int], expected: int) -> None:
    """Return when a count has reached its expected value."""
    poll_until(what, lambda: count() >= expected, PATIENCE_SECONDS, interval_seconds=0.2)


def idle_latency_seconds() -> float:
    """Return the time from a write to the record in the data stream while nothing else moves."""
    kinesis = boto3.client("kinesis")
    (shard,) = kinesis.list_shards(StreamName=names.STREAM_NAME)["Shards"]
    iterator = kinesis.get_shard_iterator(
        StreamName=names.STREAM_NAME, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
    )["ShardIterator"]
    started = time.perf_counter()
    write_orders(1, "idle")
    poll_until(
        "the record", lambda: kinesis.get_records(ShardIterator=iterator)["Records"], interval_seconds=0.005
    )
    return time.perf_counter() - started


def cpu_share(process_id: int, seconds: float) -> float:
    """Return the share of one core that a process uses over some seconds."""

    def used() -> float:
        fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(seconds)
    return (used() - before) / seconds


def measure(orders: int, emulator: EmulatorProcess) -> None:
    """Run the chain once with a backlog at each hop and print what was seen."""
    set_pipe("STOPPED")
    write = timed(lambda: write_orders(orders))
    set_pipe("RUNNING")
    pipe = timed(lambda: wait_for("the data stream", piped_count, orders))
    deliver = timed(lambda: wait_for("the bucket", delivered_count, orders))
    print(f"{'hop':<44}{'records/s':>10}{'ratio':>8}")
    for hop, seconds in (
        ("BatchWriteItem to OrderTable, through the API", write),
        ("stream to Kinesis, BatchSize 1, from a backlog", pipe),
        ("stream to S3 with the transform, in all", pipe + deliver),
    ):
        print(f"{hop:<44}{orders / seconds:>10,.0f}{write / seconds:>8.2f}")
    print(f"{'write to Kinesis when idle':<44}{idle_latency_seconds() * 1000:>7,.0f} ms")
    if sys.platform == "linux":
        print(f"{'idle CPU of the emulator':<44}{cpu_share(emulator.process.pid, 10):>9.1%}")
        status = Path(f"/proc/{emulator.process.pid}/status").read_text()
        resident = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        print(f"{'memory of the emulator':<44}{int(resident) // 1024:>7} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000, help="how many orders to write (default 10000)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        emulator = EmulatorProcess(Path(directory))
        try:
            emulator.wait_until_ready()
            os.environ.update(client_environment(emulator.port))
            os.environ.update(TRANSFORM_BUFFER_INTERVAL_SECONDS="1", S3_BUFFER_INTERVAL_SECONDS="1")
            subprocess.run([sys.executable, "-m", "bootstrap"], cwd=REPOSITORY, check=True)
            measure(arguments.orders, emulator)
        finally:
            emulator.stop()


if __name__ == "__main__":
    main()
