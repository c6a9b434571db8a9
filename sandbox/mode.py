"""Decides whether the parts run in Docker or on the host, and says why; standard library only."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sandbox.errors import SandboxError

Mode = Literal["docker", "host"]

ANSWER_SECONDS = 15.0
PULL_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Problem:
    """Why Docker cannot be used, and what would make it usable."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the parts run, and the reason in a few words."""

    mode: Mode
    reason: str


class Probe(Protocol):
    """Asks Docker, one question a method; each answers None when all is well."""

    def engine(self) -> Problem | None: ...

    def compose(self) -> Problem | None: ...

    def base_image(self, name: str) -> Problem | None: ...


def choose_mode(wanted: str, python_image: str, probe: Probe) -> Choice:
    """Return where the parts run; `auto` falls back to the host at the first problem.

    Raises:
        SandboxError: Docker was asked for and cannot be used.
    """
    if wanted == "host":
        return Choice("host", "MODE=host")
    problem = probe.engine() or probe.compose() or probe.base_image(python_image)
    if problem is None:
        return Choice("docker", "MODE=docker" if wanted == "docker" else "a usable Docker engine answers")
    if wanted == "docker":
        raise SandboxError(
            f"MODE=docker cannot be used: {problem.reason}; {problem.remedy}, or use MODE=host"
        )
    return Choice("host", problem.reason)


class DockerProbe:
    """Asks the `docker` command."""

    def engine(self) -> Problem | None:
        remedy = "start Docker (on Debian, docker/install-engine installs and starts it)"
        if shutil.which("docker") is None:
            return Problem("there is no docker command", remedy)
        try:
            answer = _run(["docker", "version", "--format", "{{.Server.Version}}"], ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            return Problem(f"the Docker engine did not answer within {ANSWER_SECONDS:.0f} s", remedy)
        if answer.returncode != 0:
            return Problem(f"the Docker engine does not answer ({_last_line(answer.stderr)})", remedy)
        return None

    def compose(self) -> Problem | None:
        answer = _run(["docker", "compose", "version", "--short"], ANSWER_SECONDS)
        version = answer.stdout.strip()
        if answer.returncode != 0 or not re.match(r"v?([2-9]|\d\d)\.", version):
            return Problem(
                "Docker Compose v2 is not there",
                "install the Compose plugin (on Debian, docker/install-engine does)",
            )
        return None

    def base_image(self, name: str) -> Problem | None:
        if _run(["docker", "image", "inspect", name], ANSWER_SECONDS).returncode == 0:
            return None
        print(f"Pulling {name}, the base of every image.", flush=True)
        remedy = "build a stand-in with `make base-image` and put the line it prints into .env"
        try:
            answer = _run(["docker", "pull", "--quiet", name], PULL_SECONDS)
        except subprocess.TimeoutExpired:
            return Problem(f"{name} could not be pulled within {PULL_SECONDS:.0f} s", remedy)
        if answer.returncode != 0:
            return Problem(f"{name} is not here and cannot be pulled ({_last_line(answer.stderr)})", remedy)
        return None


def _run(command: Sequence[str], timeout: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip().rstrip(".") if lines else "no message"
