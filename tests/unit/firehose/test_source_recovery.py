"""Reading a data stream that throttles, that is deleted, or whose shards are gone.

https://docs.aws.amazon.com/firehose/latest/dev/troubleshooting.html
https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
"""

from itertools import pairwise

import pytest

from tests.unit.firehose.fakes import SHARD, STREAM_ARN, FakeShard
from tests.unit.firehose.source_setup import Reading

LEFT, RIGHT = "shardId-000000000001", "shardId-000000000002"


def positioned(*shard_ids: str) -> Reading:
    reading = Reading(*shard_ids)
    assert reading.source.position()
    return reading


def test_backlog_is_read_within_the_limit_of_kinesis() -> None:
    # GIVEN a shard that is served five times a second, and thirty pages
    reading = positioned()
    reading.kinesis.reads_per_second = 5
    reading.kinesis.page_size = 1
    orders = [str(number).encode() for number in range(30)]
    reading.kinesis.put(*orders)

    # WHEN it is read
    reading.run(40)

    # THEN everything arrives once, after a single refusal, which cost neither an event nor a new iterator
    assert reading.data == orders
    assert (reading.sums()["ThrottledGetRecords"], reading.events) == (1, [])
    assert [each["ShardIteratorType"] for each in reading.kinesis.iterator_requests] == ["LATEST"]


def test_reads_slow_down_while_kinesis_refuses_and_stay_slow_for_a_while() -> None:
    # GIVEN a shard whose reads other readers have used up, for four attempts
    reading = positioned()
    reading.refuse("GetRecords", "ProvisionedThroughputExceededException", 4)

    # WHEN time passes
    reading.run(90)

    # THEN the attempts get rarer, go on as often as those of AWS for a minute, and then as before
    waits = [round(after - before, 1) for before, after in pairwise(reading.kinesis.call_times("GetRecords"))]
    assert waits[:5] == [1.0, 1.0, 2.0, 4.0, 1.0]
    assert (set(waits[5:50]), set(waits[-50:])) == ({1.0}, {0.2})


@pytest.mark.parametrize("operation_name", ["GetShardIterator", "ListShards"])
def test_throttles_of_other_operations_are_waited_for(operation_name: str) -> None:
    # GIVEN a source that is refused where to begin
    reading = Reading()
    reading.refuse(operation_name, "LimitExceededException", 3)

    # WHEN time passes
    assert not reading.source.position()
    reading.kinesis.put(b"order")
    turns = reading.run(20)

    # THEN the record arrives, and nobody ran in circles
    assert (reading.data, reading.events) == ([b"order"], [])
    assert turns < 120


def test_iterator_that_is_always_too_old_is_not_asked_for_without_a_pause() -> None:
    reading = positioned()
    reading.refuse("GetRecords", "ExpiredIteratorException", 10_000)

    turns = reading.run(60)

    assert turns < 30


def test_deleted_data_stream_costs_neither_time_nor_events() -> None:
    # GIVEN a data stream of two shards that is deleted
    reading = positioned(LEFT, RIGHT)
    reading.run(1)
    reading.kinesis.deleted = True
    reading.kinesis.calls.clear()

    # WHEN five minutes pass
    turns = reading.run(300)

    # THEN it is looked for every ten seconds, and a handful of events says so
    assert len(reading.kinesis.calls) < 40
    assert turns < 60
    assert [code for _, code, _ in reading.events] == ["Kinesis.ResourceNotFound"] * 3


def test_data_stream_that_is_away_for_a_while_is_read_on() -> None:
    # GIVEN a data stream that Kinesis does not find for a minute
    reading = positioned()
    reading.kinesis.put(b"one")
    reading.run(1)
    reading.kinesis.deleted = True
    reading.run(60)

    # WHEN it is there again, and is the same, THEN nothing is missing and nothing comes twice
    reading.kinesis.deleted = False
    reading.kinesis.put(b"two")
    reading.run(15)
    assert reading.data == [b"one", b"two"]


def test_data_stream_that_is_not_found_once_is_read_on_within_a_second() -> None:
    reading = positioned()
    reading.refuse("GetRecords", "ResourceNotFoundException", 1)
    reading.run(0.1)

    reading.kinesis.put(b"order")
    reading.run(1)

    assert reading.data == [b"order"]


