"""Which items expire, what their deletion leaves behind, and how the setting changes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

import threading
from typing import Any

import pytest
from moto.dynamodb.models.table import Table

from emulator.dynamodb.time_to_live import TimeToLiveWorker, sweep, update
from emulator.errors import ServiceError
from tests.clock import ManualClock
from tests.polling import poll_until

YEAR = 365 * 24 * 3600
NOW = ManualClock().now


class RecordedChanges:
    """Takes the place of a table's stream."""

    def __init__(self) -> None:
        self.changes: list[tuple[Any, Any, Any]] = []

    def add(self, old: Any, new: Any) -> None:
        """Take a caller's change."""
        self.record(old and old.to_json()["Attributes"], new and new.to_json()["Attributes"])

    def record(self, old: Any, new: Any, user_identity: Any = None) -> None:
        """Take a change."""
        self.changes.append((old, new, user_identity))


def make_table(*, range_key: bool = False, enabled: bool = True) -> Any:
    """Return a table whose items expire by the attribute `ttl`."""
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    if range_key:
        schema.append({"AttributeName": "sort", "KeyType": "RANGE"})
        attributes.append({"AttributeName": "sort", "AttributeType": "S"})
    table = Table(
        "Orders", "000000000000", "eu-north-1", schema=schema, attr=attributes, billing_mode="PAY_PER_REQUEST"
    )
    if enabled:
        update(table.ttl, {"Enabled": True, "AttributeName": "ttl"}, "Orders")
    return table


def item(name: str, ttl: float | None = None) -> dict[str, dict[str, str]]:
    """Return an item, with or without an expiry."""
    return {"id": {"S": name}, **({"ttl": {"N": str(int(ttl))}} if ttl is not None else {})}


def names(table: Any) -> list[str]:
    """Return the hash keys of what the table holds."""
    return sorted(entry.hash_key.value for entry in table.all_items())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"N": str(int(NOW) - 1)}, True),
        ({"N": str(int(NOW))}, False),
        ({"N": str(int(NOW) + 1)}, False),
        ({"N": str(int(NOW) - 5 * YEAR)}, True),
        ({"N": str(int(NOW) - 5 * YEAR - 1)}, False),
        ({"N": "1.7E9"}, True),
        ({"N": str(int(NOW) * 1000)}, False),
        ({"S": str(int(NOW) - 1)}, False),
        ({"NULL": True}, False),
        (None, False),
    ],
)
def test_a_number_of_epoch_seconds_in_the_past_five_years_expires(value: Any, expected: bool) -> None:
    table = make_table()
    table.put_item({"id": {"S": "a"}, **({"ttl": value} if value is not None else {})})

    sweep(lambda: [table], threading.RLock(), NOW)

    assert names(table) == ([] if expected else ["a"])


def test_a_sweep_deletes_what_has_expired_in_the_name_of_the_service() -> None:
    # GIVEN a table with an item that has expired, one that has not and one that never does
    table = make_table()
    for new in (item("old", NOW - 1), item("young", NOW + 1), item("for ever")):
        table.put_item(new)
    table.stream_shard = stream = RecordedChanges()

    # WHEN it is swept
    sweep(lambda: [table], threading.RLock(), NOW)

    # THEN the first is gone, and its stream says who deleted it
    assert names(table) == ["for ever", "young"]
    assert stream.changes == [
        (item("old", NOW - 1), None, {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"})
    ]
    assert table.stream_shard is stream


def test_items_with_a_sort_key_expire_one_by_one() -> None:
    table = make_table(range_key=True)
    for index, ttl in enumerate((NOW - 1, NOW + 1)):
        table.put_item({**item("a", ttl), "sort": {"S": str(index)}})

    sweep(lambda: [table], threading.RLock(), NOW)

    assert [entry.range_key.value for entry in table.all_items()] == ["1"]


def test_nothing_expires_where_time_to_live_is_off() -> None:
    table = make_table(enabled=False)
    table.put_item(item("old", NOW - 1))

    sweep(lambda: [table], threading.RLock(), NOW)

    assert names(table) == ["old"]


def test_an_item_that_is_renewed_during_a_sweep_stays() -> None:
    # GIVEN an expired item, and a lock that a writer has before the sweep gets it for the second time
    table = make_table()
    table.put_item(item("a", NOW - 1))

    class Lock:
        taken = 0

        def __enter__(self) -> None:
            self.taken += 1
            if self.taken == 2:
                table.put_item(item("a", NOW + 100))

        def __exit__(self, *_: object) -> None:
            pass

    sweep(lambda: [table], Lock(), NOW)

    assert names(table) == ["a"]


def test_what_has_not_expired_is_neither_fetched_nor_kept_from_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN a table of which two items in a thousand have expired
    table = make_table()
    for number in range(1000):
        table.put_item(item(f"{number:03d}", NOW - 1 if number % 500 == 0 else NOW + 1))
    fetched: list[str] = []
    original = table.get_item

    def get_item(hash_key: Any, range_key: Any) -> Any:
        fetched.append(hash_key.value)
        return original(hash_key, range_key)

    monkeypatch.setattr(table, "get_item", get_item)

    class Lock:
        taken = 0

        def __enter__(self) -> None:
            self.taken += 1

        def __exit__(self, *_: object) -> None:
            pass

    # WHEN it is swept
    lock = Lock()
    sweep(lambda: [table], lock, NOW)

    # THEN only those two are looked at again, and the lock was taken once to list and once to delete
    assert (fetched, lock.taken, len(names(table))) == (["000", "500"], 2, 998)


def test_the_worker_sweeps_until_it_is_stopped() -> None:
    table, clock, lock = make_table(), ManualClock(), threading.RLock()
    table.put_item(item("old", NOW + 5))
    worker = TimeToLiveWorker(lambda: [table], lock, clock, interval_seconds=0.001)
    worker.start()

    def is_empty() -> bool:
        with lock:
            return not names(table)

    clock.advance(6)
    poll_until("the item to expire", is_empty)
    worker.stop()
    table.put_item(item("late", NOW))

    assert names(table) == ["late"]


# Texts: other people's recordings of UpdateTimeToLive.
@pytest.mark.parametrize(
    ("enabled_before", "change", "message"),
    [
        (True, (True, "ttl"), "TimeToLive is already enabled"),
        (False, (False, "ttl"), "TimeToLive is already disabled"),
        (
            True,
            (True, "other"),
            "TimeToLive is active on a different AttributeName: current AttributeName is ttl",
        ),
        (
            True,
            (False, "other"),
            "TimeToLive is active on a different AttributeName: current AttributeName is ttl",
        ),
    ],
)
def test_a_setting_that_cannot_be_changed_so_is_refused(
    enabled_before: bool, change: tuple[bool, str], message: str
) -> None:
    table = make_table(enabled=enabled_before)

    with pytest.raises(ServiceError) as raised:
        update(table.ttl, {"Enabled": change[0], "AttributeName": change[1]}, "Orders")

    assert (raised.value.code, raised.value.message) == ("ValidationException", message)


def test_a_disabled_setting_names_no_attribute() -> None:
    table = make_table()

    update(table.ttl, {"Enabled": False, "AttributeName": "ttl"}, "Orders")

    assert table.ttl == {"TimeToLiveStatus": "DISABLED"}
