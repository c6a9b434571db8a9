"""`check_the_pipeline` shows what was written, hop by hop, and fails with a sentence when something is wrong."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bootstrap import names
from tests.conftest import Aws
from tests.emulator_process import REPOSITORY
from tests.hops import delivered_rows, objects
from tests.notebooks.executed import PNG_SIGNATURE, execute, outputs, read, run, table
from tests.polling import PATIENCE_SECONDS, poll_until

NOTEBOOK = REPOSITORY / "notebooks" / "check_the_pipeline.ipynb"
FIELDS = ("orderid", "product_name", "quantity", "price")
PLOTS = ("hops-plot", "latency-over-time", "latency-by-hop", "objects-plot")


@pytest.fixture(scope="module")
def written(chain: None, aws: Aws) -> None:
    """Write eight changes of five orders, in two objects: 2 is changed, 4 cancelled, 3 and then 5 are malformed."""
    dynamodb = aws.client("dynamodb")

    def put(order_id: str, **fields: dict[str, str]) -> None:
        dynamodb.put_item(TableName=names.TABLE_NAME, Item={"orderid": {"S": order_id}, **fields})

    def order(product_name: str, quantity: str, price: str) -> dict[str, dict[str, str]]:
        return {"product_name": {"S": product_name}, "quantity": {"N": quantity}, "price": {"N": price}}

    put("1", **order("Laptop", "2", "1250.50"))
    poll_until("the first row", lambda: len(delivered_rows(aws)) == 1)
    put("2", **order("Phone", "5", "19.90"))
    put("3", product_name={"S": "Phone"}, quantity={"N": "1"})
    put("2", **order("Phone", "4", "19.90"))
    put("4", **order("Tablet", "3", "100.00"))
    dynamodb.delete_item(TableName=names.TABLE_NAME, Key={"orderid": {"S": "4"}})
    put("5", **order("Charger", "1", "10.00"))
    put("5", product_name={"S": "Charger"}, quantity={"S": "several"}, price={"N": "10.00"})


@pytest.fixture(scope="module")
def notebook(written: None, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run the notebook while the changes are still under way, and return the executed copy."""
    return execute(NOTEBOOK, tmp_path_factory.mktemp("executed") / NOTEBOOK.name)


def test_every_change_is_counted_at_every_hop(notebook: Any) -> None:
    assert [tuple(line.values()) for line in table(notebook, "hops")] == [
        ("stream of OrderTable", "written", "8", "8"),
        ("kinesis-orderstream", "in Kinesis", "8", "8"),
        ("s3://product-sales/orders/", "delivered", "6", "6"),
        ("s3://product-sales/errors/", "failed", "2", "2"),
        ("orders-pipe-dlq", "given up", "0", "0"),
        ("transformlambda", "dropped", "<NA>", "0"),
        ("orders-pipe", "pending", "<NA>", "0"),
        ("orders-firehose", "pending", "<NA>", "0"),
        ("nowhere", "missing", "<NA>", "0"),
    ]


def test_the_wait_says_for_what_it_waits(notebook: Any) -> None:
    # WHEN
    said = "".join(output.text for output in outputs(notebook, "snapshot"))

    # THEN both buffers hold a record for a second
    first, second = said.splitlines()
    assert first == (
        "Letting the changes written so far come through, for at most 42 s: 1 s in the buffer before the function, "
        "1 s in the one before S3, and 20 s of slack for each of two hops."
    )
    assert re.fullmatch(r"Done after \d+ s: 8 changes written, 0 of them under way, 0 missing\.", second)


def test_the_hints_are_those_of_the_delivery_stream(notebook: Any) -> None:
    assert [tuple(line.values()) for line in table(notebook, "hints")] == [
        ("before the function", "1 MiB", "1 s"),
        ("before S3", "5 MiB", "1 s"),
    ]


def test_each_hop_has_the_latency_of_every_delivered_change(notebook: Any) -> None:
    # WHEN
    lines = table(notebook, "latency")

    # THEN
    assert [(line["hop"], line["changes"], line["true value"]) for line in lines] == [
        ("order to Kinesis", "6", "-1 to 0 s"),
        ("Kinesis to S3", "6", "0 to +1 s"),
        ("order to S3", "6", "-1 to +1 s"),
    ]
    for line in lines:
        assert -1 < float(line["median"]) <= float(line["95 %"]) <= float(line["slowest"]) < 300


def test_the_objects_are_those_of_the_bucket_and_were_written_for_the_interval(
    notebook: Any, aws: Aws
) -> None:
    # GIVEN
    in_bucket = {prefix: list(objects(aws, prefix)) for prefix in (names.ORDERS_PREFIX, names.ERRORS_PREFIX)}

    # WHEN
    lines = table(notebook, "objects")

    # THEN
    assert [
        (line["prefix"], line["written for the"], line["objects"], line["records"]) for line in lines
    ] == [
        ("orders/", "interval hint", str(len(in_bucket["orders/"])), "6"),
        ("errors/", "interval hint", str(len(in_bucket["errors/"])), "2"),
    ]
    records = sorted(
        (prefix, str(body.count(b"\n"))) for prefix, found in in_bucket.items() for _, body in found
    )
    latest = table(notebook, "objects-latest")
    assert sorted((line["prefix"], line["records"]) for line in latest) == records


def test_nothing_came_twice(notebook: Any) -> None:
    assert table(notebook, "duplicates") == []


