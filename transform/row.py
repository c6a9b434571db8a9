"""Reads one change record of the order table and makes the row that is delivered for it."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypedDict

# The image that carries the order: a REMOVE has no new one.
IMAGE_BY_EVENT_NAME: Final = {"INSERT": "NewImage", "MODIFY": "NewImage", "REMOVE": "OldImage"}

# DynamoDB's number text. Python's own parsers also take underscores, spaces, "nan" and "inf".
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_BIGINT: Final = range(-(2**63), 2**63)
_BIGINT_DIGITS: Final = 19


class Row(TypedDict):
    """A delivered row; the order of the fields is the order in which they are written."""

    orderid: str
    product_name: str
    quantity: int
    price: float
    event_id: str
    event_name: str
    event_time: str
    sequence_number: str


class UnreadableRecordError(ValueError):
    """A record cannot become a row; the message names the field and never repeats its value."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


def order_row(change: Mapping[str, Any]) -> Row:
    """Return the row of one change record.

    A REMOVE carries the old image's fields, so that a cancelled order can be taken out of the sums.
    A number counts for what it is, not for how it is written: `3.0` and `3E+0` are the quantity 3. Its sign
    is not judged: whether a negative quantity makes sense is for whoever reads the rows.

    Raises:
        UnreadableRecordError: a field is missing or has another type than an order's.
    """
    event_name = _string(change, "eventName")
    if event_name not in IMAGE_BY_EVENT_NAME:
        raise UnreadableRecordError("eventName", "is not INSERT, MODIFY or REMOVE")
    dynamodb = _object(change, "dynamodb")
    image_path = f"dynamodb.{IMAGE_BY_EVENT_NAME[event_name]}"
    image = _object(dynamodb, image_path)
    return {
        "orderid": _attribute(image, f"{image_path}.orderid", "S"),
        "product_name": _attribute(image, f"{image_path}.product_name", "S"),
        "quantity": _whole_number(image, f"{image_path}.quantity"),
        "price": _floating_point_number(image, f"{image_path}.price"),
        "event_id": _string(change, "eventID"),
        "event_name": event_name,
        "event_time": _time(dynamodb, "dynamodb.ApproximateCreationDateTime"),
        "sequence_number": _string(dynamodb, "dynamodb.SequenceNumber"),
    }


def _member(container: Mapping[str, Any], path: str) -> Any:
    name = path.rpartition(".")[2]
    if name not in container:
        raise UnreadableRecordError(path, "is missing")
    return container[name]


def _object(container: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    value = _member(container, path)
    if not isinstance(value, dict):
        raise UnreadableRecordError(path, "is not an object")
    return value


def _string(container: Mapping[str, Any], path: str) -> str:
    value = _member(container, path)
    if not isinstance(value, str):
        raise UnreadableRecordError(path, "is not a string")
    return value


def _attribute(image: Mapping[str, Any], path: str, descriptor: str) -> str:
    value = _object(image, path).get(descriptor)
    if not isinstance(value, str):
        raise UnreadableRecordError(path, f"is not of type {descriptor}")
    return value


def _number(image: Mapping[str, Any], path: str) -> Decimal:
    text = _attribute(image, path, "N")
    if _NUMBER.fullmatch(text) is None:
        raise UnreadableRecordError(path, "is not a number")
    return Decimal(text)


def _whole_number(image: Mapping[str, Any], path: str) -> int:
    value = _number(image, path)
    # The size is judged first: 1E+999 must not become a thousand digits.
    if (value and value.adjusted() > _BIGINT_DIGITS) or int(value) not in _BIGINT:
        raise UnreadableRecordError(path, "does not fit into 64 bits")
    if value != int(value):
        raise UnreadableRecordError(path, "is not a whole number")
    return int(value)


def _floating_point_number(image: Mapping[str, Any], path: str) -> float:
    value = float(_number(image, path))
    if not math.isfinite(value):
        raise UnreadableRecordError(path, "is too large for a floating-point number")
    return value


def _time(container: Mapping[str, Any], path: str) -> str:
    value = _member(container, path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableRecordError(path, "is not a number")
    try:
        moment = datetime.fromtimestamp(math.floor(value), UTC)
    except (ValueError, OverflowError, OSError):
        raise UnreadableRecordError(path, "is not a time in seconds since 1970") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
