"""Follows one order through every hop."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from bootstrap import names

from .bucket import Line
from .orders import OwnOrders
from .payload import Payload
from .polling import wait_until
from .watch import Watch, change_in, order_id

LOG_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Journey:
    """What was found of one order at each hop."""

    order_id: str
    written_at: datetime
    item: Payload
    change: Payload
    kinesis_record: Payload
    event: Payload
    answer: Payload
    answered_at: datetime
    line: Line
    data_in_kinesis: str

    @property
    def data_given(self) -> str:
        """The data of the record in the function's event, decoded."""
        return _decoded(self.event)

    @property
    def data_answered(self) -> str:
        """The data of the record in the function's answer, decoded."""
        return _decoded(self.answer)

    def timeline(self) -> pd.DataFrame:
        """Return when the order was where; a time that AWS gives in whole seconds can be before the write."""
        change, record = self.change.value, self.kinesis_record.value
        times = [
            ("written", names.TABLE_NAME, self.written_at, "this notebook's clock"),
            (
                "change recorded",
                f"stream of {names.TABLE_NAME}",
                change["dynamodb"]["ApproximateCreationDateTime"],
                "ApproximateCreationDateTime, whole seconds",
            ),
            (
                "put by the pipe",
                names.STREAM_NAME,
                record["ApproximateArrivalTimestamp"],
                "ApproximateArrivalTimestamp",
            ),
            ("transformed", names.FUNCTION_NAME, self.answered_at, "time of the log event"),
            ("delivered", names.BUCKET_NAME, self.line.object_time, "LastModified, whole seconds"),
        ]
        table = pd.DataFrame(times, columns=["what", "where", "time (UTC)", "source of the time"])
        table["time (UTC)"] = pd.to_datetime(table["time (UTC)"], utc=True).dt.tz_localize(None)
        table.insert(3, "seconds", (table["time (UTC)"] - table["time (UTC)"][0]).dt.total_seconds().round(1))
        return table


def follow(watch: Watch, orders: OwnOrders, product_name: str, quantity: int, price: str) -> Journey:
    """Write an order and return what is found of it at each hop; the function has to be observed.

    Raises:
        InsideError: it does not come through in time.
    """
    written_at = datetime.now(UTC)
    written = orders.write(product_name, quantity, price)
    found = watch.clients.dynamodb.get_item(TableName=names.TABLE_NAME, Key={"orderid": {"S": written}})
    watch.wait_until_delivered([written])
    # Every hop delivers at least once: of several, the first is shown.
    change = next(each for each in watch.changes.records if order_id({**each}) == written)
    record = next(each for each in watch.kinesis.records if order_id(change_in(each["Data"])) == written)
    # The log is written when the function has answered, and the row may be there before it.
    answered_at, logged = wait_until(
        "the function's log", lambda: _logged(watch, record["SequenceNumber"]), LOG_SECONDS
    )
    line = next(each for each in watch.rows.lines if each.value.get("orderid") == written)
    return Journey(
        order_id=written,
        written_at=written_at,
        item=Payload(found["Item"]),
        change=Payload(change),
        kinesis_record=Payload({**record, "Data": change_in(record["Data"])}),
        data_in_kinesis=record["Data"].decode(),
        event=Payload(logged["event"]),
        answer=Payload(logged["answer"]),
        answered_at=answered_at,
        line=line,
    )


def _decoded(message: Payload) -> str:
    (record,) = message.value["records"]
    return base64.b64decode(record["data"]).decode()


def _logged(watch: Watch, sequence_number: str) -> tuple[datetime, dict[str, Any]] | None:
    for time, logged in watch.logged():
        for record in logged["event"]["records"]:
            if record.get("kinesisRecordMetadata", {}).get("sequenceNumber") == sequence_number:
                return time, logged
    return None
