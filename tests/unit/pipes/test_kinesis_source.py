"""From a data stream to the target: position, resharding, order, what is given up.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-kinesis.html
https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html
"""

import json
import logging
from datetime import UTC, datetime

import pytest

from emulator.pipes.errors import SourceAccessError, StreamNotFoundError
from emulator.pipes.pipe import StreamParameters
from tests.unit.pipes.fakes import QUEUE_ARN, ROLE_ARN
from tests.unit.pipes.source_fakes import DATA_STREAM_ARN, SHARD, DataShard, KinesisSurroundings

LEFT, RIGHT, MERGED = "shardId-000000000001", "shardId-000000000002", "shardId-000000000003"


def test_event_has_the_record_at_the_top_with_base64_data() -> None:
    # GIVEN a record in a data stream
    subject = KinesisSurroundings()
    subject.clock.advance(0.987)
    number = subject.kinesis.write("Hello, this is a test.", "1")

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN the event has the members of AWS's sample event, in their order
    event = json.loads(subject.kinesis.accepted[0]["Data"])
    assert list(event.items()) == [
        ("kinesisSchemaVersion", "1.0"),
        ("partitionKey", "1"),
        ("sequenceNumber", number),
        ("data", "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg=="),
        ("approximateArrivalTimestamp", 1767225600.987),
        ("eventSource", "aws:kinesis"),
        ("eventVersion", "1.0"),
        ("eventID", f"{SHARD}:{number}"),
        ("eventName", "aws:kinesis:record"),
        ("invokeIdentityArn", ROLE_ARN),
        ("awsRegion", "eu-north-1"),
        ("eventSourceARN", DATA_STREAM_ARN),
    ]


def test_latest_reads_only_what_is_written_afterwards() -> None:
    # GIVEN records in several pages of the stream
    subject = KinesisSurroundings(starting_position="LATEST")
    subject.kinesis.page_size = 2
    for key in "abc":
        subject.kinesis.write("x", key)

    # WHEN a pipe is created, and then more is written
    subject.start()
    subject.kinesis.write("x", "d")
    subject.run()

    # THEN only that arrives
    assert subject.partition_keys == ["d"]


def test_at_timestamp_reads_from_the_first_record_of_that_time_on() -> None:
    # GIVEN two shards with a record every second, of which one is closed
    moment = datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC)
    subject = KinesisSurroundings(
        source_parameters=StreamParameters("AT_TIMESTAMP", starting_position_timestamp=moment)
    )
    subject.kinesis.shards[LEFT] = DataShard()
    for second in range(4):
        subject.kinesis.write("x", f"first-{second}")
        subject.kinesis.write("x", f"left-{second}", LEFT)
        subject.clock.advance(1)
    subject.kinesis.shards[SHARD].closed = True

    # WHEN a pipe starts in between
    subject.start()
    subject.run()

    # THEN both shards are read from that time on, the record of that very moment included
    assert sorted(subject.partition_keys) == ["first-2", "first-3", "left-2", "left-3"]


def test_children_of_a_split_wait_for_their_parent() -> None:
    # GIVEN a running pipe whose target refuses the last record of a shard that has been split
    subject = KinesisSurroundings(batch_size=1)
    subject.start()
    subject.run()
    subject.kinesis.write("x", "parent")
    subject.kinesis.shards[SHARD].closed = True
    subject.kinesis.shards |= {LEFT: DataShard(parent=SHARD), RIGHT: DataShard(parent=SHARD)}
    subject.kinesis.write("x", "left", LEFT)
    subject.kinesis.write("x", "right", RIGHT)
    blocked = [True]
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == "parent" and blocked[0]

    # WHEN the pipe runs, and the target recovers later
    subject.run(30)
    before = subject.partition_keys
    blocked[0] = False
    subject.run(30)

    # THEN the children come after it
    assert before == []
    assert subject.partition_keys[0] == "parent"
    assert sorted(subject.partition_keys[1:]) == ["left", "right"]


@pytest.mark.parametrize("slow", [LEFT, RIGHT])
def test_merged_shard_waits_for_both_of_its_parents(slow: str) -> None:
    # GIVEN two shards that were merged, one of which is held up at its last record
    subject = KinesisSurroundings(batch_size=1)
    subject.kinesis.shards = {
        LEFT: DataShard(closed=True),
        RIGHT: DataShard(closed=True),
        MERGED: DataShard(parent=LEFT, adjacent_parent=RIGHT),
    }
    subject.kinesis.write("x", LEFT, LEFT)
    subject.kinesis.write("x", RIGHT, RIGHT)
    subject.kinesis.write("x", MERGED, MERGED)
    blocked = [True]
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == slow and blocked[0]

    # WHEN the pipe runs, and the target recovers later
    subject.start()
    subject.run(30)
    before = subject.partition_keys
    blocked[0] = False
    subject.run(30)

    # THEN the merged shard is last
    assert before == [LEFT if slow == RIGHT else RIGHT]
    assert subject.partition_keys == [*before, slow, MERGED]


