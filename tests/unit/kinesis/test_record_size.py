"""The size of a stream's records.

https://docs.aws.amazon.com/streams/latest/dev/large-records.html
"""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.new_record import NewRecord
from emulator.kinesis.record_size import refuse_warm_throughput
from tests.unit.kinesis.subject import FIRST, Subject

LARGEST = 10 * 1024 * 1024


def test_a_record_may_be_as_large_as_its_stream_says() -> None:
    # GIVEN a stream of the largest records
    subject = Subject()
    subject.stream.max_record_size_in_kib = 10_240

    # THEN one of exactly that size is taken, its key included, and read back
    subject.put(b"x" * (LARGEST - 1), partition_key="k")
    iterator = subject.data_plane.iterator(subject.stream, FIRST, "TRIM_HORIZON")
    page = subject.data_plane.get(subject.stream, subject.data_plane.decode_iterator(iterator), None)
    assert [len(record["Data"]) for record in page.records] == [LARGEST - 1]

    # AND one byte more is refused by both operations
    large = NewRecord("k", b"x" * LARGEST)
    for put in (
        lambda: subject.data_plane.put(subject.stream, large),
        lambda: subject.data_plane.put_all(subject.stream, [large]),
    ):
        with pytest.raises(ServiceError) as raised:
            put()
        assert raised.value.code == "ValidationException"
        assert raised.value.message.endswith(f"Member must have length less than or equal to {LARGEST}")


def test_a_large_record_uses_up_the_throughput_of_the_seconds_it_is_worth() -> None:
    subject = Subject(limited=True)
    subject.stream.max_record_size_in_kib = 10_240
    subject.put(b"x" * (LARGEST - 1), partition_key="k")

    for seconds in (1, 7.9):
        subject.clock.advance(seconds)
        with pytest.raises(ServiceError) as raised:
            subject.put(b"small")
        assert raised.value.code == "ProvisionedThroughputExceededException"
    subject.clock.advance(0.2)

    subject.put(b"small")


def test_warm_throughput_is_refused_by_name() -> None:
    refuse_warm_throughput(None)

    with pytest.raises(ServiceError) as raised:
        refuse_warm_throughput(0)

    assert (raised.value.code, raised.value.message.partition(" ")[0]) == (
        "InvalidArgumentException",
        "WarmThroughputMiBps",
    )
