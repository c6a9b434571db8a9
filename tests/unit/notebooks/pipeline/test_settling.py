"""The wait for the buffers: bounded, described, and its report stays as it is."""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from notebooks.pipeline.settling import settle
from tests.unit.verify.situation import at, changes, evidence, in_kinesis, rows
from verify.accounts import Outcome


class FakeInspection:
    """Two changes in Kinesis; their rows come with the reading after next, or never."""

    def __init__(self, is_delivered: bool) -> None:
        self.evidence = evidence(changes=changes(2), kinesis_records=in_kinesis(1, 2))
        self.is_delivered = is_delivered
        self.readings = 0
        self.seconds = 3.0

    def collect(self) -> datetime:
        self.readings += 1
        if self.is_delivered and self.readings == 3:
            self.evidence.rows += rows(1, 2, seconds=7)
        return at(self.seconds)

    def clock(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_the_wait_ends_when_the_changes_have_come_through() -> None:
    # GIVEN buffers of 5 and 10 s
    inspection = FakeInspection(is_delivered=True)
    said: list[str] = []

    # WHEN
    report = settle(cast(Any, inspection), said.append, inspection.clock, inspection.sleep)

    # THEN two polls, two seconds each
    assert report.accounts.having(Outcome.DELIVERED) == ["e1", "e2"]
    assert said == [
        "Letting the changes written so far come through, for at most 55 s: 5 s in the buffer before the function, "
        "10 s in the one before S3, and 20 s of slack for each of two hops.",
        "Done after 4 s: 2 changes written, 0 of them under way, 0 missing.",
    ]


def test_the_wait_ends_after_the_longest_time_that_a_change_may_take() -> None:
    # GIVEN
    inspection = FakeInspection(is_delivered=False)
    said: list[str] = []

    # WHEN
    report = settle(cast(Any, inspection), said.append, inspection.clock, inspection.sleep)

    # THEN
    assert report.accounts.having(Outcome.MISSING) == ["e1", "e2"]
    assert said[-1] == "Done after 55 s: 2 changes written, 0 of them under way, 2 missing."


def test_a_pipe_that_does_not_run_is_named() -> None:
    # GIVEN changes that wait in front of a stopped pipe
    inspection = FakeInspection(is_delivered=False)
    stopped = replace(inspection.evidence.chain, pipe_state="STOPPED")
    inspection.evidence = evidence(chain=stopped, changes=changes(2))
    said: list[str] = []

    # WHEN
    settle(cast(Any, inspection), said.append, inspection.clock, inspection.sleep)

    # THEN
    assert said[-1] == (
        "Done after 55 s: 2 changes written, 2 of them under way, 0 missing. The pipe is STOPPED."
    )


def test_the_report_does_not_grow_with_what_is_read_later() -> None:
    # GIVEN
    inspection = FakeInspection(is_delivered=True)
    report = settle(cast(Any, inspection), lambda _: None, inspection.clock, inspection.sleep)

    # WHEN
    inspection.evidence.changes += changes(3)[2:]

    # THEN
    assert [change.event_id for change in report.evidence.changes] == ["e1", "e2"]