def test_stopped_pipe_goes_on_in_the_children_of_the_shard_it_was_in() -> None:
    # GIVEN a pipe that was stopped in a shard which is then split and closed
    subject = KinesisSurroundings()
    subject.kinesis.write("x", "a")
    subject.start()
    subject.run()
    subject.stop()
    subject.kinesis.write("x", "b")
    subject.kinesis.shards[SHARD].closed = True
    subject.kinesis.shards[LEFT] = DataShard(parent=SHARD)
    subject.kinesis.write("x", "c", LEFT)

    # WHEN it is started, and once more after it has finished the parent
    subject.start()
    subject.run(1)
    subject.stop()
    subject.kinesis.write("x", "d", LEFT)
    subject.start()
    subject.run(1)

    # THEN everything has arrived once, in order
    assert subject.partition_keys == ["a", "b", "c", "d"]
    assert subject.pipe.progress.finished_shard_ids == {SHARD}


def test_expired_iterator_resumes_where_reading_had_come_to() -> None:
    # GIVEN a pipe that has read a record
    subject = KinesisSurroundings()
    subject.kinesis.write("x", "a")
    subject.start()
    subject.run()

    # WHEN its iterator expires
    subject.kinesis.expire_iterators()
    subject.kinesis.write("x", "b")
    subject.run()

    # THEN nothing is missing or repeated
    assert subject.partition_keys == ["a", "b"]


def test_trimmed_checkpoint_falls_back_to_the_trim_horizon_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN a stopped pipe, and a stream that has forgotten the records after its checkpoint
    subject = KinesisSurroundings()
    subject.kinesis.write("x", "a")
    subject.start()
    subject.run()
    subject.stop()
    lost = subject.kinesis.write("x", "b")
    subject.kinesis.write("x", "c")
    subject.kinesis.trim(lost)

    # WHEN it is started
    with caplog.at_level(logging.WARNING):
        subject.start()
        subject.run()

    # THEN it reads what is left
    assert subject.partition_keys == ["a", "c"]
    assert "are gone; reading on from the trim horizon" in caplog.text


def test_reading_goes_on_through_pages_that_kinesis_cut_short() -> None:
    # GIVEN more records than Kinesis returns at once
    subject = KinesisSurroundings()
    subject.kinesis.page_size = 1
    for number in range(50):
        subject.kinesis.write("x", str(number))

    # WHEN the pipe runs for less than an idle wait
    subject.start()
    subject.run(0.09)

    # THEN it has not waited between the pages
    assert subject.partition_keys == [str(number) for number in range(50)]


def test_records_of_one_partition_key_keep_their_order_in_parallel_batches() -> None:
    # GIVEN a pipe with three lanes, and a key whose first record is refused for a while
    subject = KinesisSurroundings(batch_size=1, parallelization_factor=10)
    subject.start()
    for number in range(3):
        for key in "abcdef":
            subject.kinesis.write(str(number), key)
    subject.kinesis.failures = [{0: "ProvisionedThroughputExceededException"}] * 3

    # WHEN the pipe runs
    subject.run(30)

    # THEN every key's records are in order
    events = [json.loads(record["Data"]) for record in subject.kinesis.accepted]
    assert len(events) == 18
    for key in "abcdef":
        assert [event["data"] for event in events if event["partitionKey"] == key] == ["MA==", "MQ==", "Mg=="]


def test_source_error_leaves_the_position_alone() -> None:
    # GIVEN a stream that throttles, and then calls the iterator invalid
    subject = KinesisSurroundings()
    subject.kinesis.write("x", "a")
    subject.start()
    subject.kinesis.errors = ["ProvisionedThroughputExceededException", "InvalidArgumentException"]

    # WHEN the pipe runs on
    subject.run(5)

    # THEN the record arrives once
    assert subject.partition_keys == ["a"]


def test_dead_letter_message_is_that_of_a_data_stream() -> None:
    # GIVEN two records that the target refuses, and no retries
    subject = KinesisSurroundings(maximum_retry_attempts=0, dead_letter_arn=QUEUE_ARN)
    subject.clock.advance(0.25)
    first = subject.kinesis.write("x", "a")
    subject.clock.advance(0.5)
    last = subject.kinesis.write("x", "b")
    subject.kinesis.refuses = lambda record: True

    # WHEN the pipe runs
    subject.start()
    subject.run(0.01)

    # THEN the queue has what AWS writes, its times with milliseconds
    message = json.loads(subject.sqs.messages[0][1])
    assert message["context"]["condition"] == "RetryAttemptsExhausted"
    assert message["KinesisBatchInfo"] == {
        "shardId": SHARD,
        "startSequenceNumber": first,
        "endSequenceNumber": last,
        "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00.250Z",
        "approximateArrivalOfLastRecord": "2026-01-01T00:00:00.750Z",
        "batchSize": 2,
        "streamArn": DATA_STREAM_ARN,
    }