def test_failed_records_are_decoded_into_the_orders_they_were(notebook: Any) -> None:
    # WHEN
    lines = table(notebook, "failures")

    # THEN
    shown = [
        (line["error code"], line["attempts"], line["change"], *[line[field] for field in FIELDS])
        for line in lines
    ]
    code = "Lambda.ProcessingFailedStatus"
    assert shown == [
        (code, "1", "INSERT", "3", "Phone", "1", "(missing)"),
        (code, "1", "MODIFY", "5", "Charger", "several (type S)", "10"),
    ]
    assert sorted(tuple(line.values()) for line in table(notebook, "reasons")) == [
        ("dynamodb.NewImage.price is missing", "1"),
        ("dynamodb.NewImage.quantity is not of type N", "1"),
    ]


def test_orders_differ_between_table_and_bucket_only_where_a_change_failed(notebook: Any) -> None:
    assert [tuple(line.values()) for line in table(notebook, "state")] == [
        ("agree", "", "3"),
        ("differ", "failed", "2"),
    ]
    assert [tuple(line.values()) for line in table(notebook, "differences")] == [
        ("5", "not a whole order", "1 x Charger at 10.00", "failed"),
        ("3", "not a whole order", "never delivered", "failed"),
    ]


@pytest.mark.parametrize("cell_id", PLOTS)
def test_a_plot_is_shown_once(notebook: Any, cell_id: str) -> None:
    # WHEN
    (plot,) = outputs(notebook, cell_id)

    # THEN
    assert base64.b64decode(plot.data["image/png"]).startswith(PNG_SIGNATURE)


def test_every_rule_holds(notebook: Any) -> None:
    assert [(line["holds"], line["problems"]) for line in table(notebook, "rules")] == [("yes", "0")] * 7


@pytest.fixture
def change_bucket(notebook: Any, aws: Aws) -> Iterator[Callable[..., None]]:
    """Return a function that puts another body into the object whose rows have an order, None to delete it.

    What it changes is put back.
    """
    s3 = aws.client("s3")
    before: dict[str, bytes] = {}

    def change(order_id: str, new_body: Callable[[bytes], bytes] | None) -> None:
        for key, body in objects(aws, names.ORDERS_PREFIX):
            if any(json.loads(line)["orderid"] == order_id for line in body.splitlines()):
                before.setdefault(key, body)
                if new_body is None:
                    s3.delete_object(Bucket=names.BUCKET_NAME, Key=key)
                else:
                    s3.put_object(Bucket=names.BUCKET_NAME, Key=key, Body=new_body(body))

    yield change
    for key, body in before.items():
        s3.put_object(Bucket=names.BUCKET_NAME, Key=key, Body=body)


def test_what_is_wrong_in_the_bucket_makes_the_last_cell_fail_and_say_what(
    change_bucket: Callable[..., None], aws: Aws, tmp_path: Path
) -> None:
    # GIVEN an object that somebody deleted, and a row that is not what was ordered
    (event_id,) = [row["event_id"] for row in delivered_rows(aws) if row["orderid"] == "1"]
    change_bucket("1", None)
    change_bucket("2", lambda body: body.replace(b'"quantity": 4', b'"quantity": 9'))

    # WHEN
    answer = run(NOTEBOOK, tmp_path / NOTEBOOK.name)

    # THEN every cell but the last has run
    assert answer.returncode == 1
    cells = [cell for cell in read(tmp_path / NOTEBOOK.name).cells if cell.cell_type == "code"]
    failing = [cell.id for cell in cells for output in cell.outputs if output.output_type == "error"]
    assert failing == [cells[-1].id]
    (error,) = cells[-1].outputs
    assert error.ename == "AssertionError"
    assert re.sub(r"\d\d:\d\d:\d\d", "hh:mm:ss", error.evalue).splitlines() == [
        "every change is accounted for: no",
        "  order 1: its INSERT of hh:mm:ss reached kinesis-orderstream and is not in s3://product-sales "
        f"(event {event_id})",
        "table and bucket agree, or there is a reason: no, for 2 reasons",
        "  order 1: 2 x Laptop at 1,250.50 in the table, never delivered (missing)",
        "  order 2: 4 x Phone at 19.90 in the table, 9 x Phone at 19.90 in S3 (no reason found)",
    ]


@pytest.fixture
def generator(notebook: Any) -> Iterator[None]:
    """Run a generator that writes everything it can, until the test ends."""
    settings = {
        "ORDER_RATE": "20",
        "ORDER_SEED": "1",
        "ORDER_UPDATE_SHARE": "0.3",
        "ORDER_CANCELLATION_SHARE": "0.2",
        "ORDER_MALFORMED_SHARE": "0.1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "generator"],
        cwd=REPOSITORY,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
    )
    yield
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE_SECONDS)


def test_a_generator_that_keeps_writing_does_not_disturb(generator: None, aws: Aws, tmp_path: Path) -> None:
    # GIVEN
    poll_until("rows of the generator's", lambda: len(delivered_rows(aws)) > 20)

    # WHEN the notebook is run to its last assertion
    executed = execute(NOTEBOOK, tmp_path / NOTEBOOK.name)

    # THEN
    counts = {(line["where"], line["what"]): int(line["changes"]) for line in table(executed, "hops")}
    written = counts.pop(("stream of OrderTable", "written"))
    del counts["kinesis-orderstream", "in Kinesis"]
    assert written > 28
    assert sum(counts.values()) == written
    assert counts["nowhere", "missing"] == 0
