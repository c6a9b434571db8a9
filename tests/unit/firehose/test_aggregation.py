"""Aggregates of the Kinesis Producer Library.

https://docs.aws.amazon.com/streams/latest/dev/kinesis-kpl-consumer-deaggregation.html
"""

import hashlib
from typing import Any

import pytest

from emulator.firehose.aggregation import deaggregate
from tests.unit.firehose.fakes import Subject, configuration, lambda_processor

MAGIC = b"\xf3\x89\x9a\xc2"


def field(number: int, value: int | bytes) -> bytes:
    """Return one field of a protocol buffer message; lengths below 128 only."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def sealed(message: bytes) -> bytes:
    """Return a message as an aggregate."""
    return MAGIC + message + hashlib.md5(message).digest()


def aggregate(*records: tuple[str, bytes]) -> bytes:
    """Return an aggregate of records, each a partition key and bytes."""
    keys = [key for key, _ in records]
    message = b"".join(field(1, key.encode()) for key in keys)
    message += b"".join(
        field(3, field(1, index) + field(2, 0) + field(3, data)) for index, (_, data) in enumerate(records)
    )
    return sealed(message)


# One record.
WHOLE = field(1, b"key") + field(3, field(1, 0) + field(3, b"data"))


def test_aggregate_is_taken_apart() -> None:
    assert deaggregate(aggregate(("a", b"one"), ("b", b""), ("c", b"\xff"))) == [
        ("a", b"one"),
        ("b", b""),
        ("c", b"\xff"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"order", id="an ordinary record"),
        pytest.param(MAGIC + b"order", id="too short"),
        pytest.param(MAGIC + b"order" * 10, id="wrong digest"),
        pytest.param(sealed(b"\x07"), id="unknown wire type"),
        pytest.param(sealed(b"\x1a\x7fcut off"), id="cut off"),
        pytest.param(sealed(b"\x80"), id="cut off number"),
        pytest.param(sealed(field(3, field(1, 5) + field(3, b"data"))), id="no such partition key"),
        pytest.param(sealed(field(3, field(1, 0))), id="no data"),
        pytest.param(sealed(b""), id="nothing inside"),
        pytest.param(sealed(field(1, b"key")), id="no record inside"),
        pytest.param(sealed(b"\x58" + b"\x80" * 10 + b"\x01" + WHOLE), id="number of eleven bytes"),
        pytest.param(sealed(WHOLE)[:-1] + b"?", id="one byte of the digest differs"),
    ],
)
def test_bytes_that_are_no_aggregate_are_left_alone(data: bytes) -> None:
    assert deaggregate(data) is None


def test_fields_that_are_not_known_are_passed_over() -> None:
    # GIVEN a number of ten bytes, the longest there is, in front
    message = b"\x58" + b"\xff" * 9 + b"\x01" + WHOLE

    # WHEN the aggregate is taken apart, THEN its record is found
    assert deaggregate(sealed(message)) == [("key", b"data")]


def test_endless_number_is_given_up_at_once() -> None:
    # GIVEN a megabyte of a number that goes on and on, with a digest that is right
    read: list[int] = []

    class Counted(bytes):
        def __getitem__(self, index: Any) -> Any:
            if isinstance(index, slice):
                return Counted(super().__getitem__(index))
            read.append(index)
            return super().__getitem__(index)

    # WHEN it is looked at, THEN it is no aggregate, and that was clear after ten bytes
    assert deaggregate(Counted(sealed(b"\xff" * 1_000_000))) is None
    assert read == list(range(10))


def test_bytes_that_begin_like_an_aggregate_are_delivered_as_they_are() -> None:
    # GIVEN such records, one with the digest of something that is no aggregate
    records = [MAGIC + b"order" * 10, sealed(b""), sealed(b"\xff" * 1000)]
    stream = Subject(configuration(interval_in_seconds=0))
    stream.kinesis.put(*records)

    # WHEN they are delivered
    stream.run()

    # THEN not a byte is missing
    assert (stream.s3.bodies(), stream.checkpoint()) == ([b"".join(records)], 3)


def test_records_of_an_aggregate_reach_the_function_one_by_one() -> None:
    # GIVEN an aggregate between two ordinary records
    stream = Subject(configuration(interval_in_seconds=0, processor=lambda_processor(interval_in_seconds=0)))
    stream.kinesis.put(b"one", aggregate(("a", b"two"), ("b", b"drop")), b"three")

    # WHEN they are processed
    stream.run()

    # THEN its records share a sequence number, and differ in their subsequence numbers and ids
    (event,) = stream.function.events
    sent = [
        (metadata["sequenceNumber"][-1], metadata["subsequenceNumber"], metadata["partitionKey"])
        for metadata in (record["kinesisRecordMetadata"] for record in event["records"])
    ]
    assert sent == [("1", 0, "key"), ("2", 0, "a"), ("2", 1, "b"), ("3", 0, "key")]
    assert len({record["recordId"] for record in event["records"]}) == 4
    assert (stream.s3.bodies(), stream.checkpoint()) == ([b"ONETWOTHREE"], 3)


def test_checkpoint_waits_for_every_record_of_an_aggregate() -> None:
    # GIVEN an aggregate of which one record is dropped and one is buffered
    stream = Subject(configuration(interval_in_seconds=10, processor=lambda_processor(interval_in_seconds=0)))
    stream.kinesis.put(aggregate(("a", b"one"), ("b", b"drop")))
    stream.run()
    assert stream.checkpoint() == 0

    # WHEN that one is delivered too, THEN the checkpoint moves
    stream.run(10)
    assert stream.checkpoint() == 1
