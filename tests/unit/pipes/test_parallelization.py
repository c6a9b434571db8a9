"""A parallelization factor above 1: more batches at once, the order of each item kept.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

from emulator.pipes.checkpoint import CheckpointTracker
from tests.unit.pipes.fakes import Surroundings, client_error


def test_changes_of_one_item_keep_their_order_while_others_fail() -> None:
    # GIVEN five changes each of 20 items, and a target that fails now and then
    subject = Surroundings(batch_size=3, parallelization_factor=4)
    for number in range(100):
        subject.streams.write(f"item-{number % 20}")
    subject.kinesis.failures = [client_error("ResourceNotFoundException"), {}, {0: "InternalFailure"}] * 5

    # WHEN the pipe runs
    subject.start()
    subject.run(60)

    # THEN every change arrives once, those of one item in order
    by_item: dict[str, list[int]] = {}
    for record in subject.kinesis.accepted:
        event_id = int(record["Data"].split(b'"eventID":"')[1][:32], 16)
        by_item.setdefault(record["PartitionKey"], []).append(event_id)
    assert by_item == {f"item-{item}": list(range(item + 1, 101, 20)) for item in range(20)}


def test_failing_item_holds_back_only_a_part_of_its_shard() -> None:
    # GIVEN ten lanes and an item that the target refuses
    subject = Surroundings(batch_size=1, parallelization_factor=10)
    first = subject.streams.write("before")
    subject.streams.write("bad")
    for number in range(50):
        subject.streams.write(f"item-{number}")
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == "bad"

    # WHEN the pipe runs
    subject.start()
    subject.run(5)

    # THEN most of the others arrive, and the checkpoint stays before the bad one
    assert 30 <= len(subject.kinesis.accepted) < 51
    assert subject.checkpoint() == first


def test_records_beyond_the_checkpoint_may_be_repeated_after_a_start_but_none_is_lost() -> None:
    # GIVEN a pipe that was stopped while one item held the checkpoint back
    subject = Surroundings(batch_size=1, parallelization_factor=10)
    items = [f"item-{number}" for number in range(50)]
    for order_id in ["bad", *items]:
        subject.streams.write(order_id)
    subject.kinesis.refuses = lambda record: record["PartitionKey"] == "bad"
    subject.start()
    subject.run(1)
    subject.stop()

    # WHEN the target takes everything and the pipe is started
    subject.kinesis.refuses = lambda record: False
    subject.start()
    subject.run(5)

    # THEN all of it has arrived
    assert set(subject.partition_keys) == {"bad", *items}


def test_reading_pauses_while_a_lane_is_full() -> None:
    # GIVEN a target that fails for good, and ten pages
    subject = Surroundings(batch_size=1)
    for number in range(10_000):
        subject.streams.write(str(number))
    subject.kinesis.refuses = lambda record: True

    # WHEN the pipe runs for a while
    subject.start()
    subject.run(60)

    # THEN it has not read on and on
    assert subject.streams.reads <= 2


def test_checkpoint_is_the_last_number_before_which_all_lanes_are_done() -> None:
    # GIVEN six events: lane 0, lane 1, filtered, lane 0, lane 1, lane 0
    checkpoints: list[str] = []
    tracker = CheckpointTracker(checkpoints.append)
    for number, lane in enumerate([0, 1, None, 0, 1, 0], start=1):
        tracker.read(str(number), lane)

    # WHEN the lanes get done at different times
    tracker.done_through(0, "4")
    tracker.done_through(1, "2")
    tracker.done_through(0, "6")
    tracker.done_through(1, "5")

    # THEN the checkpoint follows the slower one
    assert checkpoints == ["1", "4", "6"]
