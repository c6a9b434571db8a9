"""Several invocations at a time, and outcomes in the order in which the records arrived.

https://docs.aws.amazon.com/firehose/latest/dev/limits.html
"""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from emulator.firehose import invocation
from emulator.firehose.configuration import MEBIBYTE
from tests.unit.firehose.fakes import (
    IDENTITY,
    KINESIS_IDENTITY,
    ManualClock,
    ManualExecutor,
    Subject,
    client_error,
    configuration,
    lambda_processor,
    record,
)

# Each of these fills the processor's buffer of 1 MiB by itself.
BATCHES = [b"%03d" % number + b"x" * MEBIBYTE for number in range(40)]


def subject(executor: ManualExecutor, **arguments: Any) -> Subject:
    """Return a delivery stream whose invocations end when the test says so, with a destination of 0 s."""
    settings = configuration(128, 0, processor=lambda_processor(size_in_mbs=1, interval_in_seconds=60))
    return Subject(settings, executor=executor, **arguments)


def delivered(stream: Subject) -> list[bytes]:
    """Return the beginnings of the batches that are in S3, in the order of their delivery."""
    body = b"".join(stream.s3.bodies("data/"))
    return [body[start : start + 3] for start in range(0, len(body), MEBIBYTE + 3)]


def begun(stream: Subject) -> list[bytes]:
    """Return the beginning of the batch in every event that the function got, in order."""
    return [base64.b64decode(event["records"][0]["data"])[:3] for event in stream.function.events]


@pytest.mark.parametrize(
    ("identity", "shard_count", "limit"),
    [
        pytest.param(KINESIS_IDENTITY, 1, 5, id="one shard"),
        pytest.param(KINESIS_IDENTITY, 3, 15, id="three shards"),
        pytest.param(KINESIS_IDENTITY, 9, 20, id="many shards"),
        pytest.param(IDENTITY, 1, 5, id="direct put"),
    ],
)
def test_no_more_invocations_than_allowed_are_under_way(identity: Any, shard_count: int, limit: int) -> None:
    # GIVEN open shards, and a backlog of forty full batches
    executor = ManualExecutor()
    stream = subject(
        executor, identity=identity, shard_ids=[f"shardId-{number:012d}" for number in range(shard_count)]
    )
    stream.run()
    stream.delivery_stream.put([record(data, shard_id=None) for data in BATCHES])

    # WHEN they are processed, THEN as many are under way as there may be
    stream.run()
    assert len(executor.tasks) == limit

    # WHEN one ends, THEN the next one begins
    executor.end(0)
    stream.run()
    assert (len(executor.tasks), delivered(stream)) == (limit, [b"000"])


def test_buffer_that_needs_several_requests_does_not_exceed_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN records of which each needs a request of its own, seven of them in the buffer
    monkeypatch.setattr(invocation, "MAXIMUM_REQUEST_BYTES", 1500)
    executor = ManualExecutor()
    stream = subject(executor)
    stream.kinesis.put(*[b"x" * 300] * 7)
    stream.run()

    # WHEN the interval is over, THEN only five are under way, and the others follow when those end
    stream.run(60)
    assert len(executor.tasks) == 5
    executor.end(0)
    stream.run()
    assert len(executor.tasks) == 5


def test_outcomes_are_passed_on_in_the_order_of_arrival_whatever_ends_first() -> None:
    # GIVEN five invocations under way
    executor = ManualExecutor()
    stream = subject(executor)
    stream.kinesis.put(*BATCHES[:7])
    stream.run()

    # WHEN all but the first end, the last one first
    for index in (4, 3, 2, 1):
        executor.end(index)
        stream.run()

    # THEN nothing is passed on, forgotten or settled, and none begins: what waits is bounded
    assert (stream.s3.objects, stream.checkpoint(), len(executor.tasks)) == ({}, 0, 1)

    # WHEN the first ends too, THEN all follow in order
    executor.end(0)
    stream.run()
    assert (delivered(stream), stream.checkpoint()) == ([b"000", b"001", b"002", b"003", b"004"], 5)

    # WHEN the rest ends, THEN it comes behind them
    executor.end(1)
    executor.end(0)
    stream.run()
    assert delivered(stream) == [data[:3] for data in BATCHES[:7]]


def test_retry_holds_back_what_is_behind_it_but_not_its_invocation() -> None:
    # GIVEN a function that fails once for the first of three batches
    executor = ManualExecutor()
    stream = subject(executor)
    good = stream.function.handler
    answers = iter([b"not json"])
    stream.function.handler = lambda event: next(answers, None) or good(event)
    stream.kinesis.put(*BATCHES[:3])
    stream.run()

    # WHEN all of them end
    for _ in range(3):
        executor.end(0)
    stream.run()

    # THEN the later ones were invoked and wait for the first
    assert (begun(stream), stream.s3.objects) == ([b"000", b"001", b"002"], {})

    # WHEN the first was tried again, THEN all are delivered in order
    stream.run(0.2)
    executor.end(0)
    stream.run()
    assert (begun(stream)[3:], delivered(stream)) == ([b"000"], [b"000", b"001", b"002"])


