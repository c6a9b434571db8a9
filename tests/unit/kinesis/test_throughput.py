"""The limits of a shard: what is let through, what is refused, and when it is let through again.

https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
"""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.client import put_records_response
from emulator.kinesis.new_record import NewRecord
from emulator.kinesis.throughput import TokenBucket
from tests.unit.kinesis.subject import FIRST, Subject

MEBIBYTE = 1024 * 1024
RATE_EXCEEDED = "Rate exceeded for shard shardId-000000000000 in stream orders under account 000000000000."


def read(subject: Subject, count: int = 1) -> list[int]:
    """Return how many records each of `count` reads from the beginning brings; -1 for a refused one."""
    results = []
    for _ in range(count):
        iterator = subject.data_plane.iterator(subject.stream, FIRST, "TRIM_HORIZON")
        try:
            page = subject.data_plane.get(subject.stream, subject.data_plane.decode_iterator(iterator), None)
        except ServiceError as error:
            results.append(-1 if error.message == RATE_EXCEEDED else -2)
        else:
            results.append(len(page.records))
    return results


def test_a_bucket_holds_one_second_and_fills_evenly() -> None:
    bucket = TokenBucket(10)

    assert bucket.allows(10, now=100.0)
    bucket.spend(10)
    assert [bucket.available(now) for now in (100.0, 100.25, 100.5, 200.0)] == [0, 2.5, 5, 10]


def test_a_bucket_is_not_emptied_by_a_clock_that_goes_back() -> None:
    bucket = TokenBucket(10)
    bucket.spend(4)

    assert [bucket.available(now) for now in (0.0, -5.0)] == [6, 6]


def test_records_over_the_limit_of_their_shard_are_refused_one_by_one() -> None:
    # GIVEN a shard that has taken 999 records in this second
    subject = Subject(limited=True)
    subject.put(*[b"x"] * 999)

    # WHEN three more come
    response = put_records_response(
        subject.data_plane.put_all(subject.stream, [NewRecord("k", b"x") for _ in range(3)])
    )

    # THEN one is taken
    refusal = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": RATE_EXCEEDED}
    assert response["FailedRecordCount"] == 2
    assert (response["Records"][0]["ShardId"], response["Records"][1:]) == (FIRST, [refusal, refusal])
    # AND a thousandth of a second later there is room for one more
    subject.clock.advance(0.0011)
    results = subject.data_plane.put_all(subject.stream, [NewRecord("k", b"x") for _ in range(2)])
    assert [isinstance(result, ServiceError) for result in results] == [False, True]


def test_bytes_over_the_limit_are_refused() -> None:
    subject = Subject(limited=True)
    subject.put(b"x" * (MEBIBYTE // 2))

    with pytest.raises(ServiceError) as raised:
        subject.put(b"x" * (MEBIBYTE // 2))
    assert (raised.value.code, raised.value.message) == (
        "ProvisionedThroughputExceededException",
        RATE_EXCEEDED,
    )

    subject.clock.advance(1)
    assert len(subject.put(b"x" * (MEBIBYTE // 2))) == 1


def test_the_largest_record_passes_an_idle_shard() -> None:
    subject = Subject(limited=True)

    assert len(subject.put(b"x" * (MEBIBYTE - 256), partition_key="k" * 256)) == 1


def test_each_shard_has_its_own_limit() -> None:
    subject = Subject(shard_count=2, limited=True)
    records = [NewRecord("k", b"x", explicit) for explicit in ("0", str(2**127)) for _ in range(1000)]

    results = [
        result
        for start in range(0, len(records), 500)
        for result in subject.data_plane.put_all(subject.stream, records[start : start + 500])
    ]

    assert not any(isinstance(result, ServiceError) for result in results)


def test_the_sixth_read_within_a_second_is_refused() -> None:
    subject = Subject(limited=True)
    subject.put(b"x")

    assert read(subject, 6) == [1, 1, 1, 1, 1, -1]
    subject.clock.advance(0.2)
    assert read(subject, 2) == [1, -1]


def test_a_read_of_ten_mebibytes_stops_reading_for_five_seconds() -> None:
    # GIVEN a shard with ten records of a mebibyte, ten seconds later
    subject = Subject(limited=True)
    for _ in range(10):
        subject.put(b"x" * (MEBIBYTE - 1))
        subject.clock.advance(1.1)

    # THEN
    assert read(subject) == [10]
    subject.clock.advance(4.9)
    assert read(subject) == [-1]
    subject.clock.advance(0.1)
    assert read(subject) == [10]


def test_writes_to_an_on_demand_stream_are_not_limited() -> None:
    subject = Subject(limited=True)
    subject.stream.stream_mode = {"StreamMode": "ON_DEMAND"}

    assert len(subject.put(*[b"x"] * 1500)) == 1500


def test_nothing_is_limited_unless_asked_for() -> None:
    subject = Subject()
    subject.put(*[b"x"] * 1500)

    assert read(subject, 6) == [1500] * 6
