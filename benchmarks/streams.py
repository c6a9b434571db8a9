"""Reading a table's stream inside the process, and BatchWriteItem through the API beside moto's own server."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from itertools import repeat
from multiprocessing import get_context
from statistics import median
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError

from benchmarks.measurement import own_emulator, row, timed
from emulator.dynamodbstreams.change_stream import ChangeStream
from emulator.dynamodbstreams.data_plane import MAXIMUM_PAGE_RECORDS, DataPlane, StreamRegistry
from tests.emulator_process import REGION, free_port
from tests.polling import poll_until

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A round takes a fifth of a second; a shared machine's speed changes by more than the servers differ, and for longer.
ROUNDS = 15
BUSY_ROUNDS = 5
BATCHES = 40
ITEMS_OF_A_BATCH = 25
# As many at once as keep a server busy: one alone waits for its own client half of the time.
CLIENTS = 4


def run() -> None:
    """Measure both; the servers are written to in turns of some batches, so that other load meets them alike.

    Not batch by batch: a server that sleeps through every second one is measured at waking up.
    """
    row(f"GetRecords of {MAXIMUM_PAGE_RECORDS:,} records, median", f"{get_records_seconds() * 1000:.2f} ms")
    with own_emulator() as emulator, moto_server() as moto_port:
        clients = [client(emulator.port), client(moto_port)]
        for one in clients:
            create_table(one)
        one_client = [[batch_write_rate(one, number) for one in clients] for number in range(ROUNDS)]
        ports = emulator.port, moto_port
        many_clients = [[busy_rate(port, number) for port in ports] for number in range(BUSY_ROUNDS)]
    for who, rates in (("one client", one_client), (f"{CLIENTS} clients at once", many_clients)):
        here, there = (median(of_server) for of_server in zip(*rates, strict=True))
        row(f"BatchWriteItem with a stream, {who}, here", f"{here:,.0f} items/s")
        row(f"BatchWriteItem with a stream, {who}, moto's server", f"{there:,.0f} items/s")
        row("ratio", f"{here / there:.2f}")


def get_records_seconds() -> float:
    """Return the median time of a full page of records of about 200 bytes."""
    stream = ChangeStream(
        table_name="bench",
        table_arn=f"arn:aws:dynamodb:{REGION}:000000000000:table/bench",
        key_schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        view_type="NEW_IMAGE",
        label="2026-01-01T00:00:00.000",
    )
    registry = StreamRegistry()
    registry.add(stream)
    for number in range(MAXIMUM_PAGE_RECORDS):
        stream.record(None, {"id": {"S": str(number)}, "text": {"S": "x" * 180}})
    data_plane = DataPlane(registry)
    iterator = data_plane.get_shard_iterator(stream.arn, stream.shards[0].shard_id, "TRIM_HORIZON")

    def read() -> None:
        page = data_plane.get_records(iterator["ShardIterator"], MAXIMUM_PAGE_RECORDS)
        assert len(page["Records"]) == MAXIMUM_PAGE_RECORDS

    return median(timed(read) for _ in range(50))


def batch_write_rate(dynamodb: "DynamoDBClient", number: int) -> float:
    """Return how many items one client puts in a second."""
    start = number * BATCHES * ITEMS_OF_A_BATCH
    seconds = timed(partial(put_in_batches, dynamodb, start, BATCHES))
    return BATCHES * ITEMS_OF_A_BATCH / seconds


def busy_rate(port: int, number: int) -> float:
    """Return how many items several clients, each a process, put in a second."""
    starts = [(number * CLIENTS + index) * BATCHES * ITEMS_OF_A_BATCH for index in range(CLIENTS)]
    with ProcessPoolExecutor(CLIENTS, mp_context=get_context("spawn")) as executor:
        # The first round starts the processes and their connections.
        list(executor.map(put_batches, repeat(port), starts, repeat(1)))
        seconds = timed(lambda: list(executor.map(put_batches, repeat(port), starts, repeat(BATCHES))))
    return CLIENTS * BATCHES * ITEMS_OF_A_BATCH / seconds


def put_batches(port: int, start: int, count: int) -> None:
    """Put some batches with this process's client."""
    put_in_batches(client(port), start, count)


def put_in_batches(dynamodb: "DynamoDBClient", start: int, count: int) -> None:
    """Put some batches, one after the other."""
    for batch in range(count):
        first = start + batch * ITEMS_OF_A_BATCH
        put_batch(dynamodb, range(first, first + ITEMS_OF_A_BATCH))


def put_batch(dynamodb: "DynamoDBClient", numbers: range) -> None:
    """Put some items in one request."""
    dynamodb.batch_write_item(
        RequestItems={
            "bench": [
                {"PutRequest": {"Item": {"id": {"S": str(number)}, "text": {"S": "x" * 180}}}}
                for number in numbers
            ]
        }
    )


def create_table(dynamodb: "DynamoDBClient") -> None:
    """Create the table that is written to, with a stream."""
    dynamodb.create_table(
        TableName="bench",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


@cache
def client(port: int) -> "DynamoDBClient":
    """Return this process's client of a server on this machine."""
    return boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@contextmanager
def moto_server() -> Iterator[int]:
    """Start the server of the installed moto on a free port, and stop it at the end."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        dynamodb = client(port)

        def answers() -> bool:
            try:
                return bool(dynamodb.list_tables())
            except BotoCoreError:
                return False

        poll_until("moto's server", answers)
        yield port
    finally:
        process.terminate()
        process.wait()
