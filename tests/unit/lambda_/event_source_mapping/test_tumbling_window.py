"""Tumbling windows: what a function gets, what it has to return, and when a window ends.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
https://aws.amazon.com/blogs/compute/using-aws-lambda-for-streaming-analytics/
"""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.unit.lambda_.event_source_mapping.fakes import Subject, to
from tests.unit.pipes.fakes import STREAM_ARN
from tests.unit.pipes.source_fakes import DATA_STREAM_ARN, SHARD, DataShard

CHILD = "shardId-000000000001"
WINDOW = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:01:00Z"}


class Aggregation(Subject):
    """A mapping with windows of a minute, and a function that notes the values of a window in its state."""

    def __init__(self, **configuration: Any) -> None:
        self.fails: list[str] = []
        self.reports: list[str] = []
        super().__init__(
            **{"behaviour": self.aggregate, "TumblingWindowInSeconds": 60, **configuration},
        )

    def aggregate(self, values: Sequence[str], numbers: Sequence[str]) -> Any:
        """Add the values to the state, up to the first that is reported; raise where the test says so."""
        event = self.function.payloads[-1]
        step = (
            "final"
            if event["isFinalInvokeForWindow"]
            else "early"
            if event["isWindowTerminatedEarly"]
            else ""
        )
        for failing in (*values, step):
            if failing in self.fails:
                self.fails.remove(failing)
                raise ValueError(failing)
        reported = [value for value in values if value in self.reports]
        taken = values[: values.index(reported[0])] if reported else values
        answer: dict[str, Any] = {"state": {"values": [*event["state"].get("values", []), *taken]}}
        if reported:
            answer["batchItemFailures"] = [{"itemIdentifier": numbers[values.index(reported[0])]}]
            self.reports.remove(reported[0])
        return answer

    @property
    def invocations(self) -> list[tuple[str, list[str], list[str]]]:
        """Return for each invocation the minute of its window, what its state had, and the values it got."""
        return [
            (
                payload["window"]["start"][14:16] + ("!" if payload["isFinalInvokeForWindow"] else ""),
                payload["state"].get("values", []),
                values,
            )
            for payload, values in zip(self.function.payloads, self.batches, strict=True)
        ]


@pytest.mark.parametrize("source_arn", [DATA_STREAM_ARN, STREAM_ARN])
def test_an_invocation_gets_its_window_and_the_last_one_no_records(source_arn: str) -> None:
    # GIVEN
    subject = Aggregation(source_arn=source_arn)

    # WHEN a record is written, and the minute passes
    (subject.stream if source_arn == DATA_STREAM_ARN else subject.table_stream).write("1")
    subject.run(61)

    # THEN
    first, last = subject.function.payloads
    assert len(first.pop("Records")) == 1
    shard_id = first["shardId"]
    assert shard_id.startswith("shardId-")
    assert first == {
        "window": WINDOW,
        "state": {},
        "shardId": shard_id,
        "eventSourceARN": source_arn,
        "isFinalInvokeForWindow": False,
        "isWindowTerminatedEarly": False,
    }
    assert last == first | {
        "Records": [],
        "state": {"values": ["1"]},
        "isFinalInvokeForWindow": True,
    }


def test_a_state_is_handed_on_until_the_window_ends_and_no_further() -> None:
    # GIVEN
    subject = Aggregation(BatchSize=2)
    for value in "abc":
        subject.stream.write(value)
    subject.run(30)
    subject.stream.write("d")

    # WHEN the next minute has a record too
    subject.run(31)
    subject.stream.write("e")
    subject.run(60)

    # THEN
    assert subject.invocations == [
        ("00", [], ["a", "b"]),
        ("00", ["a", "b"], ["c"]),
        ("00", ["a", "b", "c"], ["d"]),
        ("00!", ["a", "b", "c", "d"], []),
        ("01", [], ["e"]),
        ("01!", ["e"], []),
    ]
    assert subject.results == ["OK"] * 6


def test_a_window_without_records_has_no_invocation() -> None:
    subject = Aggregation()

    subject.run(200)

    assert subject.invocations == []


def test_a_batch_does_not_reach_into_the_next_window_and_does_not_wait_for_more() -> None:
    # GIVEN records of two minutes, which are read at once, and a long batching window
    subject = Aggregation(MaximumBatchingWindowInSeconds=300)
    for value in "abc":
        subject.stream.write(value)
        subject.clock.advance(35)

    # WHEN
    subject.run(1)

    # THEN the last window is still open
    assert subject.invocations == [("00", [], ["a", "b"]), ("00!", ["a", "b"], [])]
    subject.run(50)
    assert subject.invocations[2:] == [("01", [], ["c"]), ("01!", ["c"], [])]


def test_the_last_invocation_need_not_return_a_state() -> None:
    subject = Subject(
        behaviour=lambda values, numbers: {"state": {}} if values else None, TumblingWindowInSeconds=1
    )
    subject.stream.write("a")

    subject.run(10)

    assert subject.results == ["OK", "OK"]


