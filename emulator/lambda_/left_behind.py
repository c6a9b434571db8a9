"""Processes that a function started and that left its process group: found by the environment they inherited."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TASK_ROOT = b"LAMBDA_TASK_ROOT="


def end_left_behind(directory: Path, processes: Path = Path("/proc")) -> None:
    """Kill every process that runs for a function below `directory`; without /proc there is nothing to see.

    A process that clears its environment is not found.
    """
    for process_id in left_behind(directory, processes):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process_id, signal.SIGKILL)


def left_behind(directory: Path, processes: Path = Path("/proc")) -> Iterator[int]:
    """The processes whose `LAMBDA_TASK_ROOT` is below `directory`."""
    for environment in processes.glob("[0-9]*/environ"):
        try:
            variables = environment.read_bytes().split(b"\0")
        except OSError:
            # It has ended, or is another user's.
            continue
        for variable in variables:
            if variable.startswith(TASK_ROOT):
                task_root = Path(os.fsdecode(variable.removeprefix(TASK_ROOT)))
                if task_root.is_relative_to(directory):
                    yield int(environment.parent.name)
