"""Runs the parts as processes on this machine, under supervisord; standard library only."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sandbox import process, virtualenv
from sandbox.aws_environment import DROPPED, aws_variables, without_proxy, write_profile
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.log import show_logs
from sandbox.mode import Mode
from sandbox.runner import PARTS, Part, PartState, duration
from sandbox.settings import Settings, load_settings
from sandbox.supervisor import Process, Supervisor, SupervisorError
from sandbox.terminal import run_in_terminal

STOP_SECONDS = 30.0
SUPERVISORD = "supervisor.supervisord"

STATES: Mapping[str, PartState] = {
    "STOPPED": "stopped",
    "STOPPING": "stopped",
    "STARTING": "starting",
    "BACKOFF": "starting",
    "RUNNING": "running",
    "FATAL": "failed",
    "UNKNOWN": "failed",
}


class HostRunner:
    """The parts as processes."""

    mode: Mode = "host"

    def __init__(self, layout: Layout, environ: Mapping[str, str], socket: str | None = None) -> None:
        self._layout = layout
        self._environ = environ
        self._socket = Path(socket) if socket else layout.socket()

    def start(self, values: Mapping[str, str], notebooks_token: str) -> str:
        layout = self._layout
        virtualenv.ensure(layout)
        for folder in (layout.logs, layout.processes, self._socket.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (layout.data / "conductor.json").unlink(missing_ok=True)
        answer = subprocess.run(
            [str(layout.python), "-m", SUPERVISORD, "-c", str(layout.root / "supervisord.conf")],
            env=self.environment(values, notebooks_token),
            cwd=layout.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            said = (answer.stderr or answer.stdout).strip()
            raise SandboxError(f"supervisord did not start: {said}; see {layout.logs / 'supervisord.log'}")
        # It answers a moment after it has gone into the background.
        if not process.wait_until(self.answers, STOP_SECONDS):
            raise SandboxError(f"supervisord does not answer; see {layout.logs / 'supervisord.log'}")
        return str(self._socket)

    def environment(self, values: Mapping[str, str], notebooks_token: str) -> dict[str, str]:
        """Return what supervisord and its processes see; supervisord.conf adds what differs between them."""
        layout = self._layout
        settings = load_settings(values, dotenv=None)
        inherited = {
            name: value
            for name, value in self._environ.items()
            if name not in DROPPED and not name.startswith("AWS_ENDPOINT_URL")
        }
        return {
            **inherited,
            **values,
            **write_profile(layout, settings),
            **without_proxy(self._environ),
            "NOTEBOOKS_TOKEN": notebooks_token,
            "PATH": os.pathsep.join([str(layout.venv / "bin"), self._environ.get("PATH", os.defpath)]),
            "PYTHONUNBUFFERED": "1",
            "SANDBOX_DIR": str(layout.data),
            "SANDBOX_PYTHON": str(layout.python),
            "SANDBOX_SOCKET": str(self._socket),
        }

    def answers(self) -> bool:
        try:
            Supervisor(self._socket).processes()
        except SupervisorError:
            return False
        return True

    def stop(self) -> None:
        layout = self._layout
        try:
            pid = int(layout.supervisord_pid.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            pid = 0
        try:
            Supervisor(self._socket).shutdown()
        except SupervisorError:
            _signal(pid, signal.SIGTERM)
        if pid and not process.wait_until(lambda: not _is_supervisord(pid), STOP_SECONDS):
            _signal(pid, signal.SIGKILL)
        process.end_leftovers(process.read_notes(layout.processes))
        shutil.rmtree(layout.processes, ignore_errors=True)
        layout.supervisord_pid.unlink(missing_ok=True)
        self._socket.unlink(missing_ok=True)
        if self._socket.parent != layout.data and self._socket.parent.is_dir():
            self._socket.parent.rmdir()

    def reset(self) -> None:
        """All of its data is in the sandbox's own folder."""

    def parts(self) -> list[Part]:
        try:
            processes = Supervisor(self._socket).processes()
        except SupervisorError:
            return []
        now = time.time()
        return [_part(processes[name], now) for name in PARTS]

    def start_part(self, name: str) -> None:
        self._ask(Supervisor(self._socket).start, name)

    def stop_part(self, name: str) -> None:
        self._ask(Supervisor(self._socket).stop, name)

    def _ask(self, request: Callable[[str], None], name: str) -> None:
        try:
            request(name)
        except SupervisorError as error:
            raise SandboxError(str(error)) from error

    def logs(self, names: Sequence[str], lines: int, *, follow: bool) -> int:
        return show_logs(self._layout.logs, names or (*PARTS, "conductor"), lines, follow=follow)

    def run_program(self, module: str, arguments: Sequence[str]) -> int:
        settings: Settings = load_settings(self._environ, self._layout.dotenv)
        environment = {
            **{name: value for name, value in self._environ.items() if name not in DROPPED},
            **aws_variables(settings),
            **write_profile(self._layout, settings),
            **without_proxy(self._environ),
        }
        command = [str(self._layout.python), "-m", module, *arguments]
        return run_in_terminal(command, self._layout.root, environment)


def _part(row: Process, now: float) -> Part:
    if row.state == "EXITED":
        ended = f"{duration(now - row.stopped)} ago"
        if row.exit_status == 0:
            return Part(row.name, "done", f"ended {ended}")
        return Part(row.name, "failed", f"status {row.exit_status}, {ended}")
    state = STATES.get(row.state, "failed")
    # Started later, by the conductor, and never yet: that is waiting, not stopped.
    if state == "stopped" and row.started == 0:
        return Part(row.name, "starting", "waits for its turn")
    moment = row.started if state == "running" else row.stopped
    return Part(row.name, state, duration(now - moment) if moment else "")


def _is_supervisord(pid: int) -> bool:
    return pid > 0 and process.is_running(pid, SUPERVISORD)


def _signal(pid: int, signal_number: signal.Signals) -> None:
    if _is_supervisord(pid):
        os.kill(pid, signal_number)
