"""What all processes of an execution environment use together, where the operating system tells (Linux)."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.lambda_.left_behind import PROCESSES, task_roots
from emulator.lambda_.memory import read_memory_use, read_proportional_bytes

# Looking through all processes may take this part of the time.
MEASURING_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class EnvironmentUse:
    """The processes and threads of an environment, and the memory that they cannot share or drop."""

    threads: int = 0
    charged_bytes: int = 0


class ProcessCensus:
    """Adds up, for every environment at once, the processes that have its `LAMBDA_TASK_ROOT`.

    All environments ask the same census, which looks again only when its share of the time allows it.
    """

    def __init__(self, processes: Path = PROCESSES, now: Callable[[], float] = time.monotonic) -> None:
        self._processes = processes
        self._now = now
        self._lock = threading.Lock()
        self._uses: Mapping[str, EnvironmentUse] = {}
        self._next_count = 0.0

    def use_of(self, task_root: Path) -> EnvironmentUse:
        """What the processes of an environment were seen to use last."""
        # Another environment may be counting for all.
        if self._lock.acquire(blocking=False):
            try:
                self._count_now_and_then()
            finally:
                self._lock.release()
        return self._uses.get(str(task_root), EnvironmentUse())

    def _count_now_and_then(self) -> None:
        started = self._now()
        if started < self._next_count:
            return
        self._uses = self._count()
        ended = self._now()
        self._next_count = ended + (ended - started) / MEASURING_SHARE

    def _count(self) -> Mapping[str, EnvironmentUse]:
        process_ids: dict[str, list[int]] = {}
        for process_id, task_root in task_roots(self._processes):
            process_ids.setdefault(task_root, []).append(process_id)
        return {task_root: self._add_up(found) for task_root, found in process_ids.items()}

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


CENSUS = ProcessCensus()
