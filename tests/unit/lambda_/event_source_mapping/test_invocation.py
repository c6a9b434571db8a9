"""Attempts in threads of their own."""

import threading

from emulator.lambda_.event_source_mapping.invocation import Attempt, Invocations
from tests.polling import poll_until


def test_waiting_ends_when_every_attempt_is_done() -> None:
    # GIVEN two attempts that wait for each other, so that they have to run at once
    woken: list[None] = []
    invocations = Invocations("test", lambda: woken.append(None))
    barrier = threading.Barrier(2, timeout=10)

    # WHEN
    attempts = [invocations.begin(barrier.wait) for _ in range(2)]
    invocations.wait()

    # THEN
    assert attempts == [Attempt(done=True), Attempt(done=True)]
    poll_until("both to wake", lambda: len(woken) == 2)


def test_a_failure_of_the_emulator_is_kept_for_whoever_asks() -> None:
    invocations = Invocations("test", lambda: None)
    failure = RuntimeError("a defect")

    def fail() -> None:
        raise failure

    attempt = invocations.begin(fail)
    invocations.wait()

    assert attempt == Attempt(done=True, error=failure)
