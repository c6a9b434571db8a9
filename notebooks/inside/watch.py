"""Watches every hop of the chain from a moment on."""

import base64
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bootstrap import names

from .bucket import Line, failure_reader, row_reader
from .buffering import intervals
from .clients import Clients
from .observer import MARK
from .polling import wait_until
from .shards import ChangeReader, KinesisReader

# What the hops may take on top of the buffers' intervals, retries of the function included.
SLACK_SECONDS = 60.0


class Watch:
    """Sees what passes each hop; make it before what is to be seen is written."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.started_at = datetime.now(UTC)
        self.changes = ChangeReader(clients)
        self.kinesis = KinesisReader(clients)
        self.rows = row_reader(clients)
        self.failures = failure_reader(clients)

    @property
    def timeout_seconds(self) -> float:
        """How long a record may take to the bucket."""
        return sum(intervals(self.clients)) + SLACK_SECONDS

    def read(self) -> None:
        """Look at every hop, each after the one that it feeds: what is seen at the end is seen before it, too."""
        self.rows.read()
        self.failures.read()
        self.kinesis.read()
        self.changes.read()

    def piped(self) -> set[str]:
        """Return the ids of the orders that Kinesis has a change of."""
        return {order_id(change_in(record["Data"])) for record in self.kinesis.records}

    def delivered(self) -> set[str]:
        """Return the ids of the orders that have a row."""
        return {str(line.value.get("orderid")) for line in self.rows.lines}

    def failed(self) -> dict[str, Line]:
        """Return the failed records by order."""
        return {order_id(change_in(raw_data(line))): line for line in self.failures.lines}

    def wait_until_delivered(
        self, order_ids: Iterable[str], meanwhile: Callable[[], object] | None = None
    ) -> None:
        """Return when every order has a row.

        Raises:
            InsideError: one has none in time.
        """
        expected = set(order_ids)
        wait_until(
            f"rows of {len(expected)} order(s)",
            lambda: expected <= self.delivered(),
            self.timeout_seconds,
            meanwhile or self.read,
        )

    def wait_until_cancelled(self, order_ids: Iterable[str]) -> None:
        """Return when the cancellation of every order is delivered.

        Raises:
            InsideError: one is not in time.
        """
        expected = set(order_ids)
        wait_until(
            f"the cancellation of {len(expected)} order(s)",
            lambda: expected <= self._cancelled(),
            self.timeout_seconds,
            self.read,
        )

    def _cancelled(self) -> set[str]:
        removed = [line for line in self.rows.lines if line.value.get("event_name") == "REMOVE"]
        return {str(line.value.get("orderid")) for line in removed}

    def wait_until_failed(self, order_ids: Iterable[str]) -> list[Line]:
        """Return the failed records of some orders when all of them are there.

        Raises:
            InsideError: one has none in time.
        """
        expected = list(order_ids)
        wait_until(
            f"failed records of {len(expected)} order(s)",
            lambda: set(expected) <= self.failed().keys(),
            self.timeout_seconds,
            self.read,
        )
        found = self.failed()
        return [found[each] for each in expected]

    def logged(self) -> list[tuple[datetime, dict[str, Any]]]:
        """Return what the observer in the function logged, with the time of each log event."""
        return [
            (time, json.loads(message.removeprefix(MARK)))
            for time, message in self.function_log()
            if message.startswith(MARK)
        ]

    def function_log(self) -> list[tuple[datetime, str]]:
        """Return the function's log since the watch began."""
        start = (self.started_at - timedelta(seconds=1)).timestamp()
        pages = self.clients.logs.get_paginator("filter_log_events").paginate(
            logGroupName=names.FUNCTION_LOG_GROUP, startTime=int(start * 1000)
        )
        return [
            (datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"])
            for page in pages
            for event in page["events"]
        ]


def change_in(data: bytes) -> dict[str, Any]:
    """Return the change record in a record's data; empty when it is none."""
    try:
        change = json.loads(data)
    except ValueError:
        return {}
    return change if isinstance(change, dict) else {}


def order_id(change: dict[str, Any]) -> str:
    """Return the order of a change record."""
    return str(change.get("dynamodb", {}).get("Keys", {}).get("orderid", {}).get("S", ""))


def raw_data(line: Line) -> bytes:
    """Return the data of a failed record."""
    return base64.b64decode(line.value.get("rawData", ""))
