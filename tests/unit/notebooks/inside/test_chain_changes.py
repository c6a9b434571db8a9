"""Experiments with the pipe, the buffers and the table put back what they changed, whatever happens meanwhile."""

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest

from notebooks.inside.buffering import buffering_hints, intervals
from notebooks.inside.errors import InsideError
from notebooks.inside.orders import own_orders
from notebooks.inside.pipe import stopped_pipe
from notebooks.inside.settings import settings
from tests.unit.notebooks.inside.fakes import FakeAccount, FakeFirehose, FakePipes

PROCESSING: dict[str, Any] = {
    "Enabled": True,
    "Processors": [
        {
            "Type": "Lambda",
            "Parameters": [
                {"ParameterName": "LambdaArn", "ParameterValue": "arn:function"},
                {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "5"},
            ],
        }
    ],
}


class CellError(Exception):
    """What goes wrong in a notebook's cell."""


def test_a_stopped_pipe_is_started_when_the_cell_fails(account: FakeAccount) -> None:
    # WHEN
    with suppress(CellError), stopped_pipe(account.clients):
        assert account.pipes.describe_pipe(Name="orders-pipe") == {"CurrentState": "STOPPED"}
        raise CellError

    # THEN
    assert account.pipes.state == "RUNNING"


def test_meanwhile_something_can_be_counted(account: FakeAccount) -> None:
    # GIVEN
    states: list[str] = []

    # WHEN
    with stopped_pipe(account.clients, meanwhile=lambda: states.append(account.pipes.state)):
        pass

    # THEN
    assert states == ["STOPPING", "STOPPED", "STARTING", "RUNNING"]


def test_a_pipe_that_somebody_stopped_stays_stopped(account: FakeAccount) -> None:
    # GIVEN
    account.pipes.__dict__.update(vars(FakePipes("STOPPED")))

    # WHEN / THEN
    with pytest.raises(InsideError, match="orders-pipe is STOPPED"), stopped_pipe(account.clients):
        pass
    assert account.pipes.state == "STOPPED"


def test_buffering_hints_are_put_back_when_the_cell_fails(account: FakeAccount) -> None:
    # GIVEN
    destination = {
        "BufferingHints": {"SizeInMBs": 7, "IntervalInSeconds": 10},
        "ProcessingConfiguration": deepcopy(PROCESSING),
        "Prefix": "orders/",
    }
    account.firehose.__dict__.update(vars(FakeFirehose(**deepcopy(destination))))

    # WHEN
    with suppress(CellError), buffering_hints(account.clients, interval_in_seconds=3):
        changed = account.firehose.destination
        raise CellError

    # THEN
    assert changed["BufferingHints"] == {"SizeInMBs": 7, "IntervalInSeconds": 3}
    assert changed["ProcessingConfiguration"]["Processors"][0]["Parameters"] == [
        {"ParameterName": "LambdaArn", "ParameterValue": "arn:function"},
        {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "1"},
    ]
    assert account.firehose.destination == destination
    assert intervals(account.clients) == (5, 10)


def test_a_delivery_stream_without_a_function_has_one_buffer_to_change(account: FakeAccount) -> None:
    # WHEN
    with buffering_hints(account.clients, interval_in_seconds=3):
        changed = account.firehose.destination

    # THEN
    assert changed == {"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 3}}
    assert account.firehose.destination == {"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 10}}


def test_our_orders_are_cancelled_when_the_cell_fails(account: FakeAccount) -> None:
    # WHEN
    with suppress(CellError), own_orders(account.clients) as orders:
        order_id = orders.write("Phone", quantity=2, price="19.90")
        without_price = orders.write(price=None)
        written = dict(account.dynamodb.items)
        raise CellError

    # THEN
    assert written == {
        order_id: {
            "orderid": {"S": order_id},
            "product_name": {"S": "Phone"},
            "quantity": {"N": "2"},
            "price": {"N": "19.90"},
        },
        without_price: {
            "orderid": {"S": without_price},
            "product_name": {"S": "Laptop"},
            "quantity": {"N": "1"},
        },
    }
    assert (account.dynamodb.items, account.dynamodb.deleted) == ({}, [order_id, without_price])


def test_an_order_that_is_changed_keeps_its_id(account: FakeAccount) -> None:
    # WHEN
    with own_orders(account.clients) as orders:
        order_id = orders.write(price=None)
        again = orders.write(price="19.90", order_id=order_id)

    # THEN
    assert (again, account.dynamodb.deleted) == (order_id, [order_id])


def test_many_orders_are_of_every_product(account: FakeAccount) -> None:
    # WHEN
    with own_orders(account.clients) as orders:
        order_ids = orders.write_many(6)
        products = [account.dynamodb.items[order_id]["product_name"]["S"] for order_id in order_ids]

    # THEN
    assert products == ["Laptop", "Phone", "Tablet", "Headphones", "Charger", "Laptop"]


def test_settings_name_everything_that_an_experiment_changes(account: FakeAccount) -> None:
    assert settings(account.clients).to_numpy().tolist() == [
        ["orders-pipe", "state", "RUNNING"],
        ["transformlambda", "handler", "transform.handler.lambda_handler"],
        ["transformlambda", "SHA-256 of the code", "UEsDBBQAAAAA"],
        ["orders-firehose", "interval before the function", "60 s"],
        ["orders-firehose", "interval before S3", "10 s"],
    ]
