"""How `up` waits: what it tells, and when it gives up."""

import dataclasses

import pytest

from sandbox import first_delivery
from sandbox.errors import SandboxError
from sandbox.first_delivery import Stage, timeout_seconds, wait_for_first_delivery
from sandbox.runner import Part
from sandbox.settings import load_settings
from tests.clock import ManualClock

SETTINGS = load_settings({}, dotenv=None)
WELL = [Part("bootstrap", "done", "ended 1 s ago"), Part("generator", "running", "1 s")]
FAILED = [Part("bootstrap", "failed", "status 1, 2 s ago"), Part("generator", "starting", "")]


def test_timeout_leaves_room_for_the_buffers_and_the_interval() -> None:
    slow = dataclasses.replace(
        SETTINGS,
        transform_buffer_interval_seconds=60,
        s3_buffer_interval_seconds=300,
        order_rate=0.01,
    )
    assert timeout_seconds(slow) == first_delivery.START_SECONDS + 60 + 300 + 100


def wait(monkeypatch: pytest.MonkeyPatch, stage: Stage, parts: list[Part], clock: ManualClock) -> None:
    monkeypatch.setattr(first_delivery, "stages", lambda settings: (stage,))
    wait_for_first_delivery(SETTINGS, lambda: parts, clock=clock, sleep=clock.advance)


def test_waiting_is_told_at_once_and_then_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    clock = ManualClock()
    until = clock() + 12
    # WHEN
    wait(monkeypatch, Stage("the thing", lambda parts: clock() >= until), WELL, clock)
    # THEN
    assert capsys.readouterr().out.splitlines() == [
        "    0 s  waiting for the thing",
        "    5 s  waiting for the thing",
        "   10 s  waiting for the thing",
    ]


def test_what_is_there_already_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wait(monkeypatch, Stage("the thing", lambda parts: True), WELL, ManualClock())
    assert capsys.readouterr().out == ""


def test_part_that_failed_is_named_while_waiting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    clock = ManualClock()
    until = clock() + 1
    # WHEN
    wait(monkeypatch, Stage("the thing", lambda parts: clock() >= until), FAILED, clock)
    # THEN
    assert capsys.readouterr().out.splitlines() == [
        "    0 s  waiting for the thing (bootstrap failed: status 1, 2 s ago)"
    ]


def test_waiting_too_long_says_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SandboxError) as error:
        wait(monkeypatch, Stage("the thing", lambda parts: False), WELL, ManualClock())
    assert str(error.value) == (
        "waited 5 min 18 s for the thing; what runs was left running: `make status` and `make logs` show "
        "what is wrong, `make verify` where the orders are, `make down` stops it"
    )


def test_sandbox_that_was_stopped_meanwhile_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SandboxError, match="was stopped while it was starting"):
        wait(monkeypatch, Stage("the thing", lambda parts: False), [], ManualClock())
