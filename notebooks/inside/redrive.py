"""Sends failed records through the function again."""

from typing import Any

import pandas as pd

from bootstrap import names

from .bucket import Line
from .clients import Clients
from .orders import ID_PREFIX, OwnOrders
from .polling import wait_until
from .watch import Watch, change_in, order_id, raw_data

# What the function itself refused would only be refused again.
REFUSED = "Lambda.ProcessingFailedStatus"
PUT_RECORDS_LIMIT = 500


def redrive(watch: Watch, orders: OwnOrders) -> pd.DataFrame:
    """Put every record that failed with the function since the watch began back into Kinesis, and wait for its row.

    Not only our own orders': the generator's were in the same batches. Call it when the function works again.

    Raises:
        InsideError: they do not come through in time.
    """
    # Once an order that was written now is delivered, no batch of before is still being tried.
    watch.wait_until_delivered([orders.write()])
    failures = [line for line in watch.failures.lines if line.value.get("errorCode") != REFUSED]
    _put(watch.clients, failures)
    changes = [change_in(raw_data(line)) for line in failures]
    wait_until(
        f"rows of {len(changes)} failed record(s)",
        lambda: all(_is_settled(watch, change) for change in changes),
        watch.timeout_seconds,
        watch.read,
    )
    return _table(failures)


def _put(clients: Clients, failures: list[Line]) -> None:
    for start in range(0, len(failures), PUT_RECORDS_LIMIT):
        data = [raw_data(line) for line in failures[start : start + PUT_RECORDS_LIMIT]]
        # The pipe's own partition key: changes of one order stay in one shard.
        records = [{"Data": each, "PartitionKey": order_id(change_in(each)) or "none"} for each in data]
        clients.kinesis.put_records(StreamName=names.STREAM_NAME, Records=records)  # type: ignore[arg-type]


def _is_settled(watch: Watch, change: dict[str, Any]) -> bool:
    """Tell whether a change has a row now, or is refused; a function without event ids is taken by the order's."""
    event_id = change.get("eventID")
    rows = [line.value for line in watch.rows.lines]
    refused = [line for line in watch.failures.lines if line.value.get("errorCode") == REFUSED]
    return any(
        row["event_id"] == event_id if "event_id" in row else row.get("orderid") == order_id(change)
        for row in rows
    ) or any(change_in(raw_data(line)).get("eventID") == event_id for line in refused)


def _table(failures: list[Line]) -> pd.DataFrame:
    changes = [change_in(raw_data(line)) for line in failures]
    rows = [
        (
            order_id(change),
            "ours" if order_id(change).startswith(ID_PREFIX) else "the generator's",
            change.get("eventName"),
            line.value.get("errorCode"),
            line.value.get("attemptsMade"),
        )
        for line, change in zip(failures, changes, strict=True)
    ]
    return pd.DataFrame(rows, columns=["order", "whose", "event", "error code", "attempts"])