def test_attempts_are_spaced_by_doubling_waits_of_at_most_five_seconds() -> None:
    # GIVEN a function that is throttled for ever, with seven retries
    stream = Subject(configuration(interval_in_seconds=0, processor=lambda_processor(7, 1, 0)))
    attempted_at: list[float] = []

    def throttle(event: dict[str, Any]) -> Any:
        attempted_at.append(round(stream.clock.monotonic(), 3))
        raise client_error("TooManyRequestsException")

    stream.function.handler = throttle
    stream.kinesis.put(b"order")

    # WHEN the processing is called whenever it says it is due
    stream.run()
    while (due_at := stream.delivery_stream.process()) is not None:
        stream.clock.advance(due_at - stream.clock.monotonic())

    # THEN the waits are 0.2, 0.4, 0.8, 1.6, 3.2 and then 5 seconds
    assert attempted_at == [0, 0.2, 0.6, 1.4, 3, 6.2, 11.2, 16.2]
    stream.run()
    (line,) = [json.loads(body) for body in stream.s3.bodies("errors/processing-failed/")]
    assert (line["attemptsMade"], line["attemptEndingTimestamp"] - line["arrivalTimestamp"]) == (8, 16_200)


def test_invocations_begin_only_when_the_hints_say_so() -> None:
    # GIVEN a full batch and a small record behind it
    executor = ManualExecutor()
    stream = subject(executor)
    stream.kinesis.put(BATCHES[0], b"small")
    stream.run()

    # WHEN the interval is not over, THEN only the full batch is under way
    stream.run(59.9)
    assert len(executor.tasks) == 1

    # WHEN it is, THEN the small one is, too
    stream.run(0.1)
    assert len(executor.tasks) == 2


def test_what_a_slow_function_holds_is_bounded() -> None:
    # GIVEN a function that does not answer, and a backlog of 100 MiB
    executor = ManualExecutor()
    stream = subject(executor)
    stream.delivery_stream.configure(configuration(1, 0, processor=lambda_processor(size_in_mbs=1)))
    stream.kinesis.page_size = 1
    stream.kinesis.put(*[b"x" * MEBIBYTE] * 100)

    # WHEN time passes
    for _ in range(100):
        stream.run(1)

    # THEN the source is not read further than there is room
    assert len(executor.tasks) == 5
    assert stream.delivery_stream.held_bytes < 60 * MEBIBYTE

    # WHEN the function answers, THEN everything arrives
    for _ in range(500):
        if executor.tasks:
            executor.end(0)
        stream.run(1)
    assert (sum(map(len, stream.s3.bodies())), stream.checkpoint()) == (100 * MEBIBYTE, 100)


def test_records_without_a_processor_follow_those_still_with_it() -> None:
    # GIVEN a record with the function
    executor = ManualExecutor()
    settings = configuration(interval_in_seconds=0, processor=lambda_processor(interval_in_seconds=0))
    stream = Subject(settings, executor=executor)
    stream.kinesis.put(b"one,")
    stream.run()

    # WHEN the processor is removed and another record comes
    stream.delivery_stream.configure(replace(settings, version_id=2, processor=None))
    stream.kinesis.put(b"two")
    stream.run(0.2)
    assert stream.s3.objects == {}

    # THEN it waits for the first, which was processed under the old settings
    executor.end(0)
    stream.run()
    assert b"".join(stream.s3.bodies()) == b"ONE,two"


def test_answer_that_comes_after_the_deletion_has_no_consequence() -> None:
    # GIVEN an invocation under way
    executor = ManualExecutor()
    stream = subject(executor)
    stream.kinesis.put(BATCHES[0])
    stream.run()

    # WHEN the delivery stream is deleted before it ends
    stream.delivery_stream.discard(deadline=stream.clock.monotonic() + 4)
    executor.end(0)
    stream.delivery_stream.process()
    stream.delivery_stream.deliver()

    # THEN nothing is delivered or held
    assert (stream.s3.objects, stream.delivery_stream.held_bytes) == ({}, 0)


class _EndingClock(ManualClock):
    """Ends an invocation whenever somebody sleeps."""

    executor: ManualExecutor

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.executor.tasks:
            self.executor.end(-1)


def test_draining_waits_for_invocations_that_are_under_way() -> None:
    # GIVEN two invocations under way and a record behind them
    executor = ManualExecutor()
    clock = _EndingClock()
    clock.executor = executor
    stream = subject(executor, clock=clock)
    stream.kinesis.put(*BATCHES[:2], b"002")
    stream.run()

    # WHEN the emulator stops, THEN they end and are delivered, in order
    assert stream.delivery_stream.stop(deadline=clock.monotonic() + 4)
    assert b"".join(stream.s3.bodies()) == b"".join(BATCHES[:2]).upper() + b"002"


def test_draining_does_not_wait_longer_than_it_may() -> None:
    # GIVEN an invocation that does not end
    stream = subject(ManualExecutor())
    stream.kinesis.put(BATCHES[0])
    stream.run()

    # WHEN the emulator stops, THEN that is reported in time
    assert not stream.delivery_stream.stop(deadline=4)
    assert stream.clock.monotonic() <= 4


def test_invocation_that_breaks_off_is_tried_again() -> None:
    # GIVEN an invocation that ends in an error which is none of the function's
    executor = ManualExecutor()
    stream = subject(executor)
    good = stream.function.handler
    errors = iter([ZeroDivisionError()])

    def break_off(event: dict[str, Any]) -> Any:
        for error in errors:
            raise error
        return good(event)

    stream.function.handler = break_off
    stream.kinesis.put(BATCHES[0])
    stream.run()
    with pytest.raises(ZeroDivisionError):
        executor.end(0)

    # WHEN it is tried again, THEN the batch is delivered
    stream.run()
    stream.run(0.2)
    executor.end(0)
    stream.run()
    assert delivered(stream) == [b"000"]
