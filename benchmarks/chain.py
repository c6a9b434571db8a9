"""The chain hop by hop, with a backlog before each."""

import os
import subprocess
import sys
import time
from typing import Any

import boto3

from benchmarks.measurement import (
    own_emulator,
    processor_share,
    resident_mebibytes,
    row,
    timed,
    wait_for,
)
from bootstrap import names
from tests.emulator_process import REPOSITORY
from tests.polling import poll_until

ORDERS = 10_000
IDLE_SECONDS = 10.0


def run() -> None:
    """Write orders, then let them pass the pipe and the delivery stream, and print what was seen."""
    with own_emulator() as emulator:
        os.environ.update(TRANSFORM_BUFFER_INTERVAL_SECONDS="1", S3_BUFFER_INTERVAL_SECONDS="1")
        subprocess.run(
            [sys.executable, "-m", "bootstrap"], cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL
        )
        set_pipe("STOPPED")
        write = timed(lambda: write_orders(ORDERS))
        set_pipe("RUNNING")
        pipe = timed(lambda: wait_for("the data stream", piped_count, ORDERS))
        deliver = timed(lambda: wait_for("the bucket", delivered_count, ORDERS))
        for hop, seconds in (
            ("BatchWriteItem to OrderTable, through the API", write),
            ("stream to Kinesis, BatchSize 1, from a backlog", pipe),
            ("stream to S3 with the transform, in all", pipe + deliver),
        ):
            row(hop, f"{ORDERS / seconds:,.0f} records/s")
        row("stream to S3, against the writing of the same orders", f"{write / (pipe + deliver):.2f}")
        row("write to Kinesis when idle", f"{idle_latency_seconds() * 1000:,.0f} ms")
        share = processor_share(emulator.process.pid, IDLE_SECONDS)
        row("processor of the idle emulator", f"{share:.1%}")
        row("memory of the emulator", f"{resident_mebibytes(emulator.process.pid)} MiB")


def write_orders(count: int, prefix: str = "bench", table_name: str = names.TABLE_NAME) -> None:
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
        dynamodb.batch_write_item(RequestItems={table_name: requests})


def piped_count(stream_name: str = names.STREAM_NAME) -> int:
    """Return how many records the data stream holds."""
    kinesis = boto3.client("kinesis")
    (shard,) = kinesis.list_shards(StreamName=stream_name)["Shards"]
    iterator = kinesis.get_shard_iterator(
        StreamName=stream_name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
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
    return rows_below(names.BUCKET_NAME, names.ORDERS_PREFIX)


def rows_below(bucket: str, prefix: str) -> int:
    """Return how many lines the objects below a prefix hold."""
    s3 = boto3.client("s3")
    total = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            total += s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read().count(b"\n")
    return total


def set_pipe(desired_state: str, pipe_name: str = names.PIPE_NAME) -> None:
    """Start or stop the pipe and wait until it has settled."""
    pipes = boto3.client("pipes")
    (pipes.start_pipe if desired_state == "RUNNING" else pipes.stop_pipe)(Name=pipe_name)
    poll_until(
        f"the pipe to be {desired_state}",
        lambda: pipes.describe_pipe(Name=pipe_name)["CurrentState"] == desired_state,
    )


def idle_latency_seconds(table_name: str = names.TABLE_NAME, stream_name: str = names.STREAM_NAME) -> float:
    """Return the time from a write to the record in the data stream while nothing else moves."""
    kinesis = boto3.client("kinesis")
    (shard,) = kinesis.list_shards(StreamName=stream_name)["Shards"]
    iterator = kinesis.get_shard_iterator(
        StreamName=stream_name, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
    )["ShardIterator"]
    started = time.perf_counter()
    write_orders(1, f"idle-{time.monotonic_ns()}", table_name)
    poll_until(
        "the record", lambda: kinesis.get_records(ShardIterator=iterator)["Records"], interval_seconds=0.005
    )
    return time.perf_counter() - started
