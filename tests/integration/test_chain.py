"""The whole chain inside one emulator: what is written is delivered, or lies where the accounts say."""

import base64
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from bootstrap import names
from tests.conftest import CHAIN_SETTINGS, Aws
from tests.emulator_process import REPOSITORY
from tests.hops import delivered_rows, failed_records, objects, piped_events
from tests.integration.chain_setup import run_verify
from tests.polling import poll_until

pytestmark = pytest.mark.usefixtures("chain")

RAISES = """
def lambda_handler(event, context):
    raise RuntimeError("on purpose")
"""

# What a first attempt at such a function looks like: four fields, no trace of the change.
FOUR_FIELDS = """
import base64
import json
import os


def lambda_handler(event, context):
    records = []
    for record in event["records"]:
        image = json.loads(base64.b64decode(record["data"]))["dynamodb"]["NewImage"]
        row = {
            "orderid": image["orderid"]["S"],
            "product_name": image["product_name"]["S"],
            "quantity": int(image["quantity"]["N"]),
            "price": float(image["price"]["N"]),
        }
        data = base64.b64encode((json.dumps(row) + "\\n").encode()).decode()
        records.append({"recordId": record["recordId"], "result": "Ok", "data": data})
    return {"records": records}
"""


def order(order_id: str, quantity: int = 1, price: str = "10.00") -> dict[str, Any]:
    """Return an order as the generator writes it."""
    values = {
        "orderid": order_id,
        "product_name": "Laptop",
        "quantity": quantity,
        "price": Decimal(price),
    }
    return {key: TypeSerializer().serialize(value) for key, value in values.items()}


def write_orders(aws: Aws, prefix: str, count: int) -> list[str]:
    """Insert orders in batches and return their ids."""
    ids = [f"{prefix}-{index}" for index in range(count)]
    for start in range(0, count, 25):
        requests = [{"PutRequest": {"Item": order(order_id)}} for order_id in ids[start : start + 25]]
        aws.client("dynamodb").batch_write_item(RequestItems={names.TABLE_NAME: requests})
    return ids


def rows_of(aws: Aws, prefix: str) -> list[dict[str, Any]]:
    """Return the delivered rows of the orders whose ids begin with a prefix."""
    return [row for row in delivered_rows(aws) if row["orderid"].startswith(f"{prefix}-")]


def failures_of(aws: Aws, prefix: str) -> list[dict[str, Any]]:
    """Return the error lines of the orders whose ids begin with a prefix."""
    found = []
    for record in failed_records(aws):
        event = json.loads(base64.b64decode(record["rawData"]))
        if event["dynamodb"]["Keys"]["orderid"]["S"].startswith(f"{prefix}-"):
            found.append(record)
    return found