@pytest.mark.parametrize(
    "answer", [None, {}, {"state": None}, {"state": "text"}, "text", {"batchItemFailures": []}]
)
def test_an_answer_without_a_state_is_a_failure(answer: Any) -> None:
    # GIVEN
    subject = Subject(
        behaviour=lambda values, numbers: answer,
        TumblingWindowInSeconds=1,
        MaximumRetryAttempts=1,
        DestinationConfig=to(),
    )
    subject.stream.write("a")

    # WHEN
    subject.run(10)

    # THEN the retry policy holds, and the window ends all the same
    assert subject.batches == [["a"], ["a"], []]
    (failure,) = subject.failures
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert failure["responseContext"]["functionError"] is None


def test_a_batch_that_fails_is_repeated_with_the_state_it_had() -> None:
    subject = Aggregation(BatchSize=1)
    subject.fails = ["b"]
    for value in "abc":
        subject.stream.write(value)

    subject.run(30)

    assert subject.invocations == [
        ("00", [], ["a"]),
        ("00", ["a"], ["b"]),
        ("00", ["a"], ["b"]),
        ("00", ["a", "b"], ["c"]),
    ]


def test_the_halves_of_a_batch_hand_the_state_on() -> None:
    subject = Aggregation(BisectBatchOnFunctionError=True, MaximumRetryAttempts=0, DestinationConfig=to())
    subject.fails = ["b", "b", "b"]
    for value in "abcd":
        subject.stream.write(value)

    subject.run(61)

    assert subject.invocations == [
        ("00", [], ["a", "b", "c", "d"]),
        ("00", [], ["a", "b"]),
        ("00", [], ["a"]),
        ("00", ["a"], ["b"]),
        ("00", ["a"], ["c", "d"]),
        ("00!", ["a", "c", "d"], []),
    ]
    assert [failure["KinesisBatchInfo"]["batchSize"] for failure in subject.failures] == [1]


def test_what_a_report_leaves_is_repeated_with_the_state_returned_with_it() -> None:
    subject = Aggregation(FunctionResponseTypes=["ReportBatchItemFailures"])
    subject.reports = ["b", "b"]
    for value in "abc":
        subject.stream.write(value)

    subject.run(61)

    assert subject.invocations == [
        ("00", [], ["a", "b", "c"]),
        ("00", ["a"], ["b", "c"]),
        ("00", ["a"], ["b", "c"]),
        ("00!", ["a", "b", "c"], []),
    ]


def test_nothing_is_processed_before_the_last_invocation_has_succeeded() -> None:
    # GIVEN a function that fails at the end of its window, and no retries
    subject = Aggregation(MaximumRetryAttempts=0)
    subject.fails = ["final", "final"]
    subject.stream.write("a")
    subject.run(61)

    # WHEN
    subject.stream.write("b")
    subject.run(30)

    # THEN
    assert subject.invocations == [
        ("00", [], ["a"]),
        *[("00!", ["a"], [])] * 3,
        ("01", [], ["b"]),
    ]


def test_a_state_that_is_too_large_ends_the_window_early_and_the_same_window_goes_on_with_a_fresh_one() -> (
    None
):
    # GIVEN
    large = {"text": "x" * 1024 * 1024}
    subject = Aggregation(
        behaviour=lambda values, numbers: {"state": large if values == ["a"] else {"small": values}},
        BatchSize=1,
    )
    for value in "ab":
        subject.stream.write(value)

    # WHEN
    subject.run(61)

    # THEN
    early = ("isFinalInvokeForWindow", "isWindowTerminatedEarly", "window")
    assert [[payload[name] for name in early] for payload in subject.function.payloads] == [
        [False, False, WINDOW],
        [False, True, WINDOW],
        [False, False, WINDOW],
        [True, False, WINDOW],
    ]
    assert subject.batches == [["a"], [], ["b"], []]
    assert [payload["state"] for payload in subject.function.payloads] == [{}, large, {}, {"small": ["b"]}]


def test_a_batch_leaves_room_for_the_largest_state_of_its_window() -> None:
    # GIVEN a state that is as large as one may be, and records that would take a whole payload
    state = {"text": "x" * (1024 * 1024 - 20)}
    subject = Aggregation(behaviour=lambda values, numbers: {"state": state}, BatchSize=10_000)
    values = [f"{number:04d}" + "x" * 50_000 for number in range(200)]
    for value in values:
        subject.stream.write(value)

    # WHEN
    subject.run(61)

    # THEN
    assert [value for batch in subject.batches for value in batch] == values
    assert set(subject.results) == {"OK"}


