"""Kinesis puts and gets: routing, limits, iterators, retention and resharding.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.listing import decode_token, list_shards
from emulator.kinesis.new_record import NewRecord, hash_key
from tests.clock import ManualClock
from tests.unit.kinesis.subject import FIRST, MAXIMUM_HASH_KEY
from tests.unit.kinesis.subject import Subject as Base


class Subject(Base):
    """A subject that reads through iterators."""

    def read(self, iterator_type: str, shard_id: str = FIRST, **arguments: Any) -> list[bytes]:
        token = self.data_plane.iterator(self.stream, shard_id, iterator_type, **arguments)
        return self.get(token)[0]

    def get(self, token: str, limit: int | None = None) -> tuple[list[bytes], str | None]:
        page = self.data_plane.get(self.stream, self.data_plane.decode_iterator(token), limit)
        return [record["Data"] for record in page.records], page.next_iterator


def test_each_iterator_type_starts_where_kinesis_says() -> None:
    # GIVEN three records, one second apart
    subject = Subject()
    start = subject.clock.now
    numbers: list[str] = []
    for data in (b"a", b"b", b"c"):
        numbers += subject.put(data)
        subject.clock.advance(1)

    # THEN
    assert subject.read("TRIM_HORIZON") == [b"a", b"b", b"c"]
    assert subject.read("LATEST") == []
    assert subject.read("AT_SEQUENCE_NUMBER", sequence_number=numbers[1]) == [b"b", b"c"]
    assert subject.read("AFTER_SEQUENCE_NUMBER", sequence_number=numbers[1]) == [b"c"]
    moment = datetime.fromtimestamp(start + 1, UTC)
    assert subject.read("AT_TIMESTAMP", timestamp=moment) == [b"b", b"c"]


@pytest.mark.parametrize("iterator_type", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_a_sequence_number_that_no_record_has_yet_skips_none(iterator_type: str) -> None:
    subject = Subject()
    subject.put(b"old")
    shard = subject.stream.shards[FIRST]
    numbers = [shard.sequence_number(position, subject.clock()) for position in (2, 1_000)]
    tokens = [subject.data_plane.iterator(subject.stream, FIRST, iterator_type, number) for number in numbers]

    subject.put(b"a", b"b")

    assert [subject.get(token)[0] for token in tokens] == [[b"a", b"b"]] * 2


def test_latest_sees_what_is_written_after_it_was_given_out() -> None:
    subject = Subject()
    subject.put(b"old")
    token = subject.data_plane.iterator(subject.stream, FIRST, "LATEST")

    subject.put(b"new")

    assert subject.get(token)[0] == [b"new"]


def test_pages_follow_one_another() -> None:
    subject = Subject()
    subject.put(b"a", b"b", b"c")

    first, token = subject.get(subject.data_plane.iterator(subject.stream, FIRST, "TRIM_HORIZON"), limit=2)
    assert token is not None
    second, _ = subject.get(token, limit=2)

    assert (first, second) == ([b"a", b"b"], [b"c"])


def test_sequence_numbers_have_56_digits_and_grow() -> None:
    numbers = Subject().put(b"a", b"b", b"c")

    assert [len(number) for number in numbers] == [56, 56, 56]
    assert sorted(numbers, key=int) == numbers


def test_millis_behind_latest_is_the_age_of_the_next_record() -> None:
    # GIVEN two records, the second one second after the first
    subject = Subject()
    subject.put(b"a")
    subject.clock.advance(1)
    subject.put(b"b")
    subject.clock.advance(2.5)
    iterator = subject.data_plane.decode_iterator(
        subject.data_plane.iterator(subject.stream, FIRST, "TRIM_HORIZON")
    )

    # THEN
    assert subject.data_plane.get(subject.stream, iterator, 1).millis_behind_latest == 2500
    assert subject.data_plane.get(subject.stream, iterator, None).millis_behind_latest == 0


def test_records_leave_with_the_retention_period() -> None:
    subject = Subject()
    subject.put(b"a")
    subject.clock.advance(24 * 3600 + 1)
    subject.put(b"b")

    assert subject.read("TRIM_HORIZON") == [b"b"]


def test_a_longer_retention_period_keeps_them() -> None:
    subject = Subject()
    subject.stream.retention_period_hours = 48
    subject.put(b"a")
    subject.clock.advance(24 * 3600 + 1)

    assert subject.read("TRIM_HORIZON") == [b"a"]


def test_an_iterator_expires_after_five_minutes() -> None:
    subject = Subject()
    token = subject.data_plane.iterator(subject.stream, FIRST, "LATEST")
    subject.clock.advance(301)

    with pytest.raises(ServiceError) as raised:
        subject.get(token)

    assert raised.value.code == "ExpiredIteratorException"


def test_the_md5_of_the_partition_key_chooses_the_shard() -> None:
    # GIVEN four shards
    subject = Subject(shard_count=4)

    # WHEN twenty keys are written
    chosen = {
        key: subject.data_plane.put(subject.stream, NewRecord(key, b"x"))[1] for key in map(str, range(20))
    }

    # THEN each is where its hash says, and the ranges of the shards leave no gap
    for key, shard_id in chosen.items():
        shard = subject.stream.shards[shard_id]
        assert shard.starting_hash <= hash_key(NewRecord(key, b"x")) <= shard.ending_hash
    assert set(chosen.values()) == set(subject.stream.shards)


@pytest.mark.parametrize(
    ("explicit", "index"), [("0", 0), (str(2**127 - 1), 0), (str(2**127), 1), (str(MAXIMUM_HASH_KEY), 1)]
)
def test_an_explicit_hash_key_overrides_the_partition_key(explicit: str, index: int) -> None:
    subject = Subject(shard_count=2)

    _, shard_id = subject.data_plane.put(subject.stream, NewRecord("any", b"x", explicit))

    assert shard_id == f"shardId-{index:012d}"


@pytest.mark.parametrize(
    ("records", "code", "fragment"),
    [
        ([NewRecord("k", b"x")] * 501, "ValidationException", "'records' failed"),
        (
            # One byte too many, the key's.
            [NewRecord("k", b"x" * 1_048_575), NewRecord("k", b"x" * 1_048_576)],
            "ValidationException",
            "'records.2.member.data'",
        ),
        ([NewRecord("", b"x")], "ValidationException", "greater than or equal to 1"),
        ([NewRecord("k" * 257, b"x")], "ValidationException", "less than or equal to 256"),
        ([NewRecord("k", b"x", str(2**128))], "InvalidArgumentException", "ExplicitHashKey"),
        ([NewRecord("k", b"x", "-1")], "ValidationException", "records.1.member.explicitHashKey"),
        ([NewRecord("k", b"x", "01")], "ValidationException", "pattern: 0|([1-9]\\d{0,38})"),
        ([NewRecord("k", b"x" * 1_048_575)] * 11, "InvalidArgumentException", "10 MB"),
    ],
    ids=["count", "data", "empty key", "long key", "hash key", "negative hash key", "leading zero", "total"],
)
def test_a_request_outside_the_limits_is_refused_whole(
    records: list[NewRecord], code: str, fragment: str
) -> None:
    subject = Subject()

    with pytest.raises(ServiceError) as raised:
        subject.data_plane.put_all(subject.stream, records)

    assert (raised.value.code, fragment in raised.value.message) == (code, True)
    assert subject.read("TRIM_HORIZON") == []


def test_the_data_and_the_key_of_a_record_share_a_mebibyte() -> None:
    subject = Subject()

    subject.put(b"x" * (1_048_576 - 256), partition_key="k" * 256)
    with pytest.raises(ServiceError) as raised:
        subject.put(b"x" * (1_048_577 - 256), partition_key="k" * 256)

    assert (raised.value.code, len(subject.read("TRIM_HORIZON"))) == ("ValidationException", 1)


@pytest.mark.parametrize("limit", [0, 10_001])
def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    subject = Subject()
    token = subject.data_plane.iterator(subject.stream, FIRST, "LATEST")

    with pytest.raises(ServiceError) as raised:
        subject.get(token, limit)

    assert raised.value.code == "InvalidArgumentException"


@pytest.mark.parametrize(
    ("iterator_type", "arguments", "message"),
    [
        ("AT_SEQUENCE_NUMBER", {}, "Request specified AT_SEQUENCE_NUMBER and no StartingSequenceNumber."),
        ("LATEST", {"sequence_number": "5"}, "Request specified LATEST and also a StartingSequenceNumber."),
        ("AFTER_SEQUENCE_NUMBER", {"sequence_number": "x"}, "under account 000000000000 is invalid."),
        ("AFTER_SEQUENCE_NUMBER", {"sequence_number": "0"}, "under account 000000000000 is invalid."),
        ("AT_TIMESTAMP", {}, "Current request has no timestamp parameter."),
        ("SOMEWHERE", {}, "Invalid ShardIteratorType: SOMEWHERE"),
    ],
)
def test_an_iterator_request_that_makes_no_sense_is_refused(
    iterator_type: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServiceError) as raised:
        Subject().read(iterator_type, **arguments)

    assert (raised.value.code, raised.value.message[-len(message) :]) == ("InvalidArgumentException", message)


def test_a_sequence_number_of_another_shard_is_refused() -> None:
    subject = Subject(shard_count=2)
    other = subject.stream.shards["shardId-000000000001"].sequence_number(1, subject.clock())

    with pytest.raises(ServiceError) as raised:
        subject.read("AFTER_SEQUENCE_NUMBER", sequence_number=other)

    assert raised.value.message == (
        "Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard "
        "with shardId-000000000000"
    )


def test_a_sequence_number_of_another_stream_is_refused() -> None:
    (number,) = Subject(clock=ManualClock(1_700_000_000.0)).put(b"x")

    with pytest.raises(ServiceError) as raised:
        Subject().read("AT_SEQUENCE_NUMBER", sequence_number=number)

    assert raised.value.message.endswith("is invalid because it did not come from this stream.")


def test_a_timestamp_in_the_future_is_refused() -> None:
    subject = Subject()
    now = datetime.fromtimestamp(subject.clock.now, UTC)
    assert subject.read("AT_TIMESTAMP", timestamp=now) == []

    with pytest.raises(ServiceError) as raised:
        subject.read("AT_TIMESTAMP", timestamp=now + timedelta(milliseconds=1))

    assert (raised.value.code, raised.value.message) == (
        "InvalidArgumentException",
        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
        "timestampInMillis: 1767225600001, currentTimestampInMillis: 1767225600000",
    )


def test_a_timestamp_before_everything_is_the_trim_horizon() -> None:
    subject = Subject()
    subject.put(b"a")

    assert subject.read("AT_TIMESTAMP", timestamp=datetime(2015, 1, 1, tzinfo=UTC)) == [b"a"]


def test_quotes_around_an_iterator_are_passed_over() -> None:
    # LocalStack: test_get_records_shard_iterator_with_surrounding_quotes, validated on AWS
    subject = Subject()
    subject.put(b"a")
    token = subject.data_plane.iterator(subject.stream, FIRST, "TRIM_HORIZON")

    assert subject.get(f'"{token}"')[0] == [b"a"]


def test_an_iterator_does_not_read_a_later_stream_of_the_same_name() -> None:
    # GIVEN an iterator of a stream that was deleted and created again
    before, after = Subject(), Subject(clock=ManualClock(1_767_225_601.0))
    token = before.data_plane.iterator(before.stream, FIRST, "TRIM_HORIZON")
    after.put(b"secret")

    with pytest.raises(ServiceError) as raised:
        after.get(token)

    assert (raised.value.code, raised.value.message) == (
        "ResourceNotFoundException",
        f"Shard {FIRST} in stream orders under account 000000000000 does not exist",
    )


def test_an_unknown_shard_is_named() -> None:
    with pytest.raises(ServiceError) as raised:
        Subject().read("LATEST", shard_id="shardId-000000000009")

    assert raised.value.code == "ResourceNotFoundException"
    assert "shardId-000000000009 in stream orders under account 000000000000" in raised.value.message


def test_a_split_shard_keeps_its_records_and_ends_with_its_children() -> None:
    # GIVEN a shard with a record
    subject = Subject()
    (before,) = subject.put(b"before")

    # WHEN it is split and more is written
    subject.clock.advance(1)
    subject.split()
    (after,) = subject.put(b"after")

    # THEN the parent holds the old record, ends, and names its children
    token = subject.data_plane.iterator(subject.stream, FIRST, "TRIM_HORIZON")
    page = subject.data_plane.get(subject.stream, subject.data_plane.decode_iterator(token), None)
    assert ([record["Data"] for record in page.records], page.next_iterator) == ([b"before"], None)
    assert [(child["ShardId"], child["ParentShards"]) for child in page.child_shards] == [
        ("shardId-000000000001", [FIRST]),
        ("shardId-000000000002", [FIRST]),
    ]
    # AND the new record's sequence number follows the parent's last
    assert int(after) > int(
        subject.stream.shards[FIRST].to_json()["SequenceNumberRange"]["EndingSequenceNumber"]
    )
    assert int(after) > int(before)


@pytest.mark.parametrize(
    ("shard_filter", "expected"),
    [
        (None, [0, 1, 2]),
        ({"Type": "AT_LATEST"}, [1, 2]),
        ({"Type": "AT_TRIM_HORIZON"}, [0]),
        ({"Type": "AFTER_SHARD_ID", "ShardId": FIRST}, [1, 2]),
    ],
)
def test_shards_are_listed_by_filter(shard_filter: dict[str, Any] | None, expected: list[int]) -> None:
    subject = Subject()
    subject.clock.advance(1)
    subject.split()

    shards, token = list_shards(subject.stream, subject.clock(), shard_filter=shard_filter)

    assert ([shard["ShardId"] for shard in shards], token) == ([f"shardId-{i:012d}" for i in expected], None)


def test_a_long_listing_goes_on_with_its_token() -> None:
    subject = Subject(shard_count=3)

    first, token = list_shards(subject.stream, subject.clock(), maximum_results=2)
    assert token is not None
    name, start, shard_filter = decode_token(token, subject.clock())
    rest, end = list_shards(subject.stream, subject.clock(), start, shard_filter, maximum_results=2)

    assert (name, end) == ("orders", None)
    assert [shard["ShardId"] for shard in first + rest] == sorted(subject.stream.shards)


def test_a_closed_shard_is_not_listed_once_its_records_are_gone() -> None:
    subject = Subject()
    subject.clock.advance(1)
    subject.split()

    subject.clock.advance(24 * 3600 - 1)
    assert len(list_shards(subject.stream, subject.clock())[0]) == 3
    subject.clock.advance(1)
    at_horizon = {"Type": "AT_TRIM_HORIZON"}
    for shard_filter in (None, {"Type": "FROM_TRIM_HORIZON"}, at_horizon):
        shards, _ = list_shards(subject.stream, subject.clock(), shard_filter=shard_filter)
        assert [shard["ShardId"] for shard in shards] == ["shardId-000000000001", "shardId-000000000002"]
