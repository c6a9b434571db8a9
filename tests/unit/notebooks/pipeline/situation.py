"""Rows, objects and settings with defaults, in the time of tests.unit.verify.situation."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from notebooks.pipeline.delivered import DeliveredRow
from notebooks.pipeline.destination import Destination
from notebooks.pipeline.stored import S3Object
from tests.unit.verify.situation import at
from verify.evidence import Content

OBJECT_KEY = "orders/year=2026/month=01/day=01/hour=12/orders-firehose-2-2026-01-01-12-00-00-{name}.json"

DESTINATION = Destination(
    name="orders-firehose",
    version_id="2",
    size_bytes=1_000,
    s3_interval=timedelta(seconds=10),
    transform_size_bytes=500,
    transform_interval=timedelta(seconds=5),
    is_compressed=False,
)


def order(order_id: str, quantity: int = 1) -> Content:
    return Content(order_id, "Laptop", quantity, 100.5)


def row(order_id: str, sequence_number: int | None, quantity: int = 1, **fields: Any) -> DeliveredRow:
    """Return the row of an INSERT; event `e7` has the sequence number 7."""
    default = DeliveredRow(
        order_id=order_id,
        content=order(order_id, quantity),
        event_id=f"e{sequence_number}",
        event_name="INSERT",
        event_time=at(sequence_number or 0),
        sequence_number=sequence_number,
        key=OBJECT_KEY.format(name="a"),
    )
    return replace(default, **fields)


def s3_object(name: str = "a", size_bytes: int = 100, written: float = 20) -> S3Object:
    return S3Object(OBJECT_KEY.format(name=name), size_bytes, at(written))