@pytest.mark.parametrize(("retention_hours", "arrived"), [(24, []), (48, ["a"])])
def test_records_are_given_up_when_this_stream_forgets_them(retention_hours: int, arrived: list[str]) -> None:
    # GIVEN a record that has been waiting for a day and an hour
    subject = KinesisSurroundings()
    subject.kinesis.retention_hours = retention_hours
    subject.kinesis.write("x", "a")
    subject.clock.advance(25 * 3600)

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN the stream's own retention decides
    assert subject.partition_keys == arrived


@pytest.mark.parametrize("missing", ["stream", "role"])
def test_pipe_without_its_stream_or_role_cannot_access_the_stream(missing: str) -> None:
    # GIVEN a pipe of which something is not there
    subject = KinesisSurroundings()
    if missing == "stream":
        subject.kinesis.exists = False
    else:
        subject.iam.roles.clear()

    # WHEN it is created
    with pytest.raises(SourceAccessError) as caught:
        subject.start()

    # THEN the reason is AWS's
    assert str(caught.value) == (
        "Input parameter is invalid from the request due to : "
        f"Cannot access stream {DATA_STREAM_ARN}. "
        "Please ensure the customer role can perform actions on source stream"
    )


def test_stream_of_another_account_cannot_be_accessed() -> None:
    # GIVEN a pipe whose source is a stream of the same name in another account
    arn = DATA_STREAM_ARN.replace("000000000000", "111111111111")
    subject = KinesisSurroundings(source_arn=arn)

    # THEN it cannot be created
    with pytest.raises(SourceAccessError, match=f"Cannot access stream {arn}"):
        subject.start()


def test_stream_that_was_created_again_is_another_one() -> None:
    # GIVEN a running pipe
    subject = KinesisSurroundings()
    subject.kinesis.write("x", "a")
    subject.start()
    subject.run()

    # WHEN its stream is deleted and one of the same name created, between two reads
    subject.kinesis.replace()

    # THEN the pipe notices, and cannot be started any more
    with pytest.raises(StreamNotFoundError):
        subject.run(30)
    with pytest.raises(SourceAccessError, match="delete the pipe and create a new one"):
        subject.assembly.check(subject.pipe, subject.pipe.definition)


def test_stream_that_is_being_deleted_is_of_no_more_use() -> None:
    # GIVEN a pipe
    subject = KinesisSurroundings()
    subject.start()

    # WHEN its stream is being deleted
    subject.kinesis.status = "DELETING"

    # THEN the check says so
    with pytest.raises(SourceAccessError, match="Stream not found"):
        subject.assembly.check_source(subject.pipe)


@pytest.mark.parametrize(
    ("pattern", "arrived"),
    [
        ('{"data":{"city":["Oslo"]}}', ["oslo"]),
        ('{"data":{"city":[{"prefix":""}]}}', ["oslo", "rome"]),
        ('{"data":{"city":[{"exists":false}]}}', ["number"]),
        ('{"partitionKey":["text"]}', ["text"]),
        ('{"partitionKey":["oslo"],"data":{"city":["Rome"]}}', []),
        ('{"$or":[{"partitionKey":["text"]},{"data":{"city":["Rome"]}}]}', ["rome", "text"]),
    ],
)
def test_filter_looks_into_json_data_and_drops_any_other(pattern: str, arrived: list[str]) -> None:
    # GIVEN records with JSON, text and bytes
    subject = KinesisSurroundings(filter_patterns=(pattern,))
    subject.kinesis.write('{"city":"Oslo"}', "oslo")
    subject.kinesis.write('{"city":"Rome"}', "rome")
    subject.kinesis.write('{"n":1}', "number")
    subject.kinesis.write("Oslo", "text")
    last = subject.kinesis.write(b"\xff\xfe", "bytes")

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN what a pattern asks for in the data is not found in what is not JSON, and nothing comes back
    assert subject.partition_keys == arrived
    assert subject.checkpoint(SHARD) == last


def test_filtered_event_keeps_its_base64_data() -> None:
    # GIVEN a filter on the data
    subject = KinesisSurroundings(filter_patterns=('{"data":{"n":[1]}}',))
    subject.kinesis.write('{"n":1}')

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN the event at the target is as it was
    assert json.loads(subject.kinesis.accepted[0]["Data"])["data"] == "eyJuIjoxfQ=="


def test_idle_pipe_keeps_nothing_of_its_polls() -> None:
    # GIVEN an idle pipe
    subject = KinesisSurroundings()
    subject.kinesis.write("x", "a")
    subject.start()
    subject.run(1)
    progress = subject.pipe.progress
    before = (dict(progress.checkpoints), set(progress.finished_shard_ids))

    # WHEN it idles for ten minutes, twice as long as an iterator lives
    reads = subject.kinesis.reads
    subject.run(600)

    # THEN it has polled at AWS's base rate, and its state is what it was
    assert 2350 <= subject.kinesis.reads - reads <= 2450
    assert (progress.checkpoints, progress.finished_shard_ids) == before
