"""What all processes of an execution environment use together, where the operating system tells (Linux)."""

import math
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emulator.lambda_.left_behind import PROCESSES, task_roots
from emulator.lambda_.memory import read_memory_use, read_proportional_bytes

# Looking through all processes may take this part of the time.
MEASURING_SHARE = 0.05
SHORTEST_PAUSE_SECONDS = 0.05
# Lambda's quota of processes and threads: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_THREADS = 1024


@dataclass(frozen=True, slots=True)
class EnvironmentUse:
    """The processes and threads of an environment, and the memory that they cannot share or drop."""

    threads: int = 0
    charged_bytes: int = 0


class ProcessCensus:
    """Adds up, for every environment at once, the processes that have its `LAMBDA_TASK_ROOT`.

    A thread of its own counts, because reading from processes that multiply takes long: whoever waits for one must
    not wait for that.
    """

    def __init__(self, processes: Path = PROCESSES) -> None:
        self._processes = processes
        # When the last count began, and what it found.
        self._last: tuple[float, Mapping[str, EnvironmentUse]] = (-math.inf, {})
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def use_of(self, task_root: Path, since: float = -math.inf) -> EnvironmentUse:
        """What the processes of an environment were seen to use last; asks for the next count.

        A count that began before `since`, in monotonic seconds, says nothing: it may have seen processes that have
        ended.
        """
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lambda-process-census", daemon=True)
                self._thread.start()
        self._wanted.set()
        return self.last_use_of(task_root, since)

    def last_use_of(self, task_root: Path, since: float = -math.inf) -> EnvironmentUse:
        began, uses = self._last
        return uses.get(str(task_root), EnvironmentUse()) if began >= since else EnvironmentUse()

    def count(self) -> None:
        """Count now."""
        began = time.monotonic()
        process_ids: dict[str, list[int]] = {}
        for process_id, task_root in task_roots(self._processes):
            process_ids.setdefault(task_root, []).append(process_id)
        self._last = began, {task_root: self._add_up(found) for task_root, found in process_ids.items()}

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            started = time.monotonic()
            self.count()
            time.sleep(max((time.monotonic() - started) / MEASURING_SHARE, SHORTEST_PAUSE_SECONDS))

    def _add_up(self, process_ids: Sequence[int]) -> EnvironmentUse:
        threads = charged_bytes = 0
        for process_id in process_ids:
            use = read_memory_use(process_id, self._processes)
            if use is None:
                continue
            threads += use.threads
            # What a forked process has in common with its parent counts once.
            shared = None if len(process_ids) == 1 else read_proportional_bytes(process_id, self._processes)
            charged_bytes += use.charged_bytes if shared is None else shared
        return EnvironmentUse(threads, charged_bytes)


class SessionCensus:
    """Counts the processes of every session: cheap enough for whoever waits for one, also while they multiply."""

    def __init__(self, processes: Path = PROCESSES) -> None:
        self._processes = processes
        self._lock = threading.Lock()
        self._sizes: Mapping[int, int] = {}
        self._counted = -math.inf

    def size_of(self, session_id: int) -> int:
        """How many processes a session had a moment ago; 0 where there is no /proc."""
        # Another environment may be counting for all.
        if self._lock.acquire(blocking=False):
            try:
                if time.monotonic() - self._counted > SHORTEST_PAUSE_SECONDS:
                    self._sizes = self._count()
                    self._counted = time.monotonic()
            finally:
                self._lock.release()
        return self._sizes.get(session_id, 0)

    def _count(self) -> Mapping[int, int]:
        return Counter(session_id for _, session_id in _sessions(self._processes))


def session_members(session_id: int, processes: Path = PROCESSES) -> list[int]:
    """The processes of a session; none where there is no /proc."""
    return [process_id for process_id, session in _sessions(processes) if session == session_id]


def _sessions(processes: Path) -> Iterator[tuple[int, int]]:
    """Every process, and its session."""
    try:
        names = os.listdir(processes)  # noqa: PTH208 - called many times a second
    except OSError:
        return
    for name in names:
        if name.isdigit():
            with suppress(ProcessLookupError, PermissionError):
                yield int(name), os.getsid(int(name))


CENSUS = ProcessCensus()
SESSIONS = SessionCensus()
