"""What the experiments find: a journey, a backlog, objects, records that were saved."""

import base64
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest

from notebooks.inside.backlog import Backlog
from notebooks.inside.bucket import Line
from notebooks.inside.journey import Journey, follow
from notebooks.inside.objects import objects
from notebooks.inside.observer import MARK
from notebooks.inside.orders import OwnOrders
from notebooks.inside.payload import Payload
from notebooks.inside.plots import plot_backlog, plot_objects
from notebooks.inside.redrive import redrive
from notebooks.inside.watch import Watch
from tests.unit.notebooks.inside.fakes import STARTED_AT, FakeAccount, change


@pytest.fixture(autouse=True)
def no_window() -> None:
    mpl.use("agg")


class CarryingOrders(OwnOrders):
    """Orders that come through the whole chain as soon as they are written."""

    def __init__(self, account: FakeAccount) -> None:
        super().__init__(account.clients, run="run")
        self.account = account

    def write(self, *arguments: Any, **options: Any) -> str:
        order_id = super().write(*arguments, **options)
        data = json.dumps(change(order_id)).encode()
        self.account.streams.records.append(change(order_id))
        record = {"Data": data, "SequenceNumber": "49", "ApproximateArrivalTimestamp": STARTED_AT}
        self.account.kinesis.records.append(record)
        given = {"recordId": "r", "data": base64.b64encode(data).decode()}
        metadata = {"kinesisRecordMetadata": {"sequenceNumber": "49"}}
        answered = {"recordId": "r", "result": "Ok", "data": base64.b64encode(b"row\n").decode()}
        logged = {"event": {"records": [{**given, **metadata}]}, "answer": {"records": [answered]}}
        self.account.logs.messages.append(MARK + json.dumps(logged))
        self.account.deliver({"orderid": order_id, "event_id": "e1"}, name=order_id)
        return order_id


def test_an_order_is_followed_through_every_hop(account: FakeAccount) -> None:
    # WHEN
    journey = follow(Watch(account.clients), CarryingOrders(account), "Phone", quantity=2, price="1.50")

    # THEN
    assert journey.order_id == "inside-run-1"
    assert journey.item.value["price"] == {"N": "1.50"}
    assert journey.change.value == journey.kinesis_record.value["Data"] == change("inside-run-1")
    assert journey.data_given == journey.data_in_kinesis == json.dumps(change("inside-run-1"))
    assert (journey.data_answered, journey.line.value["orderid"]) == ("row\n", "inside-run-1")


def test_the_timeline_counts_from_the_write() -> None:
    # GIVEN
    start = datetime(2026, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC)
    nothing = Payload({})
    journey = Journey(
        order_id="1",
        written_at=start,
        item=nothing,
        change=Payload({"dynamodb": {"ApproximateCreationDateTime": start.replace(microsecond=0)}}),
        kinesis_record=Payload({"ApproximateArrivalTimestamp": start + timedelta(seconds=0.1)}),
        event=nothing,
        answer=nothing,
        answered_at=start + timedelta(seconds=5.2),
        line=Line("orders/a.json", "", {}, start + timedelta(seconds=15.4), 10),
        data_in_kinesis="",
    )

    # WHEN
    timeline = journey.timeline()

    # THEN
    assert dict(zip(timeline["what"], timeline["seconds"], strict=True)) == {
        "written": 0.0,
        "change recorded": -0.6,
        "put by the pipe": 0.1,
        "transformed": 5.2,
        "delivered": 15.4,
    }


def test_a_payload_is_shown_as_json_with_times_and_bytes() -> None:
    # GIVEN
    payload = Payload({"time": STARTED_AT, "data": b"\xc3\xa9"})

    # THEN
    assert repr(payload) == '{\n  "time": "2026-01-02T03:30:00.000+00:00",\n  "data": "é"\n}'


