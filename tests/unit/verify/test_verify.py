"""`python -m verify`: how long it waits, what it calls missing, and its exit status."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
)

from tests.unit.verify.situation import at, change, changes, evidence, in_kinesis, rows
from verify import __main__ as command
from verify import verification
from verify.accounts import Outcome
from verify.errors import VerifyError
from verify.evidence import Evidence


class FakeInspection:
    """Evidence that grows by one step at each reading; time passes only by sleeping."""

    def __init__(self, *steps: Callable[[Evidence], object], start: float = 5) -> None:
        self.evidence = evidence(changes=changes(2), kinesis_records=in_kinesis(1, 2))
        self.steps = list(steps)
        self.seconds = start
        self.readings = 0

    def collect(self) -> datetime:
        self.readings += 1
        if self.steps:
            self.steps.pop(0)(self.evidence)
        return at(self.seconds)

    def clock(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def nothing(found: Evidence) -> None:
    """No news."""


def deliver(*numbers: int) -> Callable[[Evidence], object]:
    return lambda found: found.rows.extend(rows(*numbers, seconds=8))


def verify(inspection: FakeInspection, wait_seconds: float | None) -> list[Outcome]:
    report = verification.verify(cast(Any, inspection), wait_seconds, inspection.clock, inspection.sleep)
    return list(report.accounts.outcomes.values())


def test_without_a_wait_one_reading_decides() -> None:
    # GIVEN
    inspection = FakeInspection()

    # WHEN
    outcomes = verify(inspection, None)

    # THEN
    assert (outcomes, inspection.readings) == ([Outcome.PENDING] * 2, 1)


def test_a_wait_ends_when_everything_has_come_through() -> None:
    # GIVEN
    inspection = FakeInspection(nothing, deliver(1), deliver(2))

    # WHEN
    outcomes = verify(inspection, 60)

    # THEN
    assert (outcomes, inspection.readings, inspection.seconds) == ([Outcome.DELIVERED] * 2, 3, 9)


def test_a_wait_does_not_wait_for_what_was_written_after_it_began() -> None:
    # GIVEN a generator that keeps writing
    def write_another(found: Evidence) -> None:
        found.changes.append(change(len(found.changes) + 1))

    inspection = FakeInspection(nothing, write_another, deliver(1, 2))

    # WHEN
    outcomes = verify(inspection, 60)

    # THEN
    assert (outcomes, inspection.readings) == ([Outcome.DELIVERED] * 2 + [Outcome.PENDING], 3)


def test_what_the_wait_did_not_bring_is_missing() -> None:
    # GIVEN
    inspection = FakeInspection(nothing, deliver(2))

    # WHEN
    outcomes = verify(inspection, 60)

    # THEN
    assert (outcomes, inspection.seconds) == ([Outcome.MISSING, Outcome.DELIVERED], 65)


def test_what_is_younger_than_the_buffers_allow_is_pending_after_a_short_wait() -> None:
    # GIVEN
    inspection = FakeInspection(nothing, deliver(2))

    # WHEN
    outcomes = verify(inspection, 10)

    # THEN
    assert outcomes == [Outcome.PENDING, Outcome.DELIVERED]


def test_nothing_is_called_missing_by_one_reading_alone() -> None:
    # GIVEN a change that moves on between the reading of one hop and the next
    inspection = FakeInspection(deliver(2), deliver(1), start=100)

    # WHEN
    outcomes = verify(inspection, None)

    # THEN
    assert (outcomes, inspection.readings) == ([Outcome.DELIVERED] * 2, 2)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (VerifyError("pipe orders-pipe does not exist"), "pipe orders-pipe does not exist"),
        (
            EndpointConnectionError(endpoint_url="http://here"),
            'http://here:4566 does not answer (Could not connect to the endpoint URL: "http://here"): '
            "start the sandbox with `make up`",
        ),
        (
            ReadTimeoutError(endpoint_url="http://here"),
            'http://here:4566 does not answer (Read timeout on endpoint URL: "http://here"): '
            "start the sandbox with `make up`",
        ),
        (
            NoCredentialsError(),
            "no AWS credentials: set AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
        (NoRegionError(), "no region: set AWS_REGION"),
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribePipe"),
            "http://here:4566 refused a call: "
            "An error occurred (AccessDenied) when calling the DescribePipe operation: no",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_chain_that_cannot_be_read_is_one_line_and_status_2(
    error: Exception, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    def fail(session: object) -> None:
        raise error

    monkeypatch.setattr(command, "Inspection", fail)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://here:4566")

    # WHEN
    status = command.main([])

    # THEN
    assert (status, capsys.readouterr()) == (2, ("", f"verify: {line}\n"))


@pytest.mark.parametrize(
    ("steps", "status"), [([deliver(1, 2)], 0), ([deliver(2)], 1)], ids=["complete", "one missing"]
)
def test_the_exit_status_tells_whether_something_is_missing(
    steps: list[Callable[[Evidence], object]], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr(command, "Inspection", lambda session: FakeInspection(*steps, start=100))

    # WHEN
    found = command.main(["--json"])

    # THEN
    assert found == status


@pytest.mark.parametrize("seconds", ["-1", "soon", "nan", ""])
def test_an_unusable_wait_is_refused_with_the_allowed_values(
    seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # WHEN
    with pytest.raises(SystemExit) as refusal:
        command.main([f"--wait={seconds}"])

    # THEN
    assert refusal.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"python -m verify: error: argument --wait: invalid number of seconds (0 to 86400) value: '{seconds}'"
    )
