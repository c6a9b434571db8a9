"""Threads that outlive what goes wrong in them."""

import logging
from threading import Event

import pytest

from emulator.firehose.worker import Worker
from tests.polling import PATIENCE_SECONDS
from tests.unit.firehose.fakes import ManualClock


def test_worker_logs_an_error_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    # GIVEN work that goes wrong the first time
    failed, done = Event(), Event()

    def run() -> float | None:
        if not failed.is_set():
            failed.set()
            raise ZeroDivisionError("broken")
        done.set()
        return None

    worker = Worker("firehose-orders-test", run, ManualClock())

    # WHEN the thread runs and is woken
    with caplog.at_level(logging.ERROR):
        worker.start()
        assert failed.wait(PATIENCE_SECONDS)
        while not done.is_set():
            worker.wake()

    # THEN the work is done again, the error is in the log, and the thread ends when asked to
    worker.stop()
    assert worker.join(PATIENCE_SECONDS)
    assert [record.getMessage() for record in caplog.records] == ["firehose-orders-test: failed and goes on"]


def test_worker_runs_when_it_is_due_without_being_woken() -> None:
    # GIVEN work that is due again at once, three times
    runs: list[int] = []
    done = Event()

    def run() -> float | None:
        runs.append(1)
        if len(runs) == 3:
            done.set()
            return None
        return 0.0

    worker = Worker("firehose-orders-test", run, ManualClock())

    # WHEN the thread runs, THEN nobody needs to wake it
    worker.start()
    assert done.wait(PATIENCE_SECONDS)
    worker.stop()
    assert worker.join(PATIENCE_SECONDS)


def test_worker_that_was_never_started_counts_as_ended() -> None:
    assert Worker("firehose-orders-test", lambda: None, ManualClock()).join(0)