def test_a_backlog_counts_our_orders_at_each_hop(account: FakeAccount) -> None:
    # GIVEN a clock that goes on by a second at each look
    seconds = count()
    orders = OwnOrders(account.clients, run="run")
    backlog = Backlog(Watch(account.clients), orders, clock=lambda: next(seconds), sleep=lambda _: None)

    # WHEN
    backlog.note("stopped")
    backlog.write(2, over_seconds=0)
    account.kinesis.records.append({"Data": json.dumps(change("inside-run-1")).encode()})
    account.kinesis.records.append({"Data": json.dumps(change("4711")).encode()})
    backlog.sample()
    account.deliver({"orderid": "inside-run-1"}, {"orderid": "inside-run-2"})
    backlog.drain()

    # THEN
    table = backlog.table()
    assert table["written"].tolist() == [1, 2, 2, 2]
    assert table["in_kinesis"].tolist() == [0, 0, 1, 1]
    assert table["delivered"].tolist() == [0, 0, 0, 2]
    assert table["waiting at the pipe"].tolist() == [1, 2, 1, 1]
    assert backlog.events == [(1, "stopped")]


def test_objects_are_counted_with_what_else_is_in_them(account: FakeAccount) -> None:
    # GIVEN
    watch = Watch(account.clients)
    account.deliver({"orderid": "inside-1"}, {"orderid": "4711"}, name="a")
    account.deliver({"orderid": "inside-2"}, name="b")
    account.deliver({"orderid": "4712"}, name="c")
    watch.read()

    # WHEN
    found = objects(watch, ["inside-1", "inside-2"])

    # THEN
    assert found[["object", "records", "ours"]].to_numpy().tolist() == [["a.json", 2, 1], ["b.json", 1, 1]]


def test_failed_records_are_sent_again_and_those_that_were_refused_are_not(account: FakeAccount) -> None:
    # GIVEN a batch of ours and the generator's that failed with the function, and a record that it refused
    watch = Watch(account.clients)
    account.fail(change("inside-1", "e1"), change("4711", "e2", "MODIFY"), name="a")
    account.fail(change("4712", "e3"), error_code="Lambda.ProcessingFailedStatus", name="b")
    account.deliver({"orderid": "inside-1", "event_id": "e1"}, {"orderid": "4711", "event_id": "e2"})

    # WHEN
    saved = redrive(watch, CarryingOrders(account))

    # THEN
    sent = [record for record in account.kinesis.records if "PartitionKey" in record]
    assert sent == [
        {"Data": json.dumps(change("inside-1", "e1")).encode(), "PartitionKey": "inside-1"},
        {"Data": json.dumps(change("4711", "e2", "MODIFY")).encode(), "PartitionKey": "4711"},
    ]
    assert saved.to_numpy().tolist() == [
        ["inside-1", "ours", "INSERT", "Lambda.FunctionError", 4],
        ["4711", "the generator's", "MODIFY", "Lambda.FunctionError", 4],
    ]


def test_the_backlogs_picture_has_its_units_and_events(account: FakeAccount) -> None:
    # GIVEN
    backlog = Backlog(Watch(account.clients), OwnOrders(account.clients), sleep=lambda _: None)
    backlog.note("stopped")
    backlog.write(2, over_seconds=0)

    # WHEN
    figure = plot_backlog(backlog)

    # THEN
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (seconds since the first count)", "our orders")
    assert [text.get_text() for text in axes.texts] == ["stopped"]
    plt.close(figure)


def test_the_objects_picture_has_a_panel_per_setting() -> None:
    # GIVEN
    often = pd.DataFrame({"records": [3, 4], "ours": [2, 4]})
    seldom = pd.DataFrame({"records": [7], "ours": [6]})

    # WHEN
    figure = plot_objects({"interval of 1 s": often, "interval of 5 s": seldom})

    # THEN
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["interval of 1 s: 2 objects", "interval of 5 s: 1 object"]
    plt.close(figure)
