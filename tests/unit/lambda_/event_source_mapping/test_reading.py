"""What a mapping reads, how it cuts batches, and where it goes on.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
"""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from emulator.pipes.errors import StreamNotFoundError
from tests.unit.lambda_.event_source_mapping.fakes import (
    FUNCTION_ROLE_ARN,
    Subject,
)
from tests.unit.pipes.fakes import STREAM_ARN, client_error
from tests.unit.pipes.source_fakes import DATA_STREAM_ARN, SHARD, DataShard

CHILD = "shardId-000000000001"


def test_a_kinesis_record_has_its_own_members_under_kinesis() -> None:
    subject = Subject()
    number = subject.stream.write("a", key="k")

    subject.run()

    assert subject.function.payloads == [
        {
            "Records": [
                {
                    "kinesis": {
                        "kinesisSchemaVersion": "1.0",
                        "partitionKey": "k",
                        "sequenceNumber": number,
                        "data": base64.b64encode(b"a").decode(),
                        "approximateArrivalTimestamp": 1_767_225_600.0,
                    },
                    "eventSource": "aws:kinesis",
                    "eventVersion": "1.0",
                    "eventID": f"{SHARD}:{number}",
                    "eventName": "aws:kinesis:record",
                    "invokeIdentityArn": FUNCTION_ROLE_ARN,
                    "awsRegion": "eu-north-1",
                    "eventSourceARN": DATA_STREAM_ARN,
                }
            ]
        }
    ]


def test_a_consumer_of_a_stream_is_a_source_too() -> None:
    consumer_arn = f"{DATA_STREAM_ARN}/consumer/orders:1767225600"
    subject = Subject(source_arn=consumer_arn)
    subject.stream.write("a")

    subject.run()

    (record,) = subject.function.payloads[0]["Records"]
    assert record["eventSourceARN"] == consumer_arn


