"""CloudWatch log groups as targets.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetCloudWatchLogsParameters.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.pipes.clock import Clock
from emulator.pipes.errors import PartialBatchError, TargetError
from emulator.pipes.target_parameters import LogGroupParameters
from emulator.pipes.targets.logs import LogGroupTarget
from tests.unit.pipes.fakes import client_error, event

GROUP_ARN = "arn:aws:logs:eu-north-1:000000000000:log-group:/aws/pipes/orders:*"
NOW = 1_767_225_600.5
DAY = 24 * 3600 * 1000


@dataclass
class FakeLogs:
    """One log group; `streams` holds its log streams, `rejected` what the next answers reject."""

    streams: dict[str, list[list[dict[str, Any]]]] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    exists: bool = True

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> dict[str, Any]:
        """Make a log stream."""
        self._check(logGroupName)
        if logStreamName in self.streams:
            raise client_error("ResourceAlreadyExistsException")
        self.streams[logStreamName] = []
        return {}

    def put_log_events(
        self, *, logGroupName: str, logStreamName: str, logEvents: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Take the events, which have to be in the order of their times."""
        self._check(logGroupName)
        if logStreamName not in self.streams:
            raise client_error("ResourceNotFoundException")
        times = [each["timestamp"] for each in logEvents]
        if times != sorted(times):
            raise client_error("InvalidParameterException")
        self.streams[logStreamName].append(logEvents)
        return {"rejectedLogEventsInfo": self.rejected} if self.rejected else {}

    def _check(self, name: str) -> None:
        assert name == "/aws/pipes/orders"
        if not self.exists:
            raise client_error("ResourceNotFoundException")


def target(logs: FakeLogs, **parameters: str) -> LogGroupTarget:
    """Return a log group as the target."""
    return LogGroupTarget(
        logs,
        GROUP_ARN,
        LogGroupParameters(**parameters),
        pipe_name="orders-pipe",
        clock=Clock(lambda: NOW, lambda: NOW),
    )


def test_each_event_is_a_log_event_of_now() -> None:
    # GIVEN a log stream
    logs = FakeLogs({"named": []})

    # WHEN a batch is sent to it
    target(logs, log_stream_name="named").send([event(1), event(2)])

    # THEN it arrives in one request
    moment = round(NOW * 1000)
    assert logs.streams == {
        "named": [
            [
                {"timestamp": moment, "message": '{"number":1}'},
                {"timestamp": moment, "message": '{"number":2}'},
            ]
        ]
    }


@pytest.mark.parametrize(("parameters", "stream"), [({}, "orders-pipe"), ({"log_stream_name": "new"}, "new")])
def test_log_stream_is_made_where_it_is_missing(parameters: dict[str, str], stream: str) -> None:
    logs = FakeLogs()

    target(logs, **parameters).send([event(1)])

    assert [len(request) for request in logs.streams[stream]] == [1]


def test_paths_give_each_event_its_time_and_its_log_stream() -> None:
    # GIVEN events of two log streams, in no order, with times as numbers and as text
    logs = FakeLogs()
    events = [
        event(1, at=3000, to="a"),
        event(2, at="1000", to="b"),
        event(3, at=2000.9, to="a"),
    ]

    # WHEN they are sent
    target(logs, timestamp="$.at", log_stream_name="$.to").send(events)

    # THEN each log stream has its own, in the order of their times
    written = {stream: [each["timestamp"] for each in request] for stream, (request,) in logs.streams.items()}
    assert written == {"a": [2000, 3000], "b": [1000]}


# The same answer as AWS documents it, and with the indexes that moto gives.
REJECTIONS = [
    {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2},
    {"tooOldLogEventEndIndex": 0, "tooNewLogEventStartIndex": 3},
]


@pytest.mark.parametrize("rejected", REJECTIONS)
def test_events_that_are_too_old_or_too_new_fail_and_no_other(rejected: dict[str, int]) -> None:
    # GIVEN events from 15 days ago, of now, of in three hours twice, in no order
    now = round(NOW * 1000)
    logs = FakeLogs(rejected=rejected)
    later = now + 3 * 3600 * 1000
    events = [event(1, at=later), event(2, at=now), event(3, at=now - 15 * DAY), event(4, at=later)]

    # WHEN they are sent
    with pytest.raises(PartialBatchError) as caught:
        target(logs, timestamp="$.at").send(events)

    # THEN all but one failed, for the customer's reasons
    assert (caught.value.failed_indexes, caught.value.internal) == ((0, 2, 3), False)


def test_one_event_that_is_too_old_fails() -> None:
    # GIVEN the time of a change, which is in seconds
    logs = FakeLogs(rejected={"tooOldLogEventEndIndex": 0})

    with pytest.raises(TargetError, match="the log event is too old"):
        target(logs, timestamp="$.at").send([event(1, at=NOW)])


@pytest.mark.parametrize("moment", [True, None, "yesterday", float("inf")])
def test_event_without_a_usable_time_fails(moment: Any) -> None:
    with pytest.raises(TargetError, match=r"Timestamp: .* is not a number of milliseconds"):
        target(FakeLogs(), timestamp="$.at").send([event(1, at=moment)])


def test_log_group_that_is_missing_fails_the_batch() -> None:
    with pytest.raises(TargetError, match="ResourceNotFoundException"):
        target(FakeLogs(exists=False)).send([event(1)])
