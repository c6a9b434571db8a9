"""A stream record as the event that a pipe carries.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.pipes.event import dynamodb_event

EVENTS = Path(__file__).parents[2] / "events"


def low_level_record(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a sample event, and the record that boto3 would have returned for it."""
    event: dict[str, Any] = json.loads((EVENTS / name).read_text())
    record = json.loads((EVENTS / name).read_text())
    del record["eventSourceARN"]
    seconds = record["dynamodb"]["ApproximateCreationDateTime"]
    record["dynamodb"]["ApproximateCreationDateTime"] = datetime.fromtimestamp(seconds, UTC)
    return event, record


def test_event_is_the_low_level_record_with_the_stream_arn() -> None:
    # GIVEN a record as GetRecords returns it
    expected, record = low_level_record("change_insert.json")

    # WHEN it becomes an event
    event = dynamodb_event(record, expected["eventSourceARN"])

    # THEN it is the record, with the time as a number and the stream's ARN
    assert event.body == expected
    assert json.loads(event.data) == expected
    assert (event.sequence_number, event.created_at) == ("100000000000000000001", 1_767_225_600.0)


def test_data_is_utf_8_json_without_a_newline() -> None:
    # GIVEN a record with text outside ASCII
    expected, record = low_level_record("change_insert.json")
    record["dynamodb"]["NewImage"]["product_name"] = {"S": "Hörlurar 🎧\n"}

    # WHEN it becomes an event
    data = dynamodb_event(record, expected["eventSourceARN"]).data

    # THEN the text is UTF-8, and the JSON is one line that does not end in a newline
    assert "Hörlurar 🎧".encode() in data
    assert b"\n" not in data


def test_binary_values_are_base64_at_any_depth() -> None:
    # GIVEN an item with binary values in every place they can be
    expected, record = low_level_record("change_insert.json")
    record["dynamodb"]["NewImage"] = {
        "b": {"B": b"\x00\x01\x02"},
        "bs": {"BS": [b"a", b"b"]},
        "m": {"M": {"x": {"B": b"\xff"}, "n": {"N": "1.5"}}},
        "l": {"L": [{"B": b"z"}, {"M": {"y": {"B": b""}}}, {"NULL": True}]},
    }

    # WHEN it becomes an event
    event = dynamodb_event(record, expected["eventSourceARN"])

    # THEN each is base64 text, and nothing else has changed
    assert event.body["dynamodb"]["NewImage"] == {
        "b": {"B": "AAEC"},
        "bs": {"BS": ["YQ==", "Yg=="]},
        "m": {"M": {"x": {"B": "/w=="}, "n": {"N": "1.5"}}},
        "l": {"L": [{"B": "eg=="}, {"M": {"y": {"B": ""}}}, {"NULL": True}]},
    }


def test_the_record_itself_is_left_alone() -> None:
    # GIVEN a record that others read as well
    expected, record = low_level_record("change_insert.json")
    record["dynamodb"]["NewImage"]["photo"] = {"B": b"\x00"}

    # WHEN it becomes an event
    dynamodb_event(record, expected["eventSourceARN"])

    # THEN the record still has its own types
    assert record["dynamodb"]["NewImage"]["photo"] == {"B": b"\x00"}
    assert "eventSourceARN" not in record


def test_user_identity_of_an_expired_item_has_the_wire_names() -> None:
    # GIVEN the record of an item that its time to live removed, as boto3 names its members
    expected, record = low_level_record("change_remove.json")
    record["userIdentity"] = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}

    # WHEN it becomes an event
    event = dynamodb_event(record, expected["eventSourceARN"])

    # THEN the members have the event's names
    assert event.body["userIdentity"] == {"principalId": "dynamodb.amazonaws.com", "type": "Service"}
