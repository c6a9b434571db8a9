"""The row made of one change record, and the reasons for refusing one."""

import copy
import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from transform.row import UnreadableRecordError, order_row

LoadEvent = Callable[[str], dict[str, Any]]


@pytest.fixture
def change(load_event: LoadEvent) -> dict[str, Any]:
    return load_event("change_insert")


def test_insert_becomes_row_of_new_image(change: dict[str, Any]) -> None:
    # WHEN an INSERT is read
    row = order_row(change)

    # THEN the row holds its order and its change data
    assert row == {
        "orderid": "383",
        "product_name": "Charger",
        "quantity": 1,
        "price": 380.66,
        "event_id": "00000000000000000000000000000001",
        "event_name": "INSERT",
        "event_time": "2026-01-01T00:00:00Z",
        "sequence_number": "100000000000000000001",
    }


def test_modify_becomes_row_of_new_image(load_event: LoadEvent) -> None:
    # WHEN a MODIFY from quantity 1 to quantity 4 is read
    row = order_row(load_event("change_modify"))

    # THEN the row holds the order as it is now
    assert row == {
        "orderid": "383",
        "product_name": "Charger",
        "quantity": 4,
        "price": 380.66,
        "event_id": "00000000000000000000000000000002",
        "event_name": "MODIFY",
        "event_time": "2026-01-01T00:01:00Z",
        "sequence_number": "100000000000000000002",
    }


def test_remove_becomes_row_of_old_image(load_event: LoadEvent) -> None:
    # WHEN a REMOVE is read
    row = order_row(load_event("change_remove"))

    # THEN the row holds the order as it was
    assert row == {
        "orderid": "383",
        "product_name": "Charger",
        "quantity": 4,
        "price": 380.66,
        "event_id": "00000000000000000000000000000003",
        "event_name": "REMOVE",
        "event_time": "2026-01-01T00:02:00Z",
        "sequence_number": "100000000000000000003",
    }


def test_first_four_fields_are_the_seeds_in_name_order_and_type(change: dict[str, Any]) -> None:
    # GIVEN the fields of a row that the pipeline delivered on AWS before it had change data
    seed_fields = [("orderid", str), ("product_name", str), ("quantity", int), ("price", float)]

    # WHEN a row is written and read back
    row = json.loads(json.dumps(order_row(change)))

    # THEN it begins with these fields
    assert [(name, type(value)) for name, value in list(row.items())[:4]] == seed_fields


def test_price_without_decimals_is_a_float(change: dict[str, Any]) -> None:
    # GIVEN DynamoDB's text of 400.00
    change["dynamodb"]["NewImage"]["price"] = {"N": "400"}

    # WHEN the row is written
    price = json.dumps(order_row(change)["price"])

    # THEN a reader of JSON sees a decimal number
    assert price == "400.0"


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("3", 3),
        ("3.0", 3),
        ("3.", 3),
        ("+3", 3),
        ("1e2", 100),
        ("1E+2", 100),
        ("120e-1", 12),
        ("-2", -2),
        ("0", 0),
        ("0E+30", 0),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_whole_quantity_is_read_however_it_is_written(
    change: dict[str, Any], text: str, quantity: int
) -> None:
    # GIVEN a whole number in one of its spellings
    change["dynamodb"]["NewImage"]["quantity"] = {"N": text}

    # WHEN the record is read
    row = order_row(change)

    # THEN the quantity is that number
    assert (row["quantity"], type(row["quantity"])) == (quantity, int)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.5", "is not a whole number"),
        ("1e-1", "is not a whole number"),
        ("1E-125", "is not a whole number"),
        ("five", "is not a number"),
        ("", "is not a number"),
        (".", "is not a number"),
        ("1_000", "is not a number"),
        (" 3", "is not a number"),
        ("٣", "is not a number"),
        ("NaN", "is not a number"),
        ("Infinity", "is not a number"),
        ("9223372036854775808", "does not fit into 64 bits"),
        ("1E+125", "does not fit into 64 bits"),
        ("1E+999", "does not fit into 64 bits"),
    ],
)
def test_quantity_that_is_not_a_whole_number_is_unreadable(
    change: dict[str, Any], text: str, reason: str
) -> None:
    # GIVEN a quantity that no order can have
    change["dynamodb"]["NewImage"]["quantity"] = {"N": text}

    # WHEN the record is read
    with pytest.raises(UnreadableRecordError) as raised:
        order_row(change)

    # THEN the message names the field and does not repeat the value
    assert str(raised.value) == f"dynamodb.NewImage.quantity {reason}"


