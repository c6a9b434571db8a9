"""Resharding: which shards may be merged, and what UpdateShardCount leaves open.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
"""

import pytest

from emulator.errors import ServiceError
from emulator.kinesis.quota import Quotas
from emulator.kinesis.resharding import merge_shards, split_shard, update_shard_count
from emulator.kinesis.shard import Shard
from tests.unit.kinesis.subject import FIRST, MAXIMUM_HASH_KEY, FakeStream, Subject

QUOTAS = Quotas("000000000000", "eu-north-1", [])


def stream_of(shard_count: int) -> FakeStream:
    return FakeStream(dict(Subject(shard_count=shard_count).stream.shards))


@pytest.mark.parametrize(
    ("before", "after"), [(1, 2), (2, 1), (2, 3), (3, 2), (4, 3), (4, 6), (5, 3), (4, 8), (7, 14)]
)
def test_the_new_shards_share_the_hash_keys_evenly(before: int, after: int) -> None:
    stream = stream_of(before)

    assert update_shard_count(stream, after, QUOTAS) == before

    opened = sorted(
        (shard for shard in stream.shards.values() if shard.is_open), key=lambda shard: shard.starting_hash
    )
    starts, ends = [shard.starting_hash for shard in opened], [shard.ending_hash for shard in opened]
    assert len(opened) == after
    assert all(abs(start - index * 2**128 // after) <= 100 for index, start in enumerate(starts))
    assert (starts[0], ends) == (0, [*(start - 1 for start in starts[1:]), MAXIMUM_HASH_KEY])
    # AND each one comes from one that was there
    assert all(shard.parent in stream.shards for shard in opened if shard.index >= before)


@pytest.mark.parametrize(("before", "after", "made"), [(7, 14, 14), (6, 3, 3), (4, 3, 7)])
def test_no_more_shards_are_made_than_needed(before: int, after: int, made: int) -> None:
    # 4 to 3: the second and third are split, each half is merged with its neighbour
    stream = stream_of(before)

    update_shard_count(stream, after, QUOTAS)

    assert len(stream.shards) == before + made


def test_the_same_count_changes_nothing() -> None:
    stream = stream_of(2)

    update_shard_count(stream, 2, QUOTAS)

    assert [shard.is_open for shard in stream.shards.values()] == [True, True]


@pytest.mark.parametrize(("target", "fragment"), [(9, "up over double"), (1, "down below half")])
def test_more_than_double_and_less_than_half_are_refused(target: int, fragment: str) -> None:
    with pytest.raises(ServiceError) as raised:
        update_shard_count(stream_of(4), target, QUOTAS)

    assert raised.value.code == "InvalidArgumentException"
    assert raised.value.message == (
        f"UpdateShardCount cannot scale {fragment} your current open shard count. "
        f"Current open shard count: 4 Target shard count: {target}"
    )


def test_an_on_demand_stream_has_no_shard_count_to_update() -> None:
    stream = stream_of(4)
    stream.stream_mode = {"StreamMode": "ON_DEMAND"}

    with pytest.raises(ServiceError) as raised:
        update_shard_count(stream, 2, QUOTAS)

    assert (raised.value.code, raised.value.message) == (
        "ValidationException",
        "Request is invalid. Stream orders under account 000000000000 is in On-Demand mode.",
    )


@pytest.mark.parametrize(
    ("first", "second", "code", "fragment"),
    [
        (0, 4, "InvalidArgumentException", "are not an adjacent pair of shards eligible for merging"),
        (1, 0, "InvalidArgumentException", "are not an adjacent pair of shards eligible for merging"),
        (0, 9, "ResourceNotFoundException", "Could not find shard shardId-000000000009 in stream orders"),
        (2, 3, "InvalidArgumentException", "has already been merged or split"),
    ],
    ids=["apart", "in the wrong order", "unknown", "closed"],
)
def test_only_open_neighbours_are_merged(first: int, second: int, code: str, fragment: str) -> None:
    stream = stream_of(4)
    merge_shards(stream, "shardId-000000000002", "shardId-000000000003")

    with pytest.raises(ServiceError) as raised:
        merge_shards(stream, f"shardId-{first:012d}", f"shardId-{second:012d}")

    assert (raised.value.code, fragment in raised.value.message) == (code, True)


@pytest.mark.parametrize("shard_id", ["shardId-000000000001", "shardId-1", "1", "any-prefix-1"])
def test_a_shard_is_named_by_its_number(shard_id: str) -> None:
    # mhart/kinesalite, recorded on AWS
    stream = stream_of(2)

    split_shard(stream, shard_id, str(2**127 + 2))

    assert [shard.index for shard in stream.shards.values() if not shard.is_open] == [1]
    assert [shard.starting_hash for shard in stream.shards.values() if shard.index > 1] == [
        2**127,
        2**127 + 2,
    ]


@pytest.mark.parametrize("shard_id", ["ABKLFD8", "2.14E4", "shardId-", "2147483648"])
def test_what_ends_in_no_shard_number_is_not_found_as_it_was_written(shard_id: str) -> None:
    with pytest.raises(ServiceError) as raised:
        split_shard(stream_of(1), shard_id, "5")

    assert (raised.value.code, raised.value.message) == (
        "ResourceNotFoundException",
        f"Could not find shard {shard_id} in stream orders under account 000000000000.",
    )


@pytest.mark.parametrize("key", [2**127, 2**127 + 1, 2**128 - 1])
def test_a_split_leaves_hash_keys_on_both_sides(key: int) -> None:
    stream = stream_of(2)

    with pytest.raises(ServiceError) as raised:
        split_shard(stream, "shardId-000000000001", str(key))

    assert (raised.value.code, raised.value.message) == (
        "InvalidArgumentException",
        f"NewStartingHashKey {key} used in SplitShard() on shard shardId-000000000001 in stream orders under account "
        f"000000000000 is not both greater than one plus the shard's StartingHashKey {2**127} and less than the "
        f"shard's EndingHashKey {2**128 - 1}.",
    )


def test_no_more_shards_are_made_than_the_account_may_have() -> None:
    # GIVEN an account with 5,999 open shards, three of them in the stream
    stream = stream_of(3)
    other = FakeStream({str(index): Shard(index, 0, 0) for index in range(5_996)})

    # WHEN the stream would grow by two
    with pytest.raises(ServiceError) as raised:
        update_shard_count(stream, 5, Quotas("000000000000", "eu-north-1", [stream, other]))

    # THEN
    assert raised.value.code == "LimitExceededException"
    assert len(stream.shards) == 3


def test_sequence_numbers_grow_from_parent_to_child_through_reshards_of_one_moment() -> None:
    # GIVEN a clock that stands still, and more shards than the last hexadecimal digit tells apart
    subject = Subject()
    numbers = subject.put(b"x")

    # WHEN the open shard is split and its halves are merged again and again, a record in each
    for _ in range(8):
        parent = max(subject.stream.shards)
        split_shard(subject.stream, parent, str(2**127))
        first, second = sorted(subject.stream.shards)[-2:]
        numbers += subject.put(b"x")
        merge_shards(subject.stream, first, second)
        numbers += subject.put(b"x")

    # THEN
    assert len(subject.stream.shards) == 25
    assert sorted(numbers, key=int) == numbers


def test_who_reads_to_the_end_of_a_parent_finds_its_children() -> None:
    # GIVEN a reader that looks as soon as a parent is closed
    subject = Subject()
    children = []

    class Watched(Shard):
        @property
        def is_open(self) -> bool:
            return self.closed_at is None

        @is_open.setter
        def is_open(self, value: bool) -> None:
            self.closed_at = subject.clock()
            children.append([shard.shard_id for shard in subject.stream.shards.values() if shard.parent])

    subject.stream.shards[FIRST] = Watched(0, 0, MAXIMUM_HASH_KEY, clock=subject.clock)

    # WHEN
    split_shard(subject.stream, FIRST, str(2**127))

    # THEN
    assert children == [["shardId-000000000001", "shardId-000000000002"]]
