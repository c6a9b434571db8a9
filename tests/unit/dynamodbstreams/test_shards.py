"""How the shards of a stream follow one another, and that a reader of all of them loses nothing.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from collections import defaultdict
from typing import Any

import pytest

from emulator.dynamodbstreams.change_stream import ChangeStream
from emulator.dynamodbstreams.client import DynamoDBStreamsClient
from emulator.dynamodbstreams.data_plane import DataPlane, StreamRegistry
from emulator.errors import ServiceError
from emulator.pipes.source import DynamoDBStreamSource
from tests.clock import ManualClock

TABLE_ARN = "arn:aws:dynamodb:eu-north-1:000000000000:table/Orders"
HOUR = 3600
# A record of an item with one letter as its key, keys only.
RECORD_BYTES = 3


def make_stream(
    clock: ManualClock, split_bytes: int = 1 << 20, maximum_bytes: int = 1 << 20
) -> tuple[ChangeStream, DataPlane]:
    """Return a stream and what reads it."""
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    stream = ChangeStream("Orders", TABLE_ARN, schema, "KEYS_ONLY", "1", clock, split_bytes, maximum_bytes)
    registry = StreamRegistry()
    registry.add(stream)
    return stream, DataPlane(registry, clock)


def insert(stream: ChangeStream, *names: str) -> None:
    """Insert items."""
    for name in names:
        stream.record(None, {"id": {"S": name}})


def listed(data_plane: DataPlane, stream: ChangeStream, **arguments: Any) -> list[dict[str, Any]]:
    """Return the shards as DescribeStream lists them."""
    description = data_plane.describe_stream(stream.arn, **arguments)["StreamDescription"]
    return list(description["Shards"])


def read(data_plane: DataPlane, stream: ChangeStream, shard_id: str) -> list[tuple[int, str]]:
    """Return the sequence numbers and keys in a shard."""
    iterator = data_plane.get_shard_iterator(stream.arn, shard_id, "TRIM_HORIZON")["ShardIterator"]
    return [
        (int(record["dynamodb"]["SequenceNumber"]), record["dynamodb"]["Keys"]["id"]["S"])
        for record in data_plane.get_records(iterator)["Records"]
    ]


def test_a_shard_that_is_four_hours_old_goes_on_in_one_child() -> None:
    # GIVEN a stream with a record
    clock = ManualClock()
    stream, data_plane = make_stream(clock)
    insert(stream, "a")

    # WHEN the next change comes after four hours
    clock.advance(4 * HOUR)
    insert(stream, "b")

    # THEN the first shard has ended, and the second one names it as its parent
    parent, child = listed(data_plane, stream)
    assert "ParentShardId" not in parent
    assert parent["SequenceNumberRange"].keys() == {"StartingSequenceNumber", "EndingSequenceNumber"}
    assert child["ParentShardId"] == parent["ShardId"]
    assert child["SequenceNumberRange"].keys() == {"StartingSequenceNumber"}
    assert [name for _, name in read(data_plane, stream, parent["ShardId"])] == ["a"]
    assert [name for _, name in read(data_plane, stream, child["ShardId"])] == ["b"]


def test_a_shard_that_has_grown_splits_in_two() -> None:
    stream, data_plane = make_stream(ManualClock(), split_bytes=10 * RECORD_BYTES)

    insert(stream, *("a" * 10), *"bcdefghijk")

    parent, *children = listed(data_plane, stream)
    assert [child["ParentShardId"] for child in children] == [parent["ShardId"]] * 2
    found = [[name for _, name in read(data_plane, stream, child["ShardId"])] for child in children]
    assert all(found)
    assert sorted(found[0] + found[1]) == list("bcdefghijk")


def test_there_are_no_more_than_four_open_shards() -> None:
    stream, data_plane = make_stream(ManualClock(), split_bytes=2 * RECORD_BYTES)

    insert(stream, *("abcdefghijklmnopqrstuvwxyz" * 4))

    shards = listed(data_plane, stream)
    open_shards = [shard for shard in shards if "EndingSequenceNumber" not in shard["SequenceNumberRange"]]
    assert len(open_shards) == 4
    assert len(shards) > 20


def test_parents_before_children_is_the_order_of_each_item() -> None:
    # GIVEN many changes of some items, all within one second, over many splits
    stream, data_plane = make_stream(ManualClock(), split_bytes=5 * RECORD_BYTES)
    for step in range(40):
        for name in "abcde":
            stream.record({"id": {"S": name}, "n": {"N": str(step)}}, {"id": {"S": name}})

    # WHEN all shards are read, parents before children
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    done: set[str] = set()
    for shard in listed(data_plane, stream):
        assert shard.get("ParentShardId") in {None, *done}
        done.add(shard["ShardId"])
        for number, name in read(data_plane, stream, shard["ShardId"]):
            numbers[name].append(number)

    # THEN every change is there, in the order of its item, under a number of its own
    assert {name: len(found) for name, found in numbers.items()} == dict.fromkeys("abcde", 40)
    assert all(found == sorted(found) for found in numbers.values())
    assert len({number for found in numbers.values() for number in found}) == 200


def test_the_children_of_a_shard_are_listed_by_filter() -> None:
    stream, data_plane = make_stream(ManualClock(), split_bytes=RECORD_BYTES)
    insert(stream, "a", "b")

    parent, *children = listed(data_plane, stream)
    filtered = listed(data_plane, stream, shard_filter={"Type": "CHILD_SHARDS", "ShardId": parent["ShardId"]})

    assert (len(children), filtered) == (2, children)
    leaf = {"Type": "CHILD_SHARDS", "ShardId": children[0]["ShardId"]}
    assert listed(data_plane, stream, shard_filter=leaf) == []


@pytest.mark.parametrize("shard_filter", [{"Type": "CHILD_SHARDS"}, {"Type": "PARENTS", "ShardId": "x"}])
def test_a_filter_that_is_not_whole_is_refused(shard_filter: dict[str, str]) -> None:
    stream, data_plane = make_stream(ManualClock())

    with pytest.raises(ServiceError) as raised:
        data_plane.describe_stream(stream.arn, shard_filter=shard_filter)

    assert raised.value.code == "ValidationException"


def test_shards_are_listed_page_by_page() -> None:
    stream, data_plane = make_stream(ManualClock(), split_bytes=RECORD_BYTES)
    insert(stream, *"abcdef")
    everything = [shard["ShardId"] for shard in listed(data_plane, stream)]

    pages, start = [], None
    while True:
        description = data_plane.describe_stream(stream.arn, start, 2)["StreamDescription"]
        pages.append([shard["ShardId"] for shard in description["Shards"]])
        start = description.get("LastEvaluatedShardId")
        if start is None:
            break

    assert [name for page in pages for name in page] == everything
    assert [len(page) for page in pages[:-1]] == [2] * (len(pages) - 1)


@pytest.mark.parametrize("limit", [0, 101])
def test_a_listing_limit_out_of_range_is_refused(limit: int) -> None:
    stream, data_plane = make_stream(ManualClock())

    with pytest.raises(ServiceError) as raised:
        data_plane.describe_stream(stream.arn, limit=limit)

    assert raised.value.code == "ValidationException"


def test_an_ended_shard_is_forgotten_after_a_day() -> None:
    clock = ManualClock()
    stream, data_plane = make_stream(clock)
    insert(stream, "a")
    clock.advance(4 * HOUR)
    insert(stream, "b")

    clock.advance(24 * HOUR)
    assert len(listed(data_plane, stream)) == 2
    clock.advance(1)

    assert len(listed(data_plane, stream)) == 1


def kept_bytes_of_a_record() -> int:
    """Return the memory that one of `insert`'s records takes in a log."""
    stream, _ = make_stream(ManualClock())
    insert(stream, "a")
    return stream.shards[0].log.kept_bytes


