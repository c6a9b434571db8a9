"""Runs the parts as containers, through the `docker compose` command; standard library only."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.mode import ANSWER_SECONDS, Mode
from sandbox.runner import PARTS, Part, PartState
from sandbox.terminal import run_in_terminal

# Whose image holds what a program needs.
SERVICE_OF_PROGRAM: Mapping[str, str] = {"verify": "bootstrap", "notebooks.sales": "notebooks"}


class DockerRunner:
    """The parts as services of docker-compose.yml."""

    mode: Mode = "docker"

    def __init__(self, layout: Layout, environ: Mapping[str, str]) -> None:
        self._layout = layout
        self._environ = environ

    def start(self, values: Mapping[str, str], notebooks_token: str) -> str:
        elsewhere = sorted({_folder(row) for row in self._rows()} - {self._layout.root.resolve()})
        if elsewhere:
            raise SandboxError(
                f"the checkout in {elsewhere[0]} holds the containers of this Compose project; "
                "run `make down` there, or give this one a COMPOSE_PROJECT_NAME of its own"
            )
        # Not --wait: it takes the end of bootstrap for a failure; the conditions of depends_on wait already.
        environment = {**values, "NOTEBOOKS_TOKEN": notebooks_token}
        if self._compose("up", "--detach", "--build", environment=environment) != 0:
            raise SandboxError(
                "docker compose could not start it, its message is above; "
                "`make logs` shows what the parts said, `make up MODE=host` does without Docker"
            )
        return ""

    def stop(self) -> None:
        if self._compose("down", "--remove-orphans") != 0:
            raise SandboxError("docker compose could not stop it, its message is above")

    def reset(self) -> None:
        if self._compose("down", "--remove-orphans", "--volumes") != 0:
            raise SandboxError("docker compose could not remove its volumes, its message is above")

    def parts(self) -> list[Part]:
        root = self._layout.root.resolve()
        rows = {row["Service"]: row for row in self._rows() if _folder(row) == root}
        return [part_of(name, rows.get(name)) for name in PARTS] if rows else []

    def _rows(self) -> list[dict[str, Any]]:
        """Return the containers of the Compose project; none when Docker does not answer."""
        try:
            answer = subprocess.run(
                [*self._command(), "ps", "--all", "--format", "json"],
                cwd=self._layout.root,
                env=dict(self._environ),
                capture_output=True,
                text=True,
                timeout=ANSWER_SECONDS,
                check=False,
            )
        except (FileNotFoundError, subprocess.TimeoutExpired):
            return []
        return parse_rows(answer.stdout) if answer.returncode == 0 else []

    def start_part(self, name: str) -> None:
        if self._compose("up", "--detach", "--no-deps", "--no-recreate", name) != 0:
            raise SandboxError(f"docker compose could not start {name}, its message is above")

    def stop_part(self, name: str) -> None:
        if self._compose("stop", name) != 0:
            raise SandboxError(f"docker compose could not stop {name}, its message is above")

    def logs(self, names: Sequence[str], lines: int, *, follow: bool) -> int:
        options = ["--follow"] if follow else []
        return self._compose("logs", "--no-color", f"--tail={lines}", *options, *names)

    def run_program(self, module: str, arguments: Sequence[str]) -> int:
        options = [] if sys.stdout.isatty() and sys.stdin.isatty() else ["--no-TTY"]
        service = SERVICE_OF_PROGRAM[module]
        program = ["run", "--rm", "--no-deps", *options, service, "python", "-m", module, *arguments]
        return run_in_terminal([*self._command(), *program], self._layout.root, self._environ)

    def _command(self) -> list[str]:
        return ["docker", "compose", "--project-directory", str(self._layout.root)]

    def _compose(self, *arguments: str, environment: Mapping[str, str] | None = None) -> int:
        return subprocess.run(
            [*self._command(), *arguments],
            cwd=self._layout.root,
            env={**self._environ, **(environment or {})},
            check=False,
        ).returncode


def parse_rows(text: str) -> list[dict[str, Any]]:
    """Return the rows of `ps --format json`: one object a line, or, before Compose 2.21, one list."""
    if text.lstrip().startswith("["):
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _folder(row: Mapping[str, Any]) -> Path:
    """Return the folder that the container's project was started in: another checkout has the same project name."""
    labels = dict(label.partition("=")[::2] for label in str(row["Labels"]).split(","))
    return Path(labels.get("com.docker.compose.project.working_dir", "")).resolve()


def part_of(name: str, row: Mapping[str, Any] | None) -> Part:
    if row is None:
        return Part(name, "stopped", "no container")
    state, health, status = str(row["State"]), str(row.get("Health", "")), str(row["Status"])
    if state == "running":
        by_health: Mapping[str, PartState] = {"starting": "starting", "unhealthy": "failed"}
        return Part(name, by_health.get(health, "running"), status)
    if state == "exited":
        return Part(name, "done" if row["ExitCode"] == 0 else "failed", status)
    return Part(name, "starting" if state == "created" else "failed", status)