def test_a_state_that_no_invocation_could_get_is_a_failure() -> None:
    # GIVEN a state that a function may return, but that no payload holds beside the window's other members
    answers = [{"text": "x" * (6 * 1024 * 1024 - 30)}, {"text": "x" * (6 * 1024 * 1024 - 5000)}, {}, {}]
    subject = Aggregation(behaviour=lambda values, numbers: {"state": answers.pop(0)})
    subject.stream.write("a")

    # WHEN
    subject.run(61)

    # THEN the batch is repeated, and the state that is a little smaller ends the window early
    assert subject.batches == [["a"], ["a"], [], []]
    assert subject.results == ["PROBLEM: Function call failed", "OK", "OK", "OK"]


def test_the_end_of_a_shard_ends_its_window_and_a_child_begins_afresh() -> None:
    # GIVEN
    subject = Aggregation(MaximumBatchingWindowInSeconds=300)
    subject.stream.write("a")
    subject.stream.shards[SHARD].closed = True
    subject.stream.shards[CHILD] = DataShard(parent=SHARD)
    subject.stream.write("b", shard_id=CHILD)

    # WHEN
    subject.run(61)

    # THEN
    assert subject.invocations == [
        ("00", [], ["a"]),
        ("00!", ["a"], []),
        ("00", [], ["b"]),
        ("00!", ["b"], []),
    ]
    assert [payload["shardId"] for payload in subject.function.payloads] == [SHARD, SHARD, CHILD, CHILD]


def test_each_shard_has_a_window_of_its_own() -> None:
    subject = Aggregation()
    subject.stream.shards[CHILD] = DataShard()
    subject.stream.write("a")
    subject.stream.write("b", shard_id=CHILD)

    subject.run(61)

    assert [(payload["shardId"], payload["state"]) for payload in subject.function.payloads] == [
        (SHARD, {}),
        (CHILD, {}),
        (SHARD, {"values": ["a"]}),
        (CHILD, {"values": ["b"]}),
    ]


def test_a_window_goes_on_after_the_mapping_was_disabled() -> None:
    # GIVEN
    subject = Aggregation()
    subject.stream.write("a")
    subject.run(1)

    # WHEN
    subject.stop()
    subject.stream.write("b")
    subject.run(61)

    # THEN
    assert subject.invocations == [("00", [], ["a"]), ("00", ["a"], ["b"]), ("00!", ["a", "b"], [])]
    assert subject.progress.windows == {}


@pytest.mark.parametrize(("seconds", "end"), [(120, "2026-01-01T00:02:00Z"), (10, "2026-01-01T00:00:10Z")])
def test_an_open_window_ends_when_its_length_is_changed(seconds: int, end: str) -> None:
    # GIVEN
    subject = Aggregation()
    subject.stream.write("a")
    subject.run(1)
    subject.stop()

    # WHEN
    subject.configuration["TumblingWindowInSeconds"] = seconds
    subject.stream.write("b")
    subject.run(1)

    # THEN what comes after it is of the new length
    assert subject.invocations == [("00", [], ["a"]), ("00!", ["a"], []), ("00", [], ["b"])]
    assert subject.function.payloads[1]["window"] == WINDOW
    assert subject.function.payloads[2]["window"] == WINDOW | {"end": end}


def test_an_open_window_ends_when_windows_are_given_up() -> None:
    # GIVEN
    subject = Aggregation()
    subject.stream.write("a")
    subject.run(1)
    subject.stop()

    # WHEN
    subject.configuration |= {"TumblingWindowInSeconds": 0, "ParallelizationFactor": 2}
    subject.function.behaviour = lambda values, numbers: None
    subject.stream.write("b")
    subject.run(1)

    # THEN
    assert subject.batches == [["a"], [], ["b"]]
    assert subject.function.payloads[1]["isFinalInvokeForWindow"]
    assert subject.function.payloads[2].keys() == {"Records"}


def test_a_record_whose_time_goes_back_counts_in_the_window_that_is_open() -> None:
    # GIVEN a window that is over
    subject = Aggregation()
    subject.stream.write("a")
    subject.run(61)

    # WHEN two records come after it that say they are older than its end
    written_at = subject.clock.now
    subject.clock.now = written_at - 5
    subject.stream.write("late")
    subject.clock.now = written_at
    subject.stream.write("b")
    subject.stream.write("c")
    subject.run(1)

    # THEN no window is opened twice
    assert subject.invocations == [("00", [], ["a"]), ("00!", ["a"], []), ("01", [], ["late", "b", "c"])]


def test_records_that_are_read_while_the_function_is_busy_wait_for_their_window() -> None:
    # GIVEN the first batch of a window in flight
    subject = Aggregation()
    subject.holds_invocations = True
    subject.stream.write("a")
    subject.run(1)

    # WHEN records of this and the next window come, and the invocations return one by one
    subject.stream.write("b")
    subject.run(61)
    subject.stream.write("c")
    subject.run(1)
    for _ in range(4):
        subject.held.pop(0)()
        subject.run(1)

    # THEN
    assert subject.invocations == [
        ("00", [], ["a"]),
        ("00", ["a"], ["b"]),
        ("00!", ["a", "b"], []),
        ("01", [], ["c"]),
    ]
