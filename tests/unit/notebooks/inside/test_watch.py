"""A watch sees what passes each hop from its beginning on, and nothing from before."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from notebooks.inside.bucket import ObjectReader
from notebooks.inside.errors import InsideError
from notebooks.inside.observer import MARK
from notebooks.inside.polling import wait_until
from notebooks.inside.watch import Watch, change_in, order_id, raw_data
from tests.unit.notebooks.inside.fakes import STARTED_AT, FakeAccount, change

HOUR = "orders/year=%Y/month=%m/day=%d/hour=%H/"


def kinesis_record(of: str) -> dict[str, bytes]:
    return {"Data": json.dumps(change(of)).encode()}


def test_what_was_there_before_is_not_seen(account: FakeAccount) -> None:
    # GIVEN
    account.streams.records.append(change("old"))
    account.kinesis.records.append(kinesis_record("old"))
    account.deliver({"orderid": "old"}, name="old")
    account.fail(change("old"), name="old")

    # WHEN
    watch = Watch(account.clients)
    account.streams.records.append(change("new"))
    account.kinesis.records.append(kinesis_record("new"))
    account.deliver({"orderid": "new"}, name="new")
    account.fail(change("broken"), name="new")
    watch.read()
    watch.read()

    # THEN
    assert [order_id(record) for record in watch.changes.records] == ["new"]
    assert (watch.piped(), watch.delivered(), set(watch.failed())) == ({"new"}, {"new"}, {"broken"})
    assert [key.rpartition("/")[2] for key in account.s3.read_keys] == ["new.json", "new"]


def test_a_line_knows_its_object(account: FakeAccount) -> None:
    # GIVEN
    watch = Watch(account.clients)

    # WHEN
    account.deliver({"orderid": "1"}, {"orderid": "2"})
    watch.read()

    # THEN
    first, second = watch.rows.lines
    assert (first.text, second.value) == ('{"orderid": "1"}', {"orderid": "2"})
    assert (first.object_time, first.object_bytes) == (STARTED_AT, 34)
    assert first.key == second.key


def test_objects_are_found_in_the_next_hours_folder(account: FakeAccount) -> None:
    # GIVEN
    now = [datetime(2026, 1, 1, 23, 59, tzinfo=UTC)]
    reader = ObjectReader(account.clients, HOUR, timedelta(hours=1), clock=lambda: now[0])

    # WHEN
    now[0] += timedelta(minutes=2)
    for key in (
        "orders/year=2026/month=01/day=01/hour=23/a.json",
        "orders/year=2026/month=01/day=02/hour=00/b.json",
        "orders/year=2026/month=01/day=02/hour=01/c.json",
    ):
        account.s3.put(key, {"orderid": key[-6]})
    reader.read()

    # THEN
    assert [line.value["orderid"] for line in reader.lines] == ["a", "b"]


def test_an_object_may_be_compressed_and_a_line_may_be_no_json(account: FakeAccount) -> None:
    # GIVEN
    watch = Watch(account.clients)
    account.deliver({"orderid": "1"})
    ((key, body),) = account.s3.bodies.items()

    # WHEN
    account.s3.bodies[key] = gzip.compress(body + b"not JSON\n[]\n")
    watch.read()

    # THEN
    assert [line.value for line in watch.rows.lines] == [{"orderid": "1"}, {}, {}]


def test_a_cancellation_is_a_row_of_a_remove(account: FakeAccount) -> None:
    # GIVEN
    watch = Watch(account.clients)
    account.deliver({"orderid": "1", "event_name": "INSERT"}, {"orderid": "1", "event_name": "REMOVE"})

    # WHEN / THEN
    watch.wait_until_cancelled(["1"])


def test_failed_records_are_returned_in_the_order_asked_for(account: FakeAccount) -> None:
    # GIVEN
    watch = Watch(account.clients)
    account.fail(change("1"), change("2"))

    # WHEN
    failures = watch.wait_until_failed(["2", "1"])

    # THEN
    assert [order_id(change_in(raw_data(line))) for line in failures] == ["2", "1"]


def test_only_the_observers_lines_of_the_log_are_read_as_such(account: FakeAccount) -> None:
    # GIVEN
    account.logs.messages = ["START RequestId: 1\n", f'{MARK}{{"event": {{}}}}\n', "END RequestId: 1\n"]

    # WHEN
    ((_, logged),) = Watch(account.clients).logged()

    # THEN
    assert logged == {"event": {}}


def test_a_wait_names_what_did_not_come() -> None:
    with pytest.raises(InsideError, match=r"waited 0 s for rain: see `make status`"):
        wait_until("rain", lambda: None, timeout_seconds=0)


def test_data_that_is_no_change_has_no_order() -> None:
    assert [order_id(change_in(data)) for data in (b"\xff", b"7", b"{}")] == ["", "", ""]
