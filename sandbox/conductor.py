"""Keeps the order of host mode's processes, as `depends_on` does in Compose: `python -m sandbox.conductor`.

The emulator's state is in memory. When it comes back after a kill it is empty, so the generator is stopped, bootstrap
runs again, and only then the generator: an order written before the pipe runs would never reach it.
"""

import json
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from sandbox.health import is_healthy
from sandbox.layout import layout
from sandbox.settings import load_settings
from sandbox.state import write_private
from sandbox.supervisor import Process, Supervisor, SupervisorError

LOG = logging.getLogger(__name__)

POLL_SECONDS = 0.5
RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Memory:
    """The process ids of the emulators for which bootstrap and the generator were started last."""

    prepared: int = 0
    generating: int = 0


class ProcessManager(Protocol):
    """What the conductor asks of the process manager."""

    def processes(self) -> Mapping[str, Process]: ...

    def start(self, name: str) -> None: ...

    def stop(self, name: str) -> None: ...


class Conductor:
    """Takes at most one step per call of `step`; its memory outlives its own kill."""

    def __init__(
        self, manager: ProcessManager, healthy: Callable[[], bool], memory: Path, *, generator_ends: bool
    ) -> None:
        self._manager = manager
        self._healthy = healthy
        self._memory_path = memory
        self._memory = _read_memory(memory)
        self._generator_ends = generator_ends
        self._bootstrap_at = 0.0

    def step(self, now: float) -> None:
        processes = self._manager.processes()
        emulator, bootstrap, generator = (processes[n] for n in ("localstack", "bootstrap", "generator"))
        if not emulator.pid or emulator.pid != self._memory.prepared:
            self._prepare(emulator, bootstrap, generator, now)
        elif bootstrap.has_succeeded:
            self._generate(emulator, generator)
        elif not bootstrap.is_up and now >= self._bootstrap_at:
            LOG.warning("bootstrap ended with status %s: starting it again", bootstrap.exit_status)
            self._start_bootstrap(now)

    def _prepare(self, emulator: Process, bootstrap: Process, generator: Process, now: float) -> None:
        """Stop what spoke to the former emulator; once the new one answers, start bootstrap."""
        if generator.is_up:
            LOG.info("the emulator is not ready: stopping the generator")
            self._manager.stop("generator")
        elif bootstrap.is_up:
            self._manager.stop("bootstrap")
        elif emulator.is_up and emulator.pid and self._healthy():
            LOG.info("the emulator answers (process %s): starting bootstrap", emulator.pid)
            self._start_bootstrap(now)
            self._remember(Memory(prepared=emulator.pid))

    def _generate(self, emulator: Process, generator: Process) -> None:
        """Start the generator after bootstrap; a kill is its process manager's business, an early end is ours."""
        is_new = self._memory.generating != emulator.pid
        ended_early = generator.has_succeeded and not self._generator_ends
        if generator.is_up or not (is_new or ended_early):
            return
        LOG.info("starting the generator")
        self._manager.start("generator")
        self._remember(Memory(prepared=emulator.pid, generating=emulator.pid))

    def _start_bootstrap(self, now: float) -> None:
        self._bootstrap_at = now + RETRY_SECONDS
        self._manager.start("bootstrap")

    def _remember(self, memory: Memory) -> None:
        self._memory = memory
        write_private(self._memory_path, json.dumps(asdict(memory)) + "\n")


def _read_memory(path: Path) -> Memory:
    try:
        return Memory(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return Memory()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = load_settings()
    conductor = Conductor(
        Supervisor(Path(os.environ["SANDBOX_SOCKET"])),
        lambda: is_healthy(settings.localstack_port),
        layout(os.environ).data / "conductor.json",
        generator_ends=settings.order_count is not None,
    )
    # A queue of this kind may be put to by a signal handler at any moment; an Event may not.
    ends: SimpleQueue[int] = SimpleQueue()
    signal.signal(signal.SIGTERM, lambda number, _frame: ends.put(number))
    while not _is_ending(ends):
        try:
            conductor.step(time.monotonic())
        except SupervisorError as error:
            # A process may change its state between our look and our request; the next step looks again.
            LOG.info("%s", error)


def _is_ending(ends: "SimpleQueue[int]") -> bool:
    """Wait for the next step; tell whether there is none."""
    with suppress(Empty):
        return bool(ends.get(timeout=POLL_SECONDS))
    return False


if __name__ == "__main__":
    main()
