"""The bootstrapped chain for tests that break it: orders go in, and each is looked for where it may have ended."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from bootstrap import names
from tests.conftest import Aws
from tests.emulator_process import REPOSITORY
from tests.hops import delivered_rows, objects
from tests.polling import poll_until

# What goes wrong, not how long it may be waited for, is tested here.
SETTINGS = {"TRANSFORM_BUFFER_INTERVAL_SECONDS": "0", "S3_BUFFER_INTERVAL_SECONDS": "0"}


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A record as the data stream holds it; its arrival is in epoch milliseconds."""

    data: bytes
    arrival: int

    @property
    def raw_data(self) -> str:
        """How an error line spells the record."""
        return base64.b64encode(self.data).decode()


@dataclass(frozen=True, slots=True)
class ErrorObject:
    """An object under the error output prefix."""

    key: str
    lines: list[dict[str, Any]]


def bootstrap(*arguments: str) -> None:
    """Make what is missing of the chain and repair what was changed, with the settings of these tests."""
    command = [sys.executable, "-m", "bootstrap", *arguments]
    answer = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **SETTINGS}, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def run_verify(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run what `make verify` runs."""
    return subprocess.run(
        [sys.executable, "-m", "verify", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def verify(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Account once, or as the arguments say, and return the exit status and the report."""
    answer = run_verify("--json", *arguments)
    assert answer.stdout, answer.stderr
    return answer.returncode, json.loads(answer.stdout)


def assert_accounts_balance() -> None:
    """Let the buffers drain and account for every order written so far: each has come to its end."""
    status, report = verify("--wait", "120")
    counts = report["counts"]
    ended = counts["delivered"] + counts["failed"] + counts["dropped"]
    assert (status, report["complete"], ended, counts["missing"], counts["pending"]) == (
        0,
        True,
        counts["written"],
        0,
        0,
    ), report


class ChainSetup:
    """Writes into the chain and reads what became of it."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.function = aws.client("lambda")
        self.s3 = aws.client("s3")
        self.firehose = aws.client("firehose")

    def write_orders(self, prefix: str, count: int) -> list[str]:
        """Insert up to 25 orders at once and return their ids."""
        ids = [f"{prefix}-{number}" for number in range(count)]
        requests = [{"PutRequest": {"Item": _order(order_id)}} for order_id in ids]
        answer = self.aws.client("dynamodb").batch_write_item(RequestItems={names.TABLE_NAME: requests})
        assert not answer["UnprocessedItems"]
        return ids

    def write_order_without_price(self, order_id: str) -> None:
        """Insert an order that our own function cannot read."""
        item = _order(order_id)
        del item["price"]
        self.aws.client("dynamodb").put_item(TableName=names.TABLE_NAME, Item=item)

    def put(self, data: bytes) -> None:
        """Put a record into the data stream, past the table and the pipe."""
        self.aws.client("kinesis").put_record(StreamName=names.STREAM_NAME, PartitionKey="key", Data=data)

    def source_records(self) -> Iterator[SourceRecord]:
        """Yield what the data stream holds."""
        kinesis = self.aws.client("kinesis")
        for shard in kinesis.list_shards(StreamName=names.STREAM_NAME)["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamName=names.STREAM_NAME, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            behind = True
            while behind:
                page = kinesis.get_records(ShardIterator=iterator)
                for record in page["Records"]:
                    arrival = round(record["ApproximateArrivalTimestamp"].timestamp() * 1000)
                    yield SourceRecord(record["Data"], arrival)
                iterator, behind = page["NextShardIterator"], page["MillisBehindLatest"] > 0

    def orders_in_stream(self, prefix: str) -> dict[str, SourceRecord]:
        """Return the records of the orders whose ids begin with a prefix, by order id."""
        found = {}
        for record in self.source_records():
            if f'"{prefix}-'.encode() in record.data:
                found[json.loads(record.data)["dynamodb"]["Keys"]["orderid"]["S"]] = record
        return found

    def await_orders_in_stream(self, prefix: str, count: int) -> dict[str, SourceRecord]:
        """Return the orders' records once all of them are in the data stream."""

        def complete() -> dict[str, SourceRecord] | None:
            found = self.orders_in_stream(prefix)
            return found if len(found) >= count else None

        return poll_until(f"{count} orders in the data stream", complete)

    def delivered(self, prefix: str) -> list[str]:
        """Return the ids of the delivered orders that begin with a prefix."""
        ids = [str(row["orderid"]) for row in delivered_rows(self.aws)]
        return sorted(order_id for order_id in ids if order_id.startswith(f"{prefix}-"))

    def await_delivered(self, prefix: str, count: int) -> list[str]:
        """Return the ids of the delivered orders once there are as many."""

        def complete() -> list[str] | None:
            found = self.delivered(prefix)
            return found if len(found) >= count else None

        return poll_until(f"{count} delivered orders", complete)

    def error_objects(self, sources: list[SourceRecord]) -> list[ErrorObject]:
        """Return the error objects that hold any of these records."""
        raw = {source.raw_data for source in sources}
        found = [
            ErrorObject(key, [json.loads(line) for line in body.splitlines()])
            for key, body in objects(self.aws, names.ERRORS_PREFIX)
        ]
        return [each for each in found if any(line["rawData"] in raw for line in each.lines)]

    def await_error_objects(self, sources: list[SourceRecord]) -> list[ErrorObject]:
        """Return the error objects of these records once all of them are there."""

        def complete() -> list[ErrorObject] | None:
            found = self.error_objects(sources)
            return found if sum(len(each.lines) for each in found) >= len(sources) else None

        return poll_until(f"{len(sources)} error lines", complete)

    def use_handler(self, handler: str, timeout_seconds: int = 60) -> None:
        """Let another handler of the function's code answer, and wait until it does."""
        self.function.update_function_configuration(
            FunctionName=names.FUNCTION_NAME, Handler=handler, Timeout=timeout_seconds
        )
        self.await_function()

    def await_function(self) -> None:
        """Return when the last change to the function is in force."""

        def updated() -> bool:
            described = self.function.get_function_configuration(FunctionName=names.FUNCTION_NAME)
            return (described["State"], described["LastUpdateStatus"]) == ("Active", "Successful")

        poll_until("the function", updated)

    def describe(self) -> dict[str, Any]:
        """Return the delivery stream's description."""
        answer = self.firehose.describe_delivery_stream(DeliveryStreamName=names.DELIVERY_STREAM_NAME)
        description: dict[str, Any] = answer["DeliveryStreamDescription"]
        return description

    def version_id(self) -> str:
        """Return the version of the delivery stream's settings, which object names carry."""
        return str(self.describe()["VersionId"])

    def logged_error_codes(self) -> list[str]:
        """Return the codes of the delivery stream's error events."""
        events = self.aws.client("logs").get_log_events(
            logGroupName=names.DELIVERY_STREAM_LOG_GROUP,
            logStreamName=names.DESTINATION_LOG_STREAM,
            startFromHead=True,
        )["events"]
        return [json.loads(event["message"])["errorCode"] for event in events]


def _order(order_id: str) -> dict[str, Any]:
    values = {"orderid": order_id, "product_name": "Laptop", "quantity": 1, "price": Decimal("10.00")}
    return {name: TypeSerializer().serialize(value) for name, value in values.items()}
