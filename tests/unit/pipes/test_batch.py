"""When a batch is dispatched.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
"""

from emulator.lambda_.event_source_mapping.function_target import FunctionTarget
from emulator.pipes.batch import MAXIMUM_BATCH_BYTES, BatchBuffer
from emulator.pipes.event import Event
from emulator.pipes.invocation import json_array
from tests.unit.pipes.fakes import event


def large_event(number: int, size_bytes: int) -> Event:
    """Return an event of a given size."""
    return Event(str(number), 0.0, {}, b"x" * size_bytes)


def test_without_a_window_whatever_there_is_makes_a_batch() -> None:
    # GIVEN a batch size that is not reached, and no window
    buffer = BatchBuffer(10, 0)
    buffer.add(event(1), 100.0)

    # WHEN a batch is taken
    batch = buffer.take(100.0)

    # THEN the single event is one
    assert batch == [event(1)]
    assert len(buffer) == 0


def test_batch_size_met_before_the_window_ends() -> None:
    # GIVEN a window that has just begun, and more events than the batch size
    buffer = BatchBuffer(2, 60)
    for number in (1, 2, 3):
        buffer.add(event(number), 100.0)

    # WHEN batches are taken
    batches = [buffer.take(100.0), buffer.take(100.0)]

    # THEN the full batch goes and the rest waits
    assert batches == [[event(1), event(2)], []]
    assert len(buffer) == 1


def test_window_ends_below_the_batch_size() -> None:
    # GIVEN one event that waits
    buffer = BatchBuffer(2, 60)
    buffer.add(event(1), 100.0)

    # WHEN the window is about to end, and when it ends
    before, after = buffer.take(159.9), buffer.take(160.0)

    # THEN the batch goes at its end
    assert (before, after) == ([], [event(1)])


def test_window_begins_with_the_oldest_event_of_the_batch() -> None:
    # GIVEN two events that came at different times
    buffer = BatchBuffer(10, 60)
    buffer.add(event(1), 100.0)
    buffer.add(event(2), 150.0)

    # THEN the first one's window counts for both
    assert buffer.due_at() == 160.0
    assert buffer.take(160.0) == [event(1), event(2)]


def test_batch_is_cut_before_it_exceeds_six_megabytes() -> None:
    # GIVEN three events of which two fit
    buffer = BatchBuffer(10, 60)
    for number in (1, 2, 3):
        buffer.add(large_event(number, MAXIMUM_BATCH_BYTES // 2 - 100), 100.0)

    # WHEN a batch is taken long before the window ends
    sizes = [len(buffer.take(100.0)), len(buffer.take(100.0))]

    # THEN it holds two, and the third waits
    assert sizes == [2, 0]


def test_what_is_around_and_between_the_events_counts() -> None:
    # GIVEN small events, a little more than fit
    buffer = BatchBuffer(1_000_000, 60)
    for number in range(MAXIMUM_BATCH_BYTES // 100):
        buffer.add(large_event(number, 100), 100.0)

    # WHEN
    batch = buffer.take(100.0)

    # THEN neither what a mapping nor what a pipe makes of them is larger
    function = FunctionTarget(None, "", reports_item_failures=False, on_result=lambda result: None)
    sizes = [len(function._payload(batch)), len(json_array(batch))]
    assert MAXIMUM_BATCH_BYTES - 200 < min(sizes) <= max(sizes) <= MAXIMUM_BATCH_BYTES


def test_what_comes_beside_the_events_has_its_place_reserved() -> None:
    # GIVEN
    buffer = BatchBuffer(10, 60, reserved_bytes=MAXIMUM_BATCH_BYTES // 2)
    for number in (1, 2, 3):
        buffer.add(large_event(number, MAXIMUM_BATCH_BYTES // 5), 100.0)

    # WHEN / THEN
    assert [len(buffer.take(100.0)), len(buffer.take(100.0))] == [2, 0]


def test_an_event_larger_than_a_batch_goes_alone() -> None:
    # GIVEN an event of 7 MB
    buffer = BatchBuffer(10, 60)
    buffer.add(large_event(1, 7 * 1024 * 1024), 100.0)
    buffer.add(large_event(2, 10), 100.0)

    # THEN it is a batch of its own
    assert [batch_event.sequence_number for batch_event in buffer.take(100.0)] == ["1"]


def test_draining_takes_what_is_not_due() -> None:
    # GIVEN an event whose window has just begun
    buffer = BatchBuffer(10, 60)
    buffer.add(event(1), 100.0)

    # WHEN the shard has come to its end
    batch = buffer.take(100.0, drain=True)

    # THEN the event goes at once
    assert batch == [event(1)]
