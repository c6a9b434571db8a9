"""`python -m generator` against an emulator: what it announces is in the table, and it stops when asked."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bootstrap.names import TABLE_NAME
from generator.change import Shares, draw_changes
from tests.conftest import Aws
from tests.emulator_process import REPOSITORY, EmulatorProcess, free_port
from tests.polling import PATIENCE_SECONDS, WAITER_CONFIG, poll_until

# A call without an answer is waited for ten seconds, the next order of a slow generator for a hundred.
PROMPTLY_SECONDS = 6
NOTHING = "0 changes written (0 orders, 0 updates, 0 cancellations, 0 malformed items)"


class Generator:
    """A running generator and what it has printed."""

    def __init__(self, directory: Path, *arguments: str, **environment: str) -> None:
        self._output = directory / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "generator", *arguments],
                cwd=REPOSITORY,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def lines(self) -> list[str]:
        return self._output.read_text(encoding="utf-8").splitlines()

    def wait_for_line(self, beginning: str) -> str:
        """Return the first line that begins so, as soon as it is printed."""
        return poll_until(
            f"a line that begins with {beginning!r}",
            lambda: next((line for line in self.lines() if line.startswith(beginning)), None),
        )

    def end(self, number: signal.Signals) -> float:
        """Send a signal and return the seconds until the process has ended."""
        start = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE_SECONDS)
        return time.monotonic() - start


StartGenerator = Callable[..., Generator]


@pytest.fixture
def start_generator(emulator: EmulatorProcess, tmp_path: Path) -> Iterator[StartGenerator]:
    """Return a function that starts a generator, which is ended with the test."""
    started: list[Generator] = []

    def start(*arguments: str, **environment: str) -> Generator:
        started.append(Generator(tmp_path, *arguments, **environment))
        return started[-1]

    yield start
    for generator in started:
        generator.process.kill()
        generator.process.wait()


def create_table(aws: Aws) -> None:
    aws.client("dynamodb").create_table(
        TableName=TABLE_NAME,
        AttributeDefinitions=[{"AttributeName": "orderid", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "orderid", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.client("dynamodb").get_waiter("table_exists").wait(TableName=TABLE_NAME, WaiterConfig=WAITER_CONFIG)


def delete_table(aws: Aws) -> None:
    # Others of the session may fill more than a page of a listing.
    with suppress(aws.client("dynamodb").exceptions.ResourceNotFoundException):
        aws.client("dynamodb").delete_table(TableName=TABLE_NAME)


@pytest.fixture
def no_table(aws: Aws) -> Iterator[None]:
    delete_table(aws)
    yield
    delete_table(aws)


@pytest.fixture
def table(aws: Aws, no_table: None) -> None:
    create_table(aws)


def items(aws: Aws) -> dict[str, Any]:
    """Return every item of the table by its id."""
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=TABLE_NAME)
    return {item["orderid"]["S"]: item for page in pages for item in page["Items"]}


def plain(item: Any) -> Any:
    """Return an item with its numbers as numbers: DynamoDB writes 380.60 as 380.6."""
    return {
        name: {kind: float(v) if kind == "N" else v for kind, v in value.items()}
        for name, value in item.items()
    }


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("rate", ["10", "1000"])
def test_table_holds_what_the_seed_draws(aws: Aws, start_generator: StartGenerator, rate: str) -> None:
    # GIVEN changes of every kind, written one by one or in batches
    count = {"10": 30, "1000": 2_000}[rate]
    generator = start_generator(
        *("--rate", rate, "--count", str(count), "--seed", "7"),
        *("--update-share", "0.3", "--cancellation-share", "0.2", "--malformed-share", "0.1"),
    )

    # WHEN it has written enough
    assert generator.process.wait(PATIENCE_SECONDS) == 0

    # THEN the table holds what applying the drawn changes in order makes of it
    expected: dict[str, Any] = {}
    for change in islice(draw_changes(Random(7), Shares(0.3, 0.2, 0.1)), count):
        if change.item is None:
            del expected[change.order_id]
        else:
            expected[change.order_id] = plain(change.item)
    assert {order_id: plain(item) for order_id, item in items(aws).items()} == expected
    assert generator.lines()[-1].startswith(f"Generator finished: {count:,} changes written (")


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_writes_until_it_is_stopped(
    aws: Aws, start_generator: StartGenerator, number: signal.Signals
) -> None:
    # GIVEN a generator that has announced its first order, long before the next
    generator = start_generator(ORDER_RATE="0.01")
    announced = generator.wait_for_line("Ordered ")

    # WHEN it is stopped
    seconds = generator.end(number)

    # THEN it ends without waiting for the next, and the order is in the table
    assert generator.process.returncode == 0
    assert seconds < PROMPTLY_SECONDS
    assert generator.lines() == [
        announced,
        "Generator stopped on request: 1 change written (1 order, 0 updates, 0 cancellations, 0 malformed items)",
    ]
    assert list(items(aws)) == [announced.removeprefix("Ordered ").partition(":")[0]]


@pytest.mark.usefixtures("no_table")
def test_absent_table_is_waited_for(aws: Aws, start_generator: StartGenerator) -> None:
    # GIVEN a generator without a table
    generator = start_generator("--rate", "10", "--count", "5", "--seed", "7")
    outage = generator.wait_for_line("OrderTable cannot be written now")

    # WHEN the table is created
    create_table(aws)

    # THEN everything drawn is written, and announced after the end of the outage
    assert generator.process.wait(PATIENCE_SECONDS) == 0
    lines = generator.lines()
    assert lines[0] == outage
    assert lines[1].startswith("OrderTable can be written again after ")
    assert [line.partition(":")[0] for line in lines[2:-1]] == [
        f"Ordered {change.order_id}" for change in islice(draw_changes(Random(7), Shares()), 5)
    ]
    assert len(items(aws)) == 5


def test_stop_does_not_wait_for_an_absent_endpoint(start_generator: StartGenerator) -> None:
    # GIVEN a generator whose endpoint refuses connections
    generator = start_generator(AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}")
    generator.wait_for_line("OrderTable cannot be written now")

    # WHEN it is stopped, THEN it ends, with nothing written
    assert generator.end(signal.SIGTERM) < PROMPTLY_SECONDS
    assert generator.process.returncode == 0
    assert generator.lines()[-1] == f"Generator stopped on request: {NOTHING}"


def test_stop_does_not_wait_for_a_call_without_an_answer(start_generator: StartGenerator) -> None:
    # GIVEN a generator whose endpoint takes calls and never answers
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_SECONDS)
        generator = start_generator(AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.getsockname()[1]}")
        connection, _ = server.accept()
        with connection:
            # WHEN it is stopped in the middle of its first call
            connection.settimeout(PATIENCE_SECONDS)
            assert connection.recv(1)
            seconds = generator.end(signal.SIGTERM)

    # THEN it ends before there could be one and says that it does not know about this one
    assert seconds < PROMPTLY_SECONDS
    assert generator.process.returncode == 0
    assert generator.lines() == [
        f"Generator stopped on request: {NOTHING}; 1 more may be: the answer was still to come"
    ]


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "message"),
    [
        (
            ["--rate", "0"],
            {},
            2,
            "ORDER_RATE=0 cannot be used: give a number from 0.001 to 10000, or empty",
        ),
        (
            [],
            {"ORDER_COUNT": "many"},
            2,
            "ORDER_COUNT=many cannot be used: give a whole number from 1 to 1000000000, or empty",
        ),
        (
            [],
            {"AWS_ENDPOINT_URL": "nonsense"},
            1,
            f"Generator gave up: no DynamoDB client can be made: Invalid endpoint: nonsense; {NOTHING}",
        ),
        (
            [],
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"},
            1,
            "Generator gave up: there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
            f"(any value in the sandbox); {NOTHING}",
        ),
    ],
    ids=["option", "variable", "endpoint", "credentials"],
)
def test_unusable_configuration_ends_it_with_one_line(
    start_generator: StartGenerator,
    arguments: list[str],
    environment: dict[str, str],
    status: int,
    message: str,
) -> None:
    # WHEN it is started with a value that cannot be used
    generator = start_generator(*arguments, **environment)

    # THEN it ends with a line that says which
    assert generator.process.wait(PATIENCE_SECONDS) == status
    assert generator.lines() == [message]
