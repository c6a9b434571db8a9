"""The commands behind `make up`, `down`, `reset`, `status`, `logs`, `verify` and `sales`; standard library only."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sandbox import virtualenv
from sandbox.aws_environment import shell_lines
from sandbox.docker import DockerRunner
from sandbox.errors import SandboxError
from sandbox.first_delivery import wait_for_first_delivery
from sandbox.host import HostRunner
from sandbox.layout import Layout
from sandbox.mode import Choice, DockerProbe, Mode, Probe, choose_mode
from sandbox.port import check_ports
from sandbox.removal import remove_tree
from sandbox.report import closing_words, status_table
from sandbox.runner import PARTS, Part, Runner
from sandbox.settings import Settings, load_settings, setting_values
from sandbox.state import State, exclusively, forget_state, read_state, write_state

NOT_RUNNING = "the sandbox is not running; `make up` starts it"
# Where the parts run is no setting of theirs.
NOT_COMPARED = ("MODE", "NOTEBOOKS_TOKEN")
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Control:
    """The commands, for one checkout and one environment."""

    layout: Layout
    environ: Mapping[str, str]
    probe: Probe

    def up(self) -> int:
        """Start the sandbox and return when the first order has been delivered.

        Interrupted, it stops what it started. Where waiting takes too long, what runs is left for a look.
        """
        values = setting_values(self.environ, self.layout.dotenv)
        settings = load_settings(values, dotenv=None)
        with exclusively(self.layout):
            state = read_state(self.layout)
            runner = self._running(state)
            is_new = runner is None
            if runner is None:
                runner, state = self._start(settings, values)
            else:
                self._complete(runner, state, settings, values)
        try:
            wait_for_first_delivery(settings, runner.parts)
        except KeyboardInterrupt:
            if is_new:
                _say("\nInterrupted: stopping what was started.")
                with exclusively(self.layout):
                    self._stop(runner)
            return INTERRUPTED
        token = state.notebooks_token if state is not None else ""
        _say(closing_words(runner.mode, settings, token))
        return 0

    def _complete(
        self, runner: Runner, state: State | None, settings: Settings, values: Mapping[str, str]
    ) -> None:
        """Start the parts of the running sandbox that do not run, and have what was deleted of the chain created.

        Raises:
            SandboxError: it runs with another mode or other settings than those asked for.
        """
        if settings.mode not in ("auto", runner.mode):
            raise SandboxError(f"the sandbox already runs in mode {runner.mode}; `make down` stops it first")
        started_with = state.values if state is not None else values
        changed = [
            f"{name} was {started_with.get(name)!r} and is now {value!r}"
            for name, value in values.items()
            if name not in NOT_COMPARED and started_with.get(name) != value
        ]
        if changed:
            raise SandboxError(
                f"the sandbox already runs with other settings ({'; '.join(changed)}); "
                "`make down` and then `make up` applies them"
            )
        _say(f"The sandbox is already running (mode {runner.mode}).")
        for name, reason in starts(runner.parts()):
            _say(f"Starting {name}, {reason}.")
            runner.start_part(name)

    def _start(self, settings: Settings, values: Mapping[str, str]) -> tuple[Runner, State]:
        # What a killed process manager left behind holds the ports.
        HostRunner(self.layout, self.environ).stop()
        check_ports(settings)
        choice: Choice = choose_mode(settings.mode, settings.python_image, self.probe)
        where = "in Docker" if choice.mode == "docker" else "on this machine, without Docker"
        _say(f"Running the parts {where}: {choice.reason}.")
        token = settings.notebooks_token or secrets.token_hex(16)
        runner = self._runner(choice.mode, None)
        try:
            socket = runner.start(values, token)
            state = State(choice.mode, values, token, socket)
            write_state(self.layout, state)
        except KeyboardInterrupt:
            _say("\nInterrupted: stopping what was started.")
            self._stop(runner)
            raise
        return runner, state

    def down(self) -> int:
        """Stop everything; nothing keeps running."""
        with exclusively(self.layout):
            was_running = self._stop_all()
        _say("Stopped. `make up` starts it again." if was_running else "Nothing was running.")
        return 0

    def reset(self) -> int:
        """Stop everything and drop the data."""
        with exclusively(self.layout):
            self._stop_all(drop=True)
            for path in self.layout.data.iterdir():
                if path.is_dir() and not path.is_symlink():
                    remove_tree(path)
                else:
                    path.unlink()
        _say("Stopped, and its data is gone. `make up` starts afresh.")
        return 0

    def status(self) -> int:
        """Print the parts; the exit status is 0 only when all are well."""
        state = read_state(self.layout)
        runner = self._running(state)
        if runner is None:
            _say(f"{NOT_RUNNING[0].upper()}{NOT_RUNNING[1:]}.")
            return 1
        parts = runner.parts()
        token = state.notebooks_token if state is not None else ""
        _say(status_table(runner.mode, parts, self._settings(state), token))
        return 0 if all(part.is_well for part in parts) else 1

    def logs(self, names: Sequence[str], lines: int, *, follow: bool) -> int:
        runner = self._running(read_state(self.layout))
        if runner is None:
            # What a former run on the host said is still there to be read.
            if not self.layout.logs.is_dir():
                raise SandboxError(NOT_RUNNING)
            runner, follow = self._runner("host", None), False
        try:
            return runner.logs(names, lines, follow=follow)
        except KeyboardInterrupt:
            return 0

    def run_program(self, module: str, arguments: Sequence[str]) -> int:
        return self._must_run().run_program(module, arguments)

    def start_part(self, name: str) -> int:
        self._must_run().start_part(name)
        return 0

    def stop_part(self, name: str) -> int:
        self._must_run().stop_part(name)
        return 0

    def env(self) -> int:
        """Print the lines that lead a shell to the sandbox; they need the virtual environment's programs."""
        virtualenv.ensure(self.layout)
        sys.stdout.write(shell_lines(self.layout, self._settings(read_state(self.layout)), self.environ))
        return 0

    def venv(self) -> int:
        virtualenv.ensure(self.layout)
        return 0

    def _must_run(self) -> Runner:
        runner = self._running(read_state(self.layout))
        if runner is None:
            raise SandboxError(NOT_RUNNING)
        return runner

    def _settings(self, state: State | None) -> Settings:
        """Return the settings of the running sandbox: those it was started with."""
        if state is not None:
            return load_settings(state.values, dotenv=None)
        return load_settings(self.environ, self.layout.dotenv)

    def _running(self, state: State | None) -> Runner | None:
        """Return the runner of what runs now; what `docker compose up` started counts, too."""
        modes: tuple[Mode, ...] = ("host", "docker")
        if state is not None and state.mode == "docker":
            modes = ("docker",)
        for mode in modes:
            runner = self._runner(mode, state)
            if any(part.state != "stopped" for part in runner.parts()):
                return runner
        return None

    def _runner(self, mode: Mode, state: State | None) -> Runner:
        """Return a runner that sees the settings the running sandbox was started with."""
        environ = self.environ
        if state is not None:
            environ = {**environ, **state.values, "NOTEBOOKS_TOKEN": state.notebooks_token}
        if mode == "docker":
            return DockerRunner(self.layout, environ)
        return HostRunner(self.layout, environ, state.socket if state is not None else None)

    def _stop_all(self, *, drop: bool = False) -> bool:
        state = read_state(self.layout)
        host = self._runner("host", state if state is not None and state.mode == "host" else None)
        docker = self._runner("docker", state)
        host_runs, docker_runs = bool(host.parts()), bool(docker.parts())
        self._stop(host)
        if docker_runs:
            self._stop(docker)
        if (
            drop
            and shutil.which("docker")
            and (docker_runs or (state is not None and state.mode == "docker"))
        ):
            docker.reset()
        # A state without a runner: the process manager was killed, and what it left behind has been ended.
        return host_runs or docker_runs or state is not None

    def _stop(self, runner: Runner) -> None:
        runner.stop()
        forget_state(self.layout)


def _say(text: str) -> None:
    print(text, flush=True)


def starts(parts: Iterable[Part]) -> list[tuple[str, str]]:
    """Return the parts to start in a sandbox that runs, and why.

    Bootstrap ended long ago: what was deleted or changed since, it puts right.
    """
    reasons = {
        "stopped": "which had been stopped",
        "failed": "which had ended",
        "done": "which puts right what was deleted or changed",
    }
    return [
        (part.name, reasons[part.state])
        for part in parts
        if part.state in ("stopped", "failed") or (part.state, part.name) == ("done", "bootstrap")
    ]


def control(layout: Layout) -> Control:
    return Control(layout, os.environ, DockerProbe())


def check_part(name: str) -> str:
    """Return the name of a part.

    Raises:
        SandboxError: there is no such part.
    """
    if name not in PARTS:
        raise SandboxError(f"PART={name} cannot be used: give one of {', '.join(PARTS)}")
    return name