def test_nothing_is_read_before_a_listing_shows_whose_shards_they_are() -> None:
    # GIVEN a data stream that was deleted and created again, whose shards cannot be listed for some time
    reading = positioned()
    reading.run(1)
    reading.kinesis.deleted = True
    reading.refuse("ListShards", "LimitExceededException", 5)
    reading.run(2)
    reading.kinesis.replace(SHARD)

    # WHEN it gets a record, THEN that is never delivered
    reading.kinesis.put(b"new")
    reading.run(120)
    assert reading.data == []


@pytest.mark.parametrize("away_seconds", [0, 60])
@pytest.mark.parametrize("shard_ids", [[SHARD], [SHARD, LEFT], [RIGHT]])
def test_data_stream_that_was_created_again_is_another_one(
    shard_ids: list[str], away_seconds: int, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN a data stream that was deleted and created again
    reading = positioned(SHARD, LEFT)
    reading.kinesis.put(b"old")
    reading.run(1)
    reading.kinesis.deleted = True
    reading.run(away_seconds)
    reading.kinesis.replace(*shard_ids)
    reading.run(31)
    assert [entry.getMessage() for entry in caplog.records if "created again" in entry.getMessage()] == [
        f"{STREAM_ARN} was deleted and created again; create the delivery stream again to read the new one"
    ]

    # WHEN it gets records
    for shard_id in shard_ids:
        reading.kinesis.put(b"new", b"newer", shard_id=shard_id)
    turns = reading.run(600)

    # THEN they are not delivered, and the error log says why
    assert reading.data == [b"old"]
    assert {code for _, code, _ in reading.events} == {"Kinesis.ResourceNotFound"}
    assert (turns < 120, len(reading.events) < 6) == (True, True)


def split(reading: Reading) -> None:
    """Close the shard and give it two children."""
    reading.kinesis.shards[SHARD].closed = True
    for child in (LEFT, RIGHT):
        reading.kinesis.shards[child] = FakeShard(child, parent=SHARD)
        reading.kinesis.put(child.encode(), shard_id=child)


def test_ended_shard_is_forgotten_once_it_is_settled_and_no_longer_listed() -> None:
    # GIVEN a shard that ended, with a record that is not settled
    reading = positioned()
    reading.settles = False
    reading.kinesis.put(b"parent")
    split(reading)
    reading.run(1)

    # WHEN it is listed no more, THEN it is kept as long as the record needs it
    del reading.kinesis.shards[SHARD]
    reading.run(31)
    assert reading.source.checkpoints() == {SHARD: None, LEFT: None, RIGHT: None}

    # WHEN the record is settled, THEN it is forgotten, and its children are read on
    reading.settle()
    reading.run(31)
    assert reading.source.checkpoints() == {LEFT: f"{1:056d}", RIGHT: f"{1:056d}"}
    reading.kinesis.put(b"more", shard_id=LEFT)
    reading.run(1)
    assert reading.data == [b"parent", LEFT.encode(), RIGHT.encode(), b"more"]


def test_ended_shard_is_kept_as_long_as_it_is_listed() -> None:
    reading = positioned()
    split(reading)

    reading.run(120)

    assert set(reading.source.checkpoints()) == {SHARD, LEFT, RIGHT}
    assert reading.data == [LEFT.encode(), RIGHT.encode()]


def test_shard_that_is_read_need_not_be_listed() -> None:
    # GIVEN a shard that Kinesis once did not find, and that is missing in a later listing
    reading = positioned(LEFT, RIGHT)
    reading.refuse("GetRecords", "ResourceNotFoundException", 1)
    reading.run(1)
    reading.kinesis.unlisted = {LEFT}
    reading.run(31)

    # WHEN it gets a record, THEN that is read
    reading.kinesis.put(b"order", shard_id=LEFT)
    reading.run(1)
    assert reading.data == [b"order"]


@pytest.mark.parametrize("listed_seconds", [0, 31], ids=["children unknown", "children known"])
def test_children_do_not_wait_for_a_shard_that_is_gone(listed_seconds: int) -> None:
    # GIVEN a shard that was split, and left with the retention before it was read to its end
    reading = positioned()
    reading.refuse("GetRecords", "InternalFailure", 7)
    reading.kinesis.put(b"expired")
    reading.run(1)
    split(reading)
    reading.run(listed_seconds)
    del reading.kinesis.shards[SHARD]

    # WHEN the source goes on, THEN its children are read from their beginning
    reading.run(120)
    assert sorted(reading.data) == [LEFT.encode(), RIGHT.encode()]
    assert set(reading.source.checkpoints()) == {LEFT, RIGHT}
