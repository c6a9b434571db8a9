"""The process that runs a function's code: start, output, memory, end."""

import logging
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from emulator.lambda_.function_log import FunctionLog
from emulator.lambda_.left_behind import end_left_behind
from emulator.lambda_.memory import MemoryUse, read_memory_use
from emulator.lambda_.process_census import session_members

LOG = logging.getLogger(__name__)

LAUNCHER = Path(__file__).with_name("launcher.py")
READ_BYTES = 64 * 1024
# More than a pipe holds, so that a thread that never stops writing cannot keep `drain_output` busy for ever.
DRAIN_BYTES = 4 * 1024 * 1024
# A process that is being stopped may have started another one meanwhile.
FREEZE_TURNS = 5


class RuntimeProcess:
    """One process under the runtime interface client, in a session and process group of its own.

    It ends with the emulator, also when that is killed (see `launcher.py`). Whatever it started ends with it, also
    outside its process group where /proc tells (Linux). `on_exit` is called once, with the return code, after the
    last output was read.
    """

    def __init__(self, name: str, log: FunctionLog, log_lock: threading.Lock) -> None:
        self._name = name
        self._log = log
        self._log_lock = log_lock
        self._peak_memory_bytes = 0
        self._ended = threading.Event()
        # Processes of other groups.
        self._stopped: list[int] = []
        self._output_closed = False

    def start(
        self,
        handler: str,
        ephemeral_storage_bytes: int,
        task_root: Path,
        environment: Mapping[str, str],
        on_exit: Callable[[int], None],
    ) -> None:
        self._task_root = task_root
        lifeline_read, self._lifeline = os.pipe()
        self._output, output_write = os.pipe()
        os.set_blocking(self._output, False)
        try:
            arguments = [str(lifeline_read), str(ephemeral_storage_bytes), handler]
            self._process = subprocess.Popen(
                # -P and -s: only what the environment names comes before the interpreter's own modules.
                [sys.executable, "-P", "-s", str(LAUNCHER), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output_write,
                stderr=output_write,
                cwd=task_root,
                env=environment,
                pass_fds=(lifeline_read,),
                start_new_session=True,
            )
        except OSError:
            os.close(self._output)
            os.close(self._lifeline)
            raise
        finally:
            os.close(lifeline_read)
            os.close(output_write)
        self._output_reader = threading.Thread(
            target=self._read_output, name=f"lambda-output-{self._name}", daemon=True
        )
        self._output_reader.start()
        threading.Thread(
            target=self._await_exit, args=(on_exit,), name=f"lambda-exit-{self._name}", daemon=True
        ).start()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End the process and its group; returns when it is gone and its output was read."""
        if not self._ended.is_set():
            # Once it was waited for, its number may be another process's.
            if self._process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            self._ended.wait()

    def freeze(self) -> None:
        """Stop the session until `thaw`; without effect where a stopped process would outlive the emulator."""
        if not self._can_be_stopped():
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGSTOP)
        for _ in range(FREEZE_TURNS):
            running = [process for process in self._outside_group() if process not in self._stopped]
            if not running:
                return
            for process_id in running:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(process_id, signal.SIGSTOP)
            self._stopped += running

    def thaw(self) -> None:
        if not self._can_be_stopped():
            return
        if self._stopped:
            # Whoever has ended may have given its number to another.
            for process_id in self._outside_group():
                if process_id in self._stopped:
                    with suppress(ProcessLookupError, PermissionError):
                        os.kill(process_id, signal.SIGCONT)
            self._stopped = []
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGCONT)

    def _can_be_stopped(self) -> bool:
        # Elsewhere a thread of the process watches for the emulator's end (see `launcher.py`).
        return sys.platform == "linux" and not self._ended.is_set() and self._process.returncode is None

    def _outside_group(self) -> list[int]:
        """The processes of the session that are of no concern to the group's signals."""
        outside = []
        for process_id in session_members(self._process.pid):
            with suppress(ProcessLookupError):
                if os.getpgid(process_id) != self._process.pid:
                    outside.append(process_id)
        return outside

    def read_memory_use(self) -> MemoryUse | None:
        use = read_memory_use(self._process.pid)
        if use is not None:
            self._peak_memory_bytes = max(self._peak_memory_bytes, use.peak_bytes)
        return use

    def note_memory_use(self, used_bytes: int) -> None:
        """Count what was used together with other processes."""
        self._peak_memory_bytes = max(self._peak_memory_bytes, used_bytes)

    @property
    def peak_memory_bytes(self) -> int:
        """The most memory that was seen to be used."""
        self.read_memory_use()
        return self._peak_memory_bytes

    def drain_output(self) -> None:
        """Read everything that the process has written so far."""
        with self._log_lock:
            drained = 0
            while drained < DRAIN_BYTES and (data := self._read_available()):
                drained += len(data)

    def _read_output(self) -> None:
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        while True:
            poll.poll()
            with self._log_lock:
                if self._read_available() == b"":
                    break

    def _read_available(self) -> bytes | None:
        """Pass on what can be read now: `None` if that is nothing yet, empty at the end. Call with the lock held."""
        if self._output_closed:
            return b""
        try:
            data = os.read(self._output, READ_BYTES)
        except BlockingIOError:
            return None
        self._log.feed(data)
        return data

    def _await_exit(self, on_exit: Callable[[int], None]) -> None:
        # What the function started and left behind must not outlive it.
        _await_end(self._process)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        return_code = self._process.wait()
        try:
            end_left_behind(self._task_root)
        except OSError:
            LOG.exception("%s: what the function left behind could not be looked for", self._name)
        self.drain_output()
        with self._log_lock:
            self._log.close()
        on_exit(return_code)
        self._ended.set()
        os.close(self._lifeline)
        # A process that was not found may hold the output open; it is read until that ends.
        self._output_reader.join()
        with self._log_lock:
            self._output_closed = True
            os.close(self._output)


def _await_end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process to end and, where the system can do that, leave its number its own."""
    if sys.platform == "darwin":
        process.wait()
    else:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