def test_price_beyond_a_float_is_unreadable(change: dict[str, Any]) -> None:
    # GIVEN a price that would become infinite
    change["dynamodb"]["NewImage"]["price"] = {"N": "1E+999"}

    # WHEN the record is read
    with pytest.raises(UnreadableRecordError) as raised:
        order_row(change)

    # THEN it is refused, since JSON has no infinity
    assert math.isinf(float("1E+999"))
    assert str(raised.value) == "dynamodb.NewImage.price is too large for a floating-point number"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("eventName", None, "eventName is missing"),
        ("eventName", "TRUNCATE", "eventName is not INSERT, MODIFY or REMOVE"),
        ("eventID", None, "eventID is missing"),
        ("eventID", 5, "eventID is not a string"),
        ("dynamodb", None, "dynamodb is missing"),
        ("dynamodb", [], "dynamodb is not an object"),
        ("dynamodb.NewImage", None, "dynamodb.NewImage is missing"),
        ("dynamodb.NewImage", "x", "dynamodb.NewImage is not an object"),
        ("dynamodb.NewImage.orderid", None, "dynamodb.NewImage.orderid is missing"),
        ("dynamodb.NewImage.orderid", {"N": "383"}, "dynamodb.NewImage.orderid is not of type S"),
        ("dynamodb.NewImage.product_name", None, "dynamodb.NewImage.product_name is missing"),
        ("dynamodb.NewImage.product_name", {"NULL": True}, "dynamodb.NewImage.product_name is not of type S"),
        ("dynamodb.NewImage.quantity", None, "dynamodb.NewImage.quantity is missing"),
        ("dynamodb.NewImage.quantity", {"S": "1"}, "dynamodb.NewImage.quantity is not of type N"),
        ("dynamodb.NewImage.quantity", {"N": 1}, "dynamodb.NewImage.quantity is not of type N"),
        ("dynamodb.NewImage.price", None, "dynamodb.NewImage.price is missing"),
        ("dynamodb.NewImage.price", {"N": "free"}, "dynamodb.NewImage.price is not a number"),
        ("dynamodb.NewImage.price", "380.66", "dynamodb.NewImage.price is not an object"),
        ("dynamodb.SequenceNumber", None, "dynamodb.SequenceNumber is missing"),
        (
            "dynamodb.ApproximateCreationDateTime",
            None,
            "dynamodb.ApproximateCreationDateTime is missing",
        ),
        (
            "dynamodb.ApproximateCreationDateTime",
            "2026-01-01",
            "dynamodb.ApproximateCreationDateTime is not a number",
        ),
        (
            "dynamodb.ApproximateCreationDateTime",
            1e18,
            "dynamodb.ApproximateCreationDateTime is not a time in seconds since 1970",
        ),
    ],
)
def test_missing_or_mistyped_field_is_named(
    change: dict[str, Any], path: str, value: object, message: str
) -> None:
    # GIVEN a change record with one field taken away (None) or replaced
    broken = copy.deepcopy(change)
    *parents, name = path.split(".")
    container = broken
    for parent in parents:
        container = container[parent]
    if value is None:
        del container[name]
    else:
        container[name] = value

    # WHEN it is read
    with pytest.raises(UnreadableRecordError) as raised:
        order_row(broken)

    # THEN the message names exactly that field
    assert str(raised.value) == message


def test_record_without_images_is_unreadable(load_event: LoadEvent) -> None:
    # GIVEN a record of a stream that carries keys only
    change = load_event("change_keys_only")

    # WHEN it is read
    with pytest.raises(UnreadableRecordError) as raised:
        order_row(change)

    # THEN the missing image is named
    assert str(raised.value) == "dynamodb.NewImage is missing"


def test_remove_without_old_image_is_unreadable(load_event: LoadEvent) -> None:
    # GIVEN a REMOVE of a stream that carries new images only
    change = load_event("change_remove")
    del change["dynamodb"]["OldImage"]

    # WHEN it is read
    with pytest.raises(UnreadableRecordError) as raised:
        order_row(change)

    # THEN the missing image is named
    assert str(raised.value) == "dynamodb.OldImage is missing"


@pytest.mark.parametrize("seconds", [1767225600, 1767225600.0, 1767225600.9])
def test_event_time_has_whole_seconds(change: dict[str, Any], seconds: float) -> None:
    # GIVEN the creation time in one of its JSON spellings
    change["dynamodb"]["ApproximateCreationDateTime"] = seconds

    # WHEN the record is read
    row = order_row(change)

    # THEN the row's time is UTC, in whole seconds
    assert row["event_time"] == "2026-01-01T00:00:00Z"
