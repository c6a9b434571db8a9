"""`inside_the_chain` shows one order at every hop and tries things out, while a generator writes; all is put back."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bootstrap import names
from notebooks import inside
from tests.conftest import CHAIN_SETTINGS, Aws
from tests.emulator_process import REPOSITORY
from tests.notebooks.executed import PNG_SIGNATURE, execute, outputs, table
from tests.polling import PATIENCE_SECONDS, poll_until

NOTEBOOK = REPOSITORY / "notebooks" / "inside_the_chain.ipynb"

# A notebook whose kernel is killed in the middle of an experiment.
KILLED = """
import os
from notebooks import inside
clients = inside.connect()
with inside.observed_function(clients), inside.own_orders(clients) as orders:
    orders.write()
    os._exit(9)
"""


class CellError(Exception):
    """What goes wrong in a notebook's cell."""


@pytest.fixture(scope="module")
def generator(chain: None, aws: Aws) -> Iterator[None]:
    """Have the generator write all the while, updates and cancellations, too."""
    environment = {
        **os.environ,
        "ORDER_RATE": "2",
        "ORDER_UPDATE_SHARE": "0.2",
        "ORDER_CANCELLATION_SHARE": "0.1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "generator"],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    dynamodb = aws.client("dynamodb")
    poll_until("an order", lambda: dynamodb.scan(TableName=names.TABLE_NAME)["Items"])
    yield
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def notebook(generator: None, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run the notebook once and return the executed copy."""
    return execute(NOTEBOOK, tmp_path_factory.mktemp("executed") / NOTEBOOK.name)


@pytest.fixture
def clients(chain: None) -> inside.Clients:
    return inside.connect()


def payload(notebook: Any, cell_id: str) -> Any:
    """Return the JSON that a cell shows."""
    return json.loads(outputs(notebook, cell_id)[-1].data["text/plain"])


def printed(notebook: Any, cell_id: str) -> list[str]:
    """Return the lines that a cell prints."""
    return "".join(output.text for output in outputs(notebook, cell_id)).splitlines()


def image(order_id: str) -> dict[str, Any]:
    return {
        "orderid": {"S": order_id},
        "product_name": {"S": "Laptop"},
        "quantity": {"N": "2"},
        "price": {"N": "499.99"},
    }


def test_the_order_is_the_same_at_every_hop(notebook: Any) -> None:
    # GIVEN
    order_id = outputs(notebook, "follow")[-1].data["text/plain"].strip("'")
    change, record = payload(notebook, "change"), payload(notebook, "kinesis")
    (given,) = payload(notebook, "event")["records"]
    (answered,) = payload(notebook, "answer")["records"]
    key, line = printed(notebook, "row")

    # THEN
    assert payload(notebook, "item") == change["dynamodb"]["NewImage"] == image(order_id)
    assert (record["PartitionKey"], record["Data"]["eventID"]) == (order_id, change["eventID"])
    assert json.loads(base64.b64decode(given["data"])) == record["Data"]
    assert given["kinesisRecordMetadata"]["sequenceNumber"] == record["SequenceNumber"]
    assert (answered["recordId"], answered["result"]) == (given["recordId"], "Ok")
    assert base64.b64decode(answered["data"]).decode() == f"{line}\n"
    row = json.loads(line)
    assert [row[field] for field in ("orderid", "quantity", "price", "event_id")] == [
        order_id,
        2,
        499.99,
        change["eventID"],
    ]
    assert key.startswith(names.ORDERS_PREFIX)


def test_the_timeline_goes_from_the_table_to_the_bucket(notebook: Any) -> None:
    # GIVEN
    timeline = table(notebook, "timeline")

    # THEN
    assert [line["where"] for line in timeline] == [
        names.TABLE_NAME,
        f"stream of {names.TABLE_NAME}",
        names.STREAM_NAME,
        names.FUNCTION_NAME,
        names.BUCKET_NAME,
    ]
    kinesis, function = float(timeline[2]["seconds"]), float(timeline[3]["seconds"])
    assert 0 <= kinesis < function


def test_a_refused_order_is_shown_with_its_reason(notebook: Any) -> None:
    # GIVEN
    change = payload(notebook, "refused-data")

    # THEN
    assert "price" not in change["dynamodb"]["NewImage"]
    assert payload(notebook, "refused")["errorMessage"] == "ProcessingFailed status set for record"
    assert "dynamodb.NewImage.price is missing" in outputs(notebook, "refused-log")[-1].data["text/plain"]


def test_what_failed_with_the_function_was_sent_again(notebook: Any) -> None:
    # GIVEN
    saved = table(notebook, "saved")

    # THEN
    assert [line["whose"] for line in saved].count("ours") >= 3
    assert {(line["error code"], line["attempts"]) for line in saved} == {("Lambda.FunctionError", "4")}


def test_a_longer_interval_makes_fewer_objects(notebook: Any) -> None:
    # GIVEN
    often, seldom = table(notebook, "often"), table(notebook, "seldom")

    # THEN
    assert sum(int(line["ours"]) for line in often) == sum(int(line["ours"]) for line in seldom) == 16
    assert len(often) > len(seldom)


@pytest.mark.parametrize("cell_id", ["pipe-plot", "hints-plot"])
def test_a_plot_is_shown(notebook: Any, cell_id: str) -> None:
    # GIVEN
    (plot,) = [output for output in outputs(notebook, cell_id) if output.output_type == "display_data"]

    # THEN
    assert base64.b64decode(plot.data["image/png"]).startswith(PNG_SIGNATURE)


def test_the_chain_is_set_up_as_before(notebook: Any) -> None:
    assert table(notebook, "after") == table(notebook, "before")


def test_nothing_got_lost(notebook: Any) -> None:
    # WHEN
    answer = subprocess.run(
        [sys.executable, "-m", "verify", "--json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    # THEN
    assert (answer.returncode, json.loads(answer.stdout)["counts"]["missing"]) == (0, 0)


def test_every_experiment_is_put_back_when_a_cell_fails(clients: inside.Clients) -> None:
    # GIVEN
    before = inside.settings(clients)
    during: list[pd.DataFrame] = []

    # WHEN
    with (
        suppress(CellError),
        inside.own_orders(clients) as orders,
        inside.observed_function(clients),
        inside.broken_function(clients),
        inside.buffering_hints(clients, 7, transform_interval_in_seconds=6),
        inside.stopped_pipe(clients),
    ):
        orders.write()
        during.append(inside.settings(clients))
        raise CellError

    # THEN every setting had changed
    assert not (during[0]["value"] == before["value"]).any()
    assert inside.settings(clients).equals(before)
    assert inside.recover(clients) == []


def test_a_killed_notebook_leaves_nothing_that_cannot_be_put_back(
    clients: inside.Clients, tmp_path: Path
) -> None:
    # GIVEN
    before = inside.settings(clients)
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=REPOSITORY, check=False)
    assert killed.returncode == 9
    assert not inside.settings(clients).equals(before)

    # WHEN
    code_and_handler, order = inside.recover(clients)

    # THEN
    assert code_and_handler.startswith("code and handler ")
    assert order.startswith("order inside-")
    assert inside.settings(clients).equals(before)


def test_a_resource_that_is_missing_is_named(chain: None, aws: Aws) -> None:
    # GIVEN a chain without its dead-letter queue
    sqs = aws.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=names.DEAD_LETTER_QUEUE_NAME)["QueueUrl"])

    # WHEN / THEN it is named, until it is there again
    with pytest.raises(
        inside.InsideError, match=r"^queue orders-pipe-dlq does not exist: create it with `make up`"
    ):
        inside.connect()
    environment = {**os.environ, **CHAIN_SETTINGS}
    subprocess.run([sys.executable, "-m", "bootstrap"], cwd=REPOSITORY, env=environment, check=True)
    inside.connect()