def assert_accounts_balance() -> None:
    """Run `verify` until the buffers are empty and fail with its report when something is missing."""
    answer = run_verify("--wait", "120")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def archive(source: str) -> bytes:
    """Return a function's zip with one module, under the name that bootstrap's function has."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archived:
        archived.writestr("handler.py", source)
    return buffer.getvalue()


def replace_code(aws: Aws, code: bytes, handler: str) -> None:
    """Give the function other code and wait until it is in force."""
    function = aws.client("lambda")
    function.update_function_code(FunctionName=names.FUNCTION_NAME, ZipFile=code)
    function.get_waiter("function_updated_v2").wait(FunctionName=names.FUNCTION_NAME)
    function.update_function_configuration(FunctionName=names.FUNCTION_NAME, Handler=handler)
    function.get_waiter("function_updated_v2").wait(FunctionName=names.FUNCTION_NAME)


@pytest.fixture
def function_code(aws: Aws) -> Iterator[Any]:
    """Return a setter of the function's code; bootstrap's own comes back afterwards."""
    yield lambda source: replace_code(aws, archive(source), "handler.lambda_handler")
    subprocess.run(
        [sys.executable, "-m", "bootstrap"],
        cwd=REPOSITORY,
        env={**os.environ, **CHAIN_SETTINGS},
        check=True,
        capture_output=True,
    )


def test_every_change_of_an_order_becomes_a_row_in_order(aws: Aws, name: str) -> None:
    # GIVEN an order that is inserted, changed, written again unchanged, and cancelled
    dynamodb = aws.client("dynamodb")
    order_id = f"{name}-1"
    for item in (order(order_id), order(order_id, quantity=2), order(order_id, quantity=2)):
        dynamodb.put_item(TableName=names.TABLE_NAME, Item=item)
    dynamodb.delete_item(TableName=names.TABLE_NAME, Key={"orderid": {"S": order_id}})

    # WHEN its three changes have been delivered
    poll_until("three rows", lambda: len(rows_of(aws, name)) >= 3)

    # THEN the rows say so, in the order of their sequence numbers; the cancelled order's row has its last values
    rows = sorted(rows_of(aws, name), key=lambda row: int(row["sequence_number"]))
    assert [(row["event_name"], row["quantity"], row["price"]) for row in rows] == [
        ("INSERT", 1, 10.0),
        ("MODIFY", 2, 10.0),
        ("REMOVE", 2, 10.0),
    ]
    for _, body in objects(aws, names.ORDERS_PREFIX):
        in_object = [int(json.loads(line)["sequence_number"]) for line in body.splitlines()]
        assert in_object == sorted(in_object)


def test_a_batch_of_orders_is_delivered_once_each(aws: Aws, name: str) -> None:
    ids = write_orders(aws, name, 500)

    poll_until("500 rows", lambda: len(rows_of(aws, name)) >= 500)

    assert sorted(row["orderid"] for row in rows_of(aws, name)) == sorted(ids)
    assert_accounts_balance()


def test_stopping_and_starting_the_pipe_in_mid_flow_loses_nothing(aws: Aws, name: str) -> None:
    # GIVEN orders on their way
    pipes = aws.client("pipes")
    ids = write_orders(aws, f"{name}-a", 100)

    # WHEN the pipe is stopped while more are written, and started again
    pipes.stop_pipe(Name=names.PIPE_NAME)
    ids += write_orders(aws, f"{name}-b", 100)
    poll_until("STOPPED", lambda: pipes.describe_pipe(Name=names.PIPE_NAME)["CurrentState"] == "STOPPED")
    ids += write_orders(aws, f"{name}-c", 100)
    pipes.start_pipe(Name=names.PIPE_NAME)
    ids += write_orders(aws, f"{name}-d", 100)

    # THEN each arrives once
    poll_until("400 rows", lambda: len(rows_of(aws, name)) >= 400)
    assert sorted(row["orderid"] for row in rows_of(aws, name)) == sorted(ids)
    assert_accounts_balance()


def test_an_item_that_cannot_be_read_lies_under_the_error_prefix(aws: Aws, name: str) -> None:
    # GIVEN an item without a price
    item = order(f"{name}-1")
    del item["price"]
    aws.client("dynamodb").put_item(TableName=names.TABLE_NAME, Item=item)

    # WHEN it has gone through the function
    (failed,) = poll_until("a failed record", lambda: failures_of(aws, name))

    # THEN the error line has AWS's reason, and the accounts count it
    assert (failed["errorCode"], failed["errorMessage"], failed["attemptsMade"]) == (
        "Lambda.ProcessingFailedStatus",
        "ProcessingFailed status set for record",
        1,
    )
    assert_accounts_balance()


def test_a_function_that_raises_on_every_call_loses_nothing(aws: Aws, name: str, function_code: Any) -> None:
    # GIVEN a function that raises
    function_code(RAISES)

    # WHEN orders go through it
    ids = write_orders(aws, name, 30)
    poll_until("30 failed records", lambda: len(failures_of(aws, name)) >= 30)

    # THEN all of them are under the error prefix, after the first call and three retries
    failed = failures_of(aws, name)
    assert len(failed) == len(ids)
    assert {(record["errorCode"], record["attemptsMade"]) for record in failed} == {
        ("Lambda.FunctionError", 4)
    }
    assert_accounts_balance()


def test_rows_without_an_event_id_are_accounted_for_by_their_content(
    aws: Aws, name: str, function_code: Any
) -> None:
    function_code(FOUR_FIELDS)

    ids = write_orders(aws, name, 20)
    poll_until("20 rows", lambda: len(rows_of(aws, name)) >= 20)

    rows = rows_of(aws, name)
    assert sorted(row["orderid"] for row in rows) == sorted(ids)
    assert {tuple(row) for row in rows} == {("orderid", "product_name", "quantity", "price")}
    assert_accounts_balance()


def test_the_event_in_the_data_stream_is_the_change_record_with_its_stream(aws: Aws, name: str) -> None:
    write_orders(aws, name, 1)

    events = poll_until(
        "the event in the data stream",
        lambda: [
            event
            for event in piped_events(aws).values()
            if event["dynamodb"]["Keys"]["orderid"]["S"] == f"{name}-0"
        ],
    )

    stream_arn = aws.client("dynamodb").describe_table(TableName=names.TABLE_NAME)["Table"]["LatestStreamArn"]
    (event,) = events
    change = event.pop("dynamodb")
    assert event == {
        "eventID": event["eventID"],
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-north-1",
        "eventSourceARN": stream_arn,
    }
    assert (change["Keys"], change["NewImage"], change["StreamViewType"]) == (
        {"orderid": {"S": f"{name}-0"}},
        order(f"{name}-0", price="10"),  # as DynamoDB writes 10.00
        "NEW_AND_OLD_IMAGES",
    )