def test_all_shards_together_keep_to_the_byte_cap(caplog: pytest.LogCaptureFixture) -> None:
    # GIVEN a stream that may keep six records and splits after four
    maximum_bytes = 6 * kept_bytes_of_a_record()
    stream, data_plane = make_stream(ManualClock(), split_bytes=4 * RECORD_BYTES, maximum_bytes=maximum_bytes)

    insert(stream, *"abcdefgh")

    kept = [
        name for shard in listed(data_plane, stream) for _, name in read(data_plane, stream, shard["ShardId"])
    ]
    assert sorted(kept) == list("cdefgh")
    assert (
        f"{stream.arn} {stream.shards[0].shard_id}: the emulator keeps at most {maximum_bytes} bytes of the "
        "shards of a table's stream together; 1 records left before their retention ended"
    ) in caplog.text


def test_the_byte_cap_holds_however_many_shards_have_ended() -> None:
    # GIVEN a stream that may keep three records and splits after each
    record_bytes = kept_bytes_of_a_record()
    stream, _ = make_stream(ManualClock(), split_bytes=RECORD_BYTES, maximum_bytes=3 * record_bytes)

    insert(stream, *"abcdefghijkl")

    assert sum(shard.log.kept_bytes for shard in stream.shards) <= 4 * record_bytes


def test_a_pipe_is_told_which_shards_have_ended_and_whose_children_follow() -> None:
    clock = ManualClock()
    stream, data_plane = make_stream(clock, split_bytes=RECORD_BYTES)
    insert(stream, "a", "b")

    shards = DynamoDBStreamSource(DynamoDBStreamsClient(data_plane), stream.arn).shards()

    parent = shards[0]
    assert [(shard.parent_shard_ids, shard.closed) for shard in shards] == [
        ((), True),
        ((parent.shard_id,), False),
        ((parent.shard_id,), False),
    ]