def test_a_change_of_a_table_has_its_time_with_a_fraction() -> None:
    subject = Subject(source_arn=STREAM_ARN)
    number = subject.table_stream.write("7")

    subject.run()

    (record,) = subject.function.payloads[0]["Records"]
    moment = record["dynamodb"].pop("ApproximateCreationDateTime")
    assert (moment, type(moment)) == (1_767_225_600.0, float)
    assert record == {
        "eventID": f"{1:032x}",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-north-1",
        "dynamodb": {
            "Keys": {"orderid": {"S": "7"}},
            "NewImage": {"orderid": {"S": "7"}},
            "SequenceNumber": number,
            "SizeBytes": 20,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": STREAM_ARN,
    }


def test_at_timestamp_starts_with_the_first_record_of_that_time() -> None:
    # GIVEN a record before the time, and one at it
    subject = Subject(StartingPosition="AT_TIMESTAMP")
    subject.stream.write("before")
    subject.clock.advance(10)
    subject.configuration["StartingPositionTimestamp"] = datetime.fromtimestamp(subject.clock.now, UTC)
    subject.stream.write("at")
    subject.stream.write("after")

    # WHEN
    subject.run()

    # THEN
    assert subject.batches == [["at", "after"]]


def test_records_that_wait_for_their_window_when_the_shard_ends_come_before_those_of_its_child() -> None:
    # GIVEN records that wait for a long window
    subject = Subject(MaximumBatchingWindowInSeconds=300)
    subject.stream.write("a")
    subject.stream.write("b")
    subject.run()
    assert subject.batches == []

    # WHEN the shard ends and its child gets a record
    subject.stream.shards[SHARD].closed = True
    subject.stream.shards[CHILD] = DataShard(parent=SHARD)
    subject.stream.write("c", shard_id=CHILD)
    subject.run(400)

    # THEN
    assert subject.batches == [["a", "b"], ["c"]]


def test_a_window_ends_with_its_time_or_with_a_full_batch() -> None:
    subject = Subject(MaximumBatchingWindowInSeconds=10, BatchSize=3)
    for value in "abcd":
        subject.stream.write(value)

    subject.run(5)
    assert subject.batches == [["a", "b", "c"]]

    subject.run(10)
    assert subject.batches == [["a", "b", "c"], ["d"]]


def test_a_mapping_that_is_enabled_again_goes_on_after_the_last_batch() -> None:
    # GIVEN a mapping that was disabled
    subject = Subject(StartingPosition="LATEST")
    subject.stream.write("before")
    subject.run()
    subject.stream.write("a")
    subject.run()
    subject.stop()

    # WHEN more is written before it is enabled again, with another batch size
    subject.stream.write("b")
    subject.stream.write("c")
    subject.configuration["BatchSize"] = 1
    subject.run()

    # THEN
    assert subject.batches == [["a"], ["b"], ["c"]]


def test_what_a_function_has_not_processed_when_the_mapping_stops_comes_again() -> None:
    def fails(values: Sequence[str], numbers: Sequence[str]) -> None:
        raise ValueError("not now")

    subject = Subject(behaviour=fails)
    subject.stream.write("a")
    subject.run(0.01)
    subject.stop()

    subject.function.behaviour = lambda values, numbers: None
    subject.run()

    assert subject.batches == [["a"], ["a"]]


def test_a_stream_that_was_created_again_is_read_from_its_beginning() -> None:
    subject = Subject(StartingPosition="LATEST")
    subject.run()
    subject.stop()

    subject.stream.replace()
    subject.stream.write("new")
    subject.run()

    assert subject.batches == [["new"]]


def test_a_stream_that_does_not_answer_for_a_while_loses_nothing() -> None:
    subject = Subject()
    subject.run()
    subject.stream.errors = ["ProvisionedThroughputExceededException", "ExpiredIteratorException"]
    subject.stream.write("a")

    subject.run(5)

    assert subject.batches == [["a"]]


def test_lanes_keep_the_order_of_a_partition_key() -> None:
    # GIVEN a function that is throttled for the first batch
    subject = Subject(ParallelizationFactor=4, BatchSize=1)
    subject.function.failures = [client_error("TooManyRequestsException")]
    for number in range(10):
        for key in "abcd":
            subject.stream.write(f"{key}{number}", key=key)

    # WHEN
    subject.run(60)

    # THEN the others go ahead, and each key's records come in order
    values = [value for batch in subject.batches for value in batch]
    assert len(values) == 40
    for key in "abcd":
        assert [value for value in values if value[0] == key] == [f"{key}{number}" for number in range(10)]


def test_shards_and_lanes_are_delivered_at_once_and_checkpoints_wait_for_the_slowest() -> None:
    # GIVEN two shards with two lanes each, and a function that takes its time
    subject = Subject(ParallelizationFactor=2, BatchSize=1)
    subject.stream.shards[CHILD] = DataShard()
    subject.holds_invocations = True
    first, second = [subject.stream.write(key, key=key) for key in ("a", "d")]
    subject.stream.write("b", key="b", shard_id=CHILD)
    third = subject.stream.write("after a", key="a")

    # WHEN
    subject.run()

    # THEN three invocations are under way, and none behind another of its key
    assert len(subject.held) == 3
    # AND one that is done sooner than the one before it moves no checkpoint
    subject.held[0]()
    subject.run()
    assert (subject.batches, subject.progress.checkpoint(SHARD)) == ([["d"]], None)
    subject.held[1]()
    subject.run()
    assert first < second < third
    assert subject.progress.checkpoint(SHARD) == second
    assert len(subject.held) == 4


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{"data": {"kind": ["order"]}}', ["order"]),
        ('{"data": {"price": [{"numeric": [">", 10]}]}, "partitionKey": ["k"]}', ["order"]),
        ('{"partitionKey": ["other"]}', ["text"]),
        ('{"kinesis": {"partitionKey": ["other"]}}', ["text"]),
    ],
)
def test_filters_look_into_the_data_of_a_kinesis_record(pattern: str, expected: list[str]) -> None:
    # GIVEN a document that matches, one that does not, and a text
    subject = Subject(FilterCriteria={"Filters": [{"Pattern": pattern}]})
    names = {
        subject.stream.write('{"kind":"order", "price": 11}', "k"): "order",
        subject.stream.write('{"kind":"return"}', "k"): "return",
        subject.stream.write("text", "other"): "text",
    }

    # WHEN
    subject.run()

    # THEN the function gets the data as it was written
    records = subject.function.payloads[0]["Records"]
    assert [names[record["kinesis"]["sequenceNumber"]] for record in records] == expected
    assert all(set(record) == {*records[0]} and "data" not in record for record in records)


def test_what_a_filter_holds_back_moves_the_checkpoint() -> None:
    subject = Subject(
        source_arn=STREAM_ARN, FilterCriteria={"Filters": [{"Pattern": '{"eventName": ["REMOVE"]}'}]}
    )
    number = subject.table_stream.write("a")

    subject.run()

    assert subject.batches == []
    assert list(subject.progress.checkpoints.values()) == [number]


def test_a_worker_rests_while_all_that_is_left_is_in_flight() -> None:
    # GIVEN a shard that has ended, and its last batch in flight
    subject = Subject()
    subject.holds_invocations = True
    subject.stream.write("a")
    subject.stream.shards[SHARD].closed = True
    subject.run()
    assert len(subject.held) == 1

    # WHEN / THEN it is not asked for again at once
    assert subject.step() > 0.05


def test_a_stream_made_anew_while_the_mapping_reads_is_gone_until_it_starts_over() -> None:
    # GIVEN a mapping that has finished a shard of a stream
    subject = Subject()
    subject.stream.write("a")
    subject.run()
    subject.stream.shards[SHARD].closed = True
    subject.run()
    assert subject.batches == [["a"]]

    # WHEN the stream is deleted and created again, with a shard of the same name
    subject.stream.replace()
    subject.stream.write("b")

    # THEN the mapping notices, and reads the new one from its beginning once it has started over
    with pytest.raises(StreamNotFoundError):
        subject.run(60)
    subject.stop()
    subject.run()
    assert subject.batches == [["a"], ["b"]]
