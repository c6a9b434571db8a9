"""From the stream to the target: position, order, progress, shards.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

import json
import logging
from typing import Any

import pytest

from emulator.pipes.errors import StreamNotFoundError
from tests.unit.pipes.fakes import CHILD, PARENT, FakeShard, Surroundings, client_error

ONLY_INSERTS = ('{"eventName":["INSERT"]}',)


def test_trim_horizon_reads_what_was_written_before_the_pipe() -> None:
    # GIVEN records in the stream
    subject = Surroundings()
    for order_id in "abc":
        subject.streams.write(order_id)

    # WHEN a pipe reads from the trim horizon
    subject.start()
    subject.run()

    # THEN all of them arrive, in order
    assert subject.partition_keys == ["a", "b", "c"]


def test_latest_reads_only_what_is_written_afterwards() -> None:
    # GIVEN records in the stream, more than a page
    subject = Surroundings(starting_position="LATEST")
    subject.streams.page_size = 2
    for order_id in "abc":
        subject.streams.write(order_id)

    # WHEN a pipe is created, and then more is written
    subject.start()
    subject.streams.write("d")
    subject.run()

    # THEN only that arrives
    assert subject.partition_keys == ["d"]


def test_latest_on_an_empty_shard_misses_nothing_written_while_the_pipe_is_stopped() -> None:
    # GIVEN a pipe on an empty stream that was stopped before its first record
    subject = Surroundings(starting_position="LATEST")
    subject.start()
    subject.run()
    subject.stop()

    # WHEN records are written and the pipe is started again, long after any iterator has expired
    subject.streams.write("a")
    subject.clock.advance(3600)
    subject.streams.expire_iterators()
    subject.start()
    subject.run()

    # THEN they arrive
    assert subject.partition_keys == ["a"]


def test_latest_passes_over_shards_that_were_closed_before() -> None:
    # GIVEN a closed shard and its child
    subject = Surroundings(starting_position="LATEST")
    subject.streams.write("old")
    subject.streams.shards[PARENT].closed = True
    subject.streams.shards[CHILD] = FakeShard(parent=PARENT)

    # WHEN a pipe is created and something is written to the child
    subject.start()
    subject.streams.write("new", CHILD)
    subject.run()

    # THEN only that arrives
    assert subject.partition_keys == ["new"]


def test_batch_size_one_sends_every_event_in_a_request_of_its_own() -> None:
    # GIVEN a backlog of a full page and a half
    subject = Surroundings(batch_size=1)
    for order_id in range(1500):
        subject.streams.write(str(order_id))

    # WHEN the pipe runs for a tenth of a second
    subject.start()
    subject.run(0.1)

    # THEN nothing waited for the next poll
    assert subject.batch_sizes == [1] * 1500
    assert subject.partition_keys == [str(order_id) for order_id in range(1500)]


def test_batches_have_the_batch_size_at_most() -> None:
    # GIVEN seven records and a batch size of three
    subject = Surroundings(batch_size=3)
    for order_id in range(7):
        subject.streams.write(str(order_id))

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN the last batch holds what was left
    assert subject.batch_sizes == [3, 3, 1]


def test_batching_window_collects_records_over_several_polls() -> None:
    # GIVEN a window of ten seconds
    subject = Surroundings(batch_size=100, maximum_batching_window_in_seconds=10)
    subject.start()

    # WHEN one record a second is written
    for order_id in range(9):
        subject.streams.write(str(order_id))
        subject.run(1)
    before = subject.batch_sizes
    subject.run(2)

    # THEN they go together when the window of the first one ends
    assert (before, subject.batch_sizes) == ([], [9])


def test_checkpoint_is_the_last_accepted_sequence_number() -> None:
    # GIVEN three records of which the target refuses the last for now
    subject = Surroundings(batch_size=1)
    numbers = [subject.streams.write(order_id) for order_id in "abc"]
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == "c"

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN the checkpoint is the second
    assert subject.checkpoint() == numbers[1]


def test_stopped_pipe_goes_on_after_its_checkpoint() -> None:
    # GIVEN a pipe that has delivered two records and was stopped
    subject = Surroundings()
    subject.streams.write("a")
    subject.streams.write("b")
    subject.start()
    subject.run()
    subject.stop()

    # WHEN more is written and the pipe is started again
    subject.streams.write("c")
    subject.start()
    subject.run()

    # THEN nothing is repeated and nothing is missing
    assert subject.partition_keys == ["a", "b", "c"]


def test_stop_between_two_batches_delivers_the_rest_after_the_start() -> None:
    # GIVEN a pipe that is stopped while a page of five is being delivered
    subject = Surroundings(batch_size=1)
    for order_id in "abcde":
        subject.streams.write(order_id)
    subject.start()
    assert subject.poller is not None

    # WHEN the stop is asked for during the second request
    subject.poller.step(lambda: len(subject.kinesis.requests) >= 2)
    before = subject.partition_keys
    subject.stop()
    subject.start()
    subject.run()

    # THEN the batch in flight was finished, nothing more, and the rest follows without a repetition
    assert before == ["a", "b"]
    assert subject.partition_keys == ["a", "b", "c", "d", "e"]


def test_expired_iterator_resumes_where_reading_had_come_to() -> None:
    # GIVEN a pipe that has read one record
    subject = Surroundings()
    subject.streams.write("a")
    subject.start()
    subject.run()

    # WHEN its iterator expires
    subject.streams.expire_iterators()
    subject.streams.write("b")
    subject.run()

    # THEN it goes on after that record
    assert subject.partition_keys == ["a", "b"]


def test_iterator_that_expires_while_a_batch_is_retried_repeats_nothing() -> None:
    # GIVEN two records of which the second is being refused
    subject = Surroundings(batch_size=1)
    subject.streams.write("a")
    subject.streams.write("b")
    subject.kinesis.failures = [{}, client_error("ResourceNotFoundException")]
    subject.start()
    subject.run(0.01)

    # WHEN the iterator expires before it is accepted, and more is written
    subject.streams.expire_iterators()
    subject.streams.write("c")
    subject.run(5)

    # THEN each record is accepted once
    assert subject.partition_keys == ["a", "b", "c"]


def test_trimmed_checkpoint_falls_back_to_the_trim_horizon_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN a pipe that stayed stopped while the stream forgot the records after its checkpoint
    subject = Surroundings()
    subject.streams.write("a")
    subject.start()
    subject.run()
    subject.stop()
    lost = subject.streams.write("b")
    subject.streams.write("c")
    subject.streams.trim(lost)

    # WHEN it is started
    with caplog.at_level(logging.WARNING):
        subject.start()
        subject.run()

    # THEN it reads what is left, and the log names the gap
    assert subject.partition_keys == ["a", "c"]
    assert "are gone; reading on from the trim horizon" in caplog.text


def test_source_error_leaves_the_position_alone() -> None:
    # GIVEN a source that fails in two ways
    subject = Surroundings()
    subject.streams.write("a")
    subject.start()
    subject.streams.errors = ["LimitExceededException", "InternalServerError"]

    # WHEN the pipe runs on
    subject.run(2)

    # THEN the record arrives once
    assert subject.partition_keys == ["a"]


def test_child_shard_is_read_after_its_parent_has_been_delivered() -> None:
    # GIVEN a shard that is split while its last record is being refused
    subject = Surroundings(batch_size=1)
    subject.start()
    subject.streams.write("a")
    subject.streams.write("b")
    subject.streams.shards[PARENT].closed = True
    subject.streams.shards[CHILD] = FakeShard(parent=PARENT)
    subject.streams.write("c", CHILD)
    blocked = [True]
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == "b" and blocked[0]

    # WHEN the pipe runs, and the target recovers later
    subject.run(30)
    before = subject.partition_keys
    blocked[0] = False
    subject.run(30)

    # THEN the child waited for its parent
    assert (before, subject.partition_keys) == (["a"], ["a", "b", "c"])


def test_new_child_shard_is_read_from_its_trim_horizon_even_with_latest() -> None:
    # GIVEN a pipe that reads the latest records
    subject = Surroundings(starting_position="LATEST")
    subject.start()
    subject.run()

    # WHEN the shard is split and the child has a record before the pipe has seen it
    subject.streams.shards[PARENT].closed = True
    subject.streams.shards[CHILD] = FakeShard(parent=PARENT)
    subject.streams.write("a", CHILD)
    subject.run()

    # THEN the record arrives
    assert subject.partition_keys == ["a"]


def test_closed_shard_is_not_read_again_after_a_start() -> None:
    # GIVEN a pipe that has delivered a closed shard to its end
    subject = Surroundings()
    subject.streams.write("a")
    subject.streams.shards[PARENT].closed = True
    subject.start()
    subject.run()
    subject.stop()

    # WHEN it is started again
    subject.start()
    subject.run(30)

    # THEN nothing is repeated
    assert subject.partition_keys == ["a"]
    assert subject.pipe.progress.finished_shard_ids == {PARENT}


def test_progress_forgets_shards_that_the_stream_no_longer_lists() -> None:
    # GIVEN a closed shard that was delivered
    subject = Surroundings()
    subject.streams.write("a")
    subject.streams.shards[PARENT].closed = True
    subject.streams.shards[CHILD] = FakeShard(parent=PARENT)
    subject.start()
    subject.run()

    # WHEN the stream forgets it
    del subject.streams.shards[PARENT]
    subject.run(30)

    # THEN so does the pipe
    assert subject.pipe.progress.finished_shard_ids == set()


def test_failing_record_blocks_its_shard_and_no_other() -> None:
    # GIVEN two shards, and a record in the first that the target refuses
    subject = Surroundings(batch_size=1)
    subject.streams.shards[CHILD] = FakeShard()
    subject.streams.write("bad")
    subject.streams.write("behind")
    subject.streams.write("free", CHILD)
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == "bad"

    # WHEN the pipe runs
    subject.start()
    subject.run(20)

    # THEN the other shard's record arrives, and the one behind the bad record waits
    assert subject.partition_keys == ["free"]
    assert subject.checkpoint() is None


def test_shard_that_fails_unexpectedly_holds_back_no_other(caplog: pytest.LogCaptureFixture) -> None:
    # GIVEN two shards, and a record in the first that trips over a defect
    subject = Surroundings(batch_size=1)
    subject.streams.shards[CHILD] = FakeShard()
    subject.streams.write("before")
    subject.streams.write("broken")
    subject.streams.write("behind")
    defects = iter([True, True])

    def refuses(record: dict[str, Any]) -> bool:
        if record["PartitionKey"] == "broken" and next(defects, False):
            raise KeyError("defect")
        return False

    subject.kinesis.refuses = refuses

    # WHEN the other shard gets a record while the first one waits to be tried again
    subject.start()
    subject.run(0.05)
    subject.streams.write("free", CHILD)
    subject.run(0.3)
    meanwhile = subject.partition_keys
    subject.run(2)

    # THEN it arrives meanwhile, and the first shard goes on from its checkpoint once the defect is gone
    assert meanwhile == ["before", "free"]
    assert subject.partition_keys == ["before", "free", "broken", "behind"]
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        f"orders-pipe/{PARENT}: unexpected failure; reading again in 0.2 s",
        f"orders-pipe/{PARENT}: unexpected failure; reading again in 0.4 s",
    ]


def test_dead_letter_queue_lets_the_shard_go() -> None:
    # GIVEN a dead-letter queue and one retry
    subject = Surroundings(
        batch_size=1,
        maximum_retry_attempts=1,
        dead_letter_arn="arn:aws:sqs:eu-north-1:000000000000:orders-pipe-dlq",
    )
    bad = subject.streams.write("bad")
    subject.streams.write("good")
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == "bad"

    # WHEN the pipe runs
    subject.start()
    subject.run(5)

    # THEN the bad record is named there, and the good one arrives
    assert subject.partition_keys == ["good"]
    message = json.loads(subject.sqs.messages[0][1])
    assert message["context"]["condition"] == "RetryAttemptsExhausted"
    assert message["DDBStreamBatchInfo"]["startSequenceNumber"] == bad
    assert message["DDBStreamBatchInfo"]["shardId"] == PARENT


def test_maximum_age_of_nothing_gives_up_nothing() -> None:
    # GIVEN the age that Terraform sends in an update where none is set, and a record from before
    subject = Surroundings(batch_size=1, maximum_record_age_in_seconds=0)
    subject.streams.write("old")
    subject.clock.advance(60)

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN the record arrives
    assert subject.partition_keys == ["old"]


def test_filtered_records_are_passed_over_for_good() -> None:
    # GIVEN a filter on inserts
    subject = Surroundings(filter_patterns=ONLY_INSERTS)
    subject.streams.write("a")
    subject.streams.write("a", name="MODIFY")
    last = subject.streams.write("b", name="REMOVE")

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN only the insert arrives, and the checkpoint has passed the others
    assert subject.partition_keys == ["a"]
    assert subject.checkpoint() == last


def test_checkpoint_does_not_pass_a_failing_record_for_the_sake_of_filtered_ones() -> None:
    # GIVEN a record that is refused, and filtered ones around it
    subject = Surroundings(batch_size=1, filter_patterns=ONLY_INSERTS)
    before = subject.streams.write("x", name="MODIFY")
    subject.streams.write("bad")
    subject.streams.write("y", name="MODIFY")
    subject.kinesis.refuses = lambda record: True

    # WHEN the pipe runs
    subject.start()
    subject.run(5)

    # THEN the checkpoint is before it
    assert subject.checkpoint() == before


def test_page_of_filtered_records_reaches_no_target_and_moves_the_checkpoint() -> None:
    # GIVEN a stream of records that do not match
    subject = Surroundings(filter_patterns=ONLY_INSERTS)
    numbers = [subject.streams.write(str(order_id), name="MODIFY") for order_id in range(5)]

    # WHEN the pipe runs
    subject.start()
    subject.run()

    # THEN the target was never called
    assert (subject.batch_sizes, subject.checkpoint()) == ([], numbers[-1])


def test_idle_shard_is_polled_four_to_ten_times_a_second() -> None:
    # GIVEN an idle pipe
    subject = Surroundings()
    subject.start()
    subject.run(1)

    # WHEN it idles for a minute more
    before = subject.streams.reads
    subject.run(60)

    # THEN it polls at AWS's base rate
    assert 235 <= subject.streams.reads - before <= 245


def test_full_page_is_followed_at_once_by_the_next() -> None:
    # GIVEN three full pages
    subject = Surroundings(batch_size=500)
    for order_id in range(3000):
        subject.streams.write(str(order_id))

    # WHEN the pipe runs for less than an idle wait
    subject.start()
    subject.run(0.05)

    # THEN all of it has arrived
    assert len(subject.kinesis.accepted) == 3000


def test_stream_that_is_gone_is_reported() -> None:
    # GIVEN a running pipe
    subject = Surroundings()
    subject.start()
    subject.run()

    # WHEN its stream disappears
    subject.streams.exists = False

    # THEN the poller says so
    with pytest.raises(StreamNotFoundError):
        subject.run(5)
