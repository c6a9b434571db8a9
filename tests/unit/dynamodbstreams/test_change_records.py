"""What a write leaves in a table's stream.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.dynamodbstreams.change_stream import ChangeStream
from emulator.dynamodbstreams.pending_changes import PendingChanges
from tests.clock import ManualClock

FRED = {"id": {"S": "Fred"}}
FRED_NAMED = {"id": {"S": "Fred"}, "name": {"S": "Fred"}}
Attributes = Mapping[str, Mapping[str, Any]]


def make_stream(view_type: str = "NEW_AND_OLD_IMAGES", clock: ManualClock | None = None) -> ChangeStream:
    """Return the stream of a table with the hash key `id`."""
    return ChangeStream(
        table_name="Orders",
        table_arn="arn:aws:dynamodb:eu-north-1:000000000000:table/Orders",
        key_schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        view_type=view_type,
        label="2026-01-01T00:00:00.000",
        clock=clock or ManualClock(),
    )


def records(stream: ChangeStream) -> list[dict[str, Any]]:
    """Return everything in the stream's shard."""
    return stream.shards[0].read(0, 1000, 1 << 20)[0]


def test_a_record_has_the_shape_of_the_api() -> None:
    # GIVEN a clock in the middle of a second
    stream = make_stream(clock=ManualClock(1_767_225_600.75))

    # WHEN an item is inserted
    stream.record(None, FRED)

    # THEN the record is whole, its creation time has no fraction
    (record,) = records(stream)
    assert len(record.pop("eventID")) == 32
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-north-1",
        "dynamodb": {
            "ApproximateCreationDateTime": datetime(2026, 1, 1, tzinfo=UTC),
            "Keys": FRED,
            "NewImage": FRED,
            "SequenceNumber": "1767225600000000000000001",
            "SizeBytes": 12,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


@pytest.mark.parametrize(
    ("view_type", "old", "new", "event_name", "images"),
    [
        ("NEW_AND_OLD_IMAGES", None, FRED, "INSERT", {"NewImage": FRED}),
        ("NEW_AND_OLD_IMAGES", FRED, FRED_NAMED, "MODIFY", {"NewImage": FRED_NAMED, "OldImage": FRED}),
        ("NEW_AND_OLD_IMAGES", FRED, None, "REMOVE", {"OldImage": FRED}),
        ("NEW_IMAGE", None, FRED, "INSERT", {"NewImage": FRED}),
        ("NEW_IMAGE", FRED, FRED_NAMED, "MODIFY", {"NewImage": FRED_NAMED}),
        ("NEW_IMAGE", FRED, None, "REMOVE", {}),
        ("OLD_IMAGE", None, FRED, "INSERT", {}),
        ("OLD_IMAGE", FRED, FRED_NAMED, "MODIFY", {"OldImage": FRED}),
        ("OLD_IMAGE", FRED, None, "REMOVE", {"OldImage": FRED}),
        ("KEYS_ONLY", None, FRED, "INSERT", {}),
        ("KEYS_ONLY", FRED, FRED_NAMED, "MODIFY", {}),
        ("KEYS_ONLY", FRED, None, "REMOVE", {}),
    ],
)
def test_images_follow_the_view_type_and_the_event(
    view_type: str,
    old: Attributes | None,
    new: Attributes | None,
    event_name: str,
    images: dict[str, Any],
) -> None:
    stream = make_stream(view_type)

    stream.record(old, new)

    (record,) = records(stream)
    change = record["dynamodb"]
    found = {part: change[part] for part in ("NewImage", "OldImage") if part in change}
    assert (record["eventName"], found, change["Keys"]) == (event_name, images, FRED)


def test_a_number_that_is_only_written_otherwise_is_no_change() -> None:
    stream = make_stream()

    stream.record(None, {**FRED, "price": {"N": "12.50"}, "sizes": {"NS": ["1E1", "2"]}})
    stream.record(
        {**FRED, "price": {"N": "12.50"}, "sizes": {"NS": ["1E1", "2"]}},
        {**FRED, "price": {"N": "12.5"}, "sizes": {"NS": ["10", "2.0"]}},
    )

    assert [record["dynamodb"]["NewImage"] for record in records(stream)] == [
        {**FRED, "price": {"N": "12.5"}, "sizes": {"NS": ["10", "2"]}}
    ]


def test_a_write_that_changes_nothing_leaves_no_record() -> None:
    stream = make_stream()

    stream.record(FRED_NAMED, dict(FRED_NAMED))

    assert records(stream) == []


# Sizes recorded on AWS (LocalStack's validated snapshots of DynamoDB Streams): UTF-8 bytes of the names and values
# of Keys, NewImage and OldImage; a number counts its digits.
@pytest.mark.parametrize(
    ("view_type", "old", "new", "expected"),
    [
        ("NEW_AND_OLD_IMAGES", None, FRED, 12),
        ("NEW_AND_OLD_IMAGES", FRED, FRED_NAMED, 26),
        ("KEYS_ONLY", None, {"Username": {"S": "Fred"}}, 12),
        ("NEW_IMAGE", None, {"id": {"S": "é"}, "n": {"N": "42"}}, 4 + 4 + 3),
    ],
)
def test_size_bytes_adds_up_names_and_values(
    view_type: str, old: Attributes | None, new: Attributes, expected: int
) -> None:
    stream = make_stream(view_type)
    stream._key_names = [next(iter(new))]

    stream.record(old, new)

    assert records(stream)[0]["dynamodb"]["SizeBytes"] == expected


def test_binary_values_are_bytes_at_every_depth() -> None:
    stream = make_stream("NEW_IMAGE")

    stream.record(
        None,
        {
            "id": {"S": "a"},
            "b": {"B": "AAEC"},
            "bs": {"BS": ["AA==", "AQ=="]},
            "m": {"M": {"l": {"L": [{"B": "AAEC"}, {"NULL": True}]}}},
        },
    )

    assert records(stream)[0]["dynamodb"]["NewImage"] == {
        "id": {"S": "a"},
        "b": {"B": b"\x00\x01\x02"},
        "bs": {"BS": [b"\x00", b"\x01"]},
        "m": {"M": {"l": {"L": [{"B": b"\x00\x01\x02"}, {"NULL": True}]}}},
    }


def test_sequence_numbers_are_strictly_ordered() -> None:
    stream = make_stream()
    for index in range(12):
        stream.record(None, {"id": {"S": str(index)}})

    numbers = [record["dynamodb"]["SequenceNumber"] for record in records(stream)]

    assert numbers == sorted(set(numbers), key=int)
    assert all(21 <= len(number) <= 40 for number in numbers)


def test_a_record_does_not_change_with_the_item() -> None:
    stream = make_stream()
    item: dict[str, dict[str, Any]] = {"id": {"S": "a"}, "l": {"L": [{"N": "1"}]}}
    stream.record(None, item)

    item["l"]["L"].append({"N": "2"})

    assert records(stream)[0]["dynamodb"]["NewImage"]["l"] == {"L": [{"N": "1"}]}


def test_a_service_delete_carries_its_identity() -> None:
    stream = make_stream()

    stream.record(FRED, None, {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"})

    assert records(stream)[0]["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def test_a_disabled_stream_takes_no_more() -> None:
    stream = make_stream()
    stream.record(None, FRED)
    stream.disable()

    stream.record(FRED, None)

    assert [record["eventName"] for record in records(stream)] == ["INSERT"]
    assert stream.status == "DISABLED"


def test_the_changes_of_a_transaction_are_recorded_each() -> None:
    stream = make_stream()
    pending = PendingChanges(stream)
    pending.record(None, FRED)
    pending.record({"id": {"S": "b"}}, None)
    assert records(stream) == []

    pending.record_each()

    assert [record["eventName"] for record in records(stream)] == ["INSERT", "REMOVE"]
