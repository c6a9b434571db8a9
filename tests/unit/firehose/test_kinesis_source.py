"""Reading a Kinesis data stream.

https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.firehose.configuration import MEBIBYTE
from tests.unit.firehose.fakes import (
    NOW,
    SHARD,
    FakeShard,
    ManualClock,
    Subject,
    client_error,
    configuration,
)
from tests.unit.firehose.source_setup import Reading

LEFT, RIGHT, MERGED = "shardId-000000000001", "shardId-000000000002", "shardId-000000000003"


def unbuffered(**arguments: Any) -> Subject:
    return Subject(configuration(interval_in_seconds=0), **arguments)


def run_until_idle(stream: Subject) -> None:
    for _ in range(20):
        stream.run(0.2)


def test_reading_begins_at_the_end_of_the_stream_at_creation() -> None:
    # GIVEN a stream with a record before the delivery stream exists
    stream = unbuffered()
    assert stream.delivery_stream.source is not None
    stream.kinesis.put(b"before")
    stream.delivery_stream.source.position()

    # WHEN another one is put before anything was read
    stream.kinesis.put(b"after")
    run_until_idle(stream)

    # THEN only that one is delivered
    assert stream.s3.bodies() == [b"after"]


@pytest.mark.parametrize("failing_calls", [1, 3])
def test_place_that_could_not_be_found_at_creation_is_the_time_of_creation(failing_calls: int) -> None:
    # GIVEN a data stream that could not be read when the delivery stream was created
    stream = unbuffered(kinesis_errors=[client_error("InternalFailure")] * failing_calls)
    stream.clock.advance(1)
    stream.kinesis.put(b"after")

    # WHEN it can be read again
    for _ in range(50):
        stream.run(0.2)

    # THEN nothing that came since then is missing
    assert stream.s3.bodies() == [b"after"]
    assert stream.kinesis.iterator_requests == [
        {
            "ShardId": SHARD,
            "ShardIteratorType": "AT_TIMESTAMP",
            "Timestamp": datetime.fromtimestamp(NOW, UTC),
        }
    ]


@pytest.mark.parametrize(
    ("arrivals", "delivered"),
    [
        pytest.param([-0.6, 0.0], [b"0.0"], id="before and after"),
        pytest.param([-0.6, -0.001], [], id="all before"),
        pytest.param([-0.0004], [b"-0.0004"], id="in the same millisecond"),
        pytest.param([-0.6, 0.1, -0.2], [b"0.1", b"-0.2"], id="a clock that was set back afterwards"),
    ],
)
def test_whole_seconds_of_the_client_bring_nothing_from_before_the_creation(
    arrivals: list[float], delivered: list[bytes]
) -> None:
    # GIVEN a delivery stream that is created 0.7005 s after a full second and cannot find the end of the shard
    clock = ManualClock()
    clock.advance(0.7005)
    reading = Reading(clock=clock)
    reading.refuse("GetShardIterator", "InternalFailure", 1)
    assert reading.source.position() is False

    # WHEN it reads records that arrived around its creation, one a page
    reading.kinesis.page_size = 1
    for arrival in arrivals:
        clock.elapsed = 0.7005 + arrival
        reading.kinesis.put(str(arrival).encode())
    clock.elapsed = 2
    reading.run(5)

    # THEN those from before it are left out, and no other
    assert reading.data == delivered
    assert reading.sums().get("DataReadFromKinesisStream.Records", 0) == len(delivered)


def test_end_of_the_stream_is_taken_as_it_is_whatever_the_clocks_say() -> None:
    # GIVEN a source that stands at the end of its shard
    clock = ManualClock()
    clock.advance(0.5)
    reading = Reading(clock=clock)
    assert reading.source.position()

    # WHEN a record comes whose arrival Kinesis dates before the creation
    reading.clock.elapsed = 0.3
    reading.kinesis.put(b"order")
    reading.run(1)

    # THEN it is delivered
    assert reading.data == [b"order"]


def test_shard_that_cannot_be_positioned_does_not_keep_the_others_from_it() -> None:
    reading = Reading(LEFT, RIGHT)
    reading.refuse("GetShardIterator", "InternalFailure", 1)

    reading.source.position()

    assert reading.kinesis.iterator_requests == [{"ShardId": RIGHT, "ShardIteratorType": "LATEST"}]


def test_how_far_the_source_is_behind_is_measured_on_every_page() -> None:
    # GIVEN a shard with three pages, of one record each
    reading = Reading()
    reading.source.position()
    reading.kinesis.page_size = 1
    reading.kinesis.put(b"1", b"2", b"3")

    # WHEN it is read, and polled twice without a record
    reading.run(0.5)

    # THEN the metric has a value for each of the five pages
    reading.metrics.publish()
    statistics = {each["MetricName"]: each["StatisticValues"] for each in reading.cloudwatch.data}
    assert statistics["KinesisMillisBehindLatest"] == {
        "SampleCount": 5,
        "Sum": 3000,
        "Minimum": 0,
        "Maximum": 2000,
    }


def test_expired_iterator_is_renewed_after_the_last_record_read() -> None:
    # GIVEN a shard that was read
    stream = unbuffered()
    stream.kinesis.put(b"one")
    stream.run(0.2)
    stream.kinesis.iterator_requests.clear()

    # WHEN the iterator expires
    stream.kinesis.errors = [client_error("ExpiredIteratorException")]
    stream.kinesis.put(b"two")
    run_until_idle(stream)

    # THEN reading goes on behind it, without a gap and without a repetition
    assert stream.s3.bodies() == [b"one", b"two"]
    assert stream.kinesis.iterator_requests == [
        {
            "ShardId": SHARD,
            "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
            "StartingSequenceNumber": f"{1:056d}",
        }
    ]


def test_full_page_is_followed_by_the_next_one_at_once() -> None:
    # GIVEN more than a page
    stream = unbuffered()
    stream.kinesis.page_size = 2
    stream.kinesis.put(b"1", b"2", b"3")

    # WHEN the source was read, THEN it wants to go on without a pause until it has caught up
    assert stream.delivery_stream.source is not None
    assert stream.delivery_stream.source.run() == stream.clock.monotonic()
    assert stream.delivery_stream.source.run() == pytest.approx(stream.clock.monotonic() + 0.2)


def test_every_shard_is_read() -> None:
    stream = unbuffered(shard_ids=[LEFT, RIGHT])
    stream.kinesis.put(b"left", shard_id=LEFT)
    stream.kinesis.put(b"right", shard_id=RIGHT)

    run_until_idle(stream)

    assert b"".join(stream.s3.bodies()) == b"leftright"
    assert (stream.checkpoint(LEFT), stream.checkpoint(RIGHT)) == (1, 1)


def test_children_are_read_from_their_beginning_once_their_parent_has_ended() -> None:
    # GIVEN a shard with more than one page left, that was split while running
    stream = unbuffered()
    stream.kinesis.page_size = 1
    stream.kinesis.put(b"1", b"2", b"3")
    stream.kinesis.shards[SHARD].closed = True
    for child in (LEFT, RIGHT):
        stream.kinesis.shards[child] = FakeShard(child, parent=SHARD)
    stream.kinesis.put(b"4", shard_id=LEFT)
    stream.kinesis.put(b"5", shard_id=RIGHT)

    # WHEN everything is read
    run_until_idle(stream)

    # THEN the parent's records came first
    assert b"".join(stream.s3.bodies()) == b"12345"


def test_child_of_two_parents_waits_for_both() -> None:
    # GIVEN two shards of which one is still open, and the child they are being merged into
    stream = unbuffered(shard_ids=[LEFT, RIGHT])
    stream.kinesis.shards[MERGED] = FakeShard(MERGED, parent=LEFT, adjacent_parent=RIGHT)
    stream.kinesis.put(b"child", shard_id=MERGED)
    stream.kinesis.shards[LEFT].closed = True
    run_until_idle(stream)
    assert stream.s3.bodies() == []

    # WHEN the other one ends too
    stream.kinesis.put(b"parent", shard_id=RIGHT)
    stream.kinesis.shards[RIGHT].closed = True
    run_until_idle(stream)

    # THEN the child follows
    assert b"".join(stream.s3.bodies()) == b"parentchild"


def test_failing_reads_are_repeated_for_ever() -> None:
    # GIVEN a stream that cannot be read for a while
    stream = unbuffered()
    stream.kinesis.errors = [client_error("ResourceNotFoundException")] * 10
    stream.kinesis.put(b"order")

    # WHEN time passes, THEN the record arrives
    for _ in range(600):
        stream.run(0.2)
    assert stream.s3.bodies() == [b"order"]


def test_source_is_not_read_while_too_much_is_held() -> None:
    # GIVEN S3 that refuses, and a backlog of 200 MiB
    stream = unbuffered()
    stream.kinesis.page_size = 4
    stream.s3.errors = [client_error("ServiceUnavailable")] * 30
    stream.kinesis.put(*[b"x" * MEBIBYTE] * 200)

    # WHEN time passes
    held = []
    for _ in range(100):
        stream.run(1)
        held.append(stream.delivery_stream.held_bytes)

    # THEN what is held stays within its bound
    assert max(held) < 45 * MEBIBYTE

    # WHEN S3 accepts, THEN everything arrives
    for _ in range(500):
        stream.run(1)
    assert sum(len(body) for body in stream.s3.bodies()) == 200 * MEBIBYTE
    assert stream.checkpoint() == 200
