"""Where invocations run."""

import threading

from emulator.firehose.executor import ThreadExecutor
from tests.polling import PATIENCE_SECONDS


def test_tasks_run_at_the_same_time_in_threads_that_do_not_keep_the_emulator_from_ending() -> None:
    # GIVEN two tasks that wait for each other
    met = threading.Barrier(3)
    threads: list[threading.Thread] = []

    def task() -> None:
        threads.append(threading.current_thread())
        met.wait(PATIENCE_SECONDS)

    # WHEN both are submitted, THEN they meet
    executor = ThreadExecutor("firehose-orders-invocation")
    executor.submit(task)
    executor.submit(task)
    met.wait(PATIENCE_SECONDS)
    assert [(thread.name, thread.daemon) for thread in threads] == [("firehose-orders-invocation", True)] * 2
