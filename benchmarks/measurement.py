"""What every benchmark measures with: time, processor, memory, and an emulator of its own."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.emulator_process import EmulatorProcess, client_environment
from tests.polling import poll_until

PATIENCE_SECONDS = 300.0


def timed(action: Callable[[], Any]) -> float:
    """Return how many seconds an action takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def wait_for(what: str, count: Callable[[], int], expected: int) -> None:
    """Return when a count has reached its expected value."""
    poll_until(what, lambda: count() >= expected, PATIENCE_SECONDS, interval_seconds=0.2)


def processor_seconds(process_id: int) -> float:
    """Return the processor time that a process has used; 0 where /proc is missing."""
    if sys.platform != "linux":
        return 0.0
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def processor_share(process_id: int, seconds: float) -> float:
    """Return the share of one core that a process uses over some seconds."""
    before = processor_seconds(process_id)
    time.sleep(seconds)
    return (processor_seconds(process_id) - before) / seconds


def resident_mebibytes(process_id: int) -> int:
    """Return the memory that a process holds; 0 where /proc is missing."""
    if sys.platform != "linux":
        return 0
    status = Path(f"/proc/{process_id}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) // 1024


@contextmanager
def own_emulator(**environment: str) -> Iterator[EmulatorProcess]:
    """Start an emulator on a free port, lead boto3 to it, and stop it at the end."""
    with tempfile.TemporaryDirectory() as directory:
        emulator = EmulatorProcess(Path(directory), environment)
        try:
            emulator.wait_until_ready()
            os.environ.update(client_environment(emulator.port))
            yield emulator
        finally:
            emulator.stop()


def row(what: str, figure: str) -> None:
    """Print one line of the result."""
    print(f"  {what:<58}{figure:>16}", flush=True)
