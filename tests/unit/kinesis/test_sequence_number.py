"""Sequence numbers: read as the Kinesis Client Library reads them, and refused as Kinesis refuses them.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
https://github.com/awslabs/amazon-kinesis-client (SequenceNumberValidator)
"""

from datetime import UTC, datetime

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.new_record import NewRecord
from emulator.kinesis.resharding import split_shard
from emulator.kinesis.sequence_number import sequence_number, sequence_number_parts
from tests.unit.kinesis.subject import FIRST, Subject

CREATED = 1_767_225_600_123_456
# Of examples in the documentation of Lambda's and of Kinesis's.
DOCUMENTED = {
    "49590338271490256608559692538361571095921575989136588898": (6, "2018-12-17"),
    "49543463076548007577105092703039560359975228518395019266": (0, "2014-09-23"),
}


def test_the_kinesis_client_library_finds_version_and_shard() -> None:
    number = int(sequence_number(CREATED, 1_234_567, 42, CREATED / 1e6))

    assert (number.bit_length(), number >> 184 & 0xF, number >> 4 & 0xFFFFFFFF) == (186, 2, 1_234_567)


def test_a_number_comes_back_as_its_parts() -> None:
    assert sequence_number_parts(sequence_number(CREATED, 17, 5, 1_767_225_700.9)) == (
        CREATED,
        17,
        5,
        1_767_225_700,
    )


@pytest.mark.parametrize("number", DOCUMENTED)
def test_numbers_of_the_documentation_tell_their_shard_and_time(number: str) -> None:
    shard_index, day = DOCUMENTED[number]

    parts = sequence_number_parts(number)

    assert (parts.shard_index, f"{datetime.fromtimestamp(parts.arrived_second, UTC):%Y-%m-%d}") == (
        shard_index,
        day,
    )


def test_numbers_grow_with_creation_shard_position_and_arrival() -> None:
    numbers = [
        int(sequence_number(*parts))
        for parts in (
            (CREATED, 0, 1, 1_767_225_601),
            (CREATED, 0, 2, 1_767_225_601),
            (CREATED, 0, 2, 1_767_225_602),
            (CREATED, 1, 0, 1_767_225_601),
            (CREATED + 1_000_000, 0, 0, 1_767_225_601),
        )
    ]

    assert sorted(set(numbers)) == numbers


def hexadecimal(digits: str) -> str:
    return str(int(digits, 16))


@pytest.mark.parametrize(
    "number",
    [hexadecimal("2" + 45 * "0" + version) for version in "034"]
    + [
        hexadecimal("3" + 45 * "0" + "2"),
        hexadecimal("1ffffffffff7fffffffffffffff000000000007fffffff2"),
        hexadecimal("20000000000800000000000000000000000000000000002"),
        hexadecimal("2ffffffffff7fffffffffffffff000000000007fffffff2"),
    ],
)
def test_an_order_that_no_record_can_have_is_refused(number: str) -> None:
    subject = Subject()

    with pytest.raises(ServiceError) as raised:
        subject.data_plane.put(subject.stream, NewRecord("a", b"", ordered_after=number))

    assert (raised.value.code, raised.value.message) == (
        "InvalidArgumentException",
        f"ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream orders under account 000000000000 "
        "is invalid.",
    )
    assert subject.put(b"next")[0].isdigit()


@pytest.mark.parametrize(
    "number",
    [
        hexadecimal("2" + 45 * "0" + "2"),
        hexadecimal("20000000000000000000000000000000000000800000002"),
    ],
)
def test_an_order_of_the_past_is_kept(number: str) -> None:
    subject = Subject()

    after, _ = subject.data_plane.put(subject.stream, NewRecord("a", b"", ordered_after=number))

    assert int(after) > int(number)


def test_a_record_may_follow_the_one_before_it_right_after_a_reshard() -> None:
    subject = Subject()
    subject.split()
    (first,) = subject.put(b"first")

    second, _ = subject.data_plane.put(subject.stream, NewRecord("1", b"", ordered_after=first))

    assert int(second) > int(first)


def test_a_record_of_another_shard_may_follow_the_one_before_it_right_after_a_reshard() -> None:
    # The pattern of the SDK's examples: partition keys change, the number before goes along.
    subject = Subject(shard_count=2)
    split_shard(subject.stream, FIRST, str(2**126))
    before, shards = None, set()

    for index in range(10):
        record = NewRecord(f"partitionKey-{index}", b"x", ordered_after=before)
        before, shard_id = subject.data_plane.put(subject.stream, record)
        shards.add(shard_id)

    assert shards == {f"shardId-{index:012d}" for index in (1, 2, 3)}


def test_the_number_of_a_shard_beyond_the_last_is_read_as_signed() -> None:
    subject, number = Subject(), hexadecimal("20000000000000000000000000000000000000800000002")

    with pytest.raises(ServiceError) as raised:
        subject.data_plane.iterator(subject.stream, FIRST, "AT_SEQUENCE_NUMBER", number)

    assert raised.value.message == (
        "Invalid StartingSequenceNumber. It encodes shardId--02147483648, while it was used in a call to a shard "
        "with shardId-000000000000"
    )


def test_a_closed_shard_ends_at_the_greatest_index_and_its_children_begin_a_second_later() -> None:
    # Recorded on AWS by kinesalite
    subject = Subject()
    (record,) = subject.put(b"x")
    subject.clock.advance(7)
    subject.split()
    ranges = [shard.to_json()["SequenceNumberRange"] for shard in subject.stream.shards.values()]

    ending = int(ranges[0]["EndingSequenceNumber"])

    assert (ending >> 80 & (1 << 64) - 1, ending >> 36 & (1 << 36) - 1) == (2**63 - 1, subject.clock())
    for child in ranges[1:]:
        parts = sequence_number_parts(child["StartingSequenceNumber"])
        assert (parts.created_microseconds, parts.arrived_second) == (
            (subject.clock() + 1) * 1_000_000,
            subject.clock() + 1,
        )
        assert int(record) < ending < int(child["StartingSequenceNumber"])
    # AND nothing comes after it
    for iterator_type in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        token = subject.data_plane.iterator(subject.stream, FIRST, iterator_type, str(ending))
        page = subject.data_plane.get(subject.stream, subject.data_plane.decode_iterator(token), None)
        assert (page.records, page.next_iterator, len(page.child_shards)) == ([], None, 2)


def test_children_of_two_streams_of_one_name_within_a_second_have_their_own_numbers() -> None:
    first, second = Subject(), Subject()
    second.clock.advance(0.25)
    for subject in (first, second):
        subject.split()
    (number,) = first.put(b"x")

    with pytest.raises(ServiceError) as raised:
        second.data_plane.iterator(second.stream, "shardId-000000000002", "AT_SEQUENCE_NUMBER", number)

    assert raised.value.message.endswith("is invalid because it did not come from this stream.")
