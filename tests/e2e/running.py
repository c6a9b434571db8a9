"""A sandbox that runs as a user runs it: on the host or under Docker Compose, with ports of its own."""

import json
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from tests.conftest import CLIENT_CONFIG
from tests.emulator_process import REPOSITORY, client_environment, free_port

# Every kind of change, at a pace that shows within seconds.
PACE = {
    "ORDER_RATE": "5",
    "ORDER_UPDATE_SHARE": "0.2",
    "ORDER_CANCELLATION_SHARE": "0.1",
    "ORDER_MALFORMED_SHARE": "0.1",
    "TRANSFORM_BUFFER_INTERVAL_SECONDS": "1",
    "S3_BUFFER_INTERVAL_SECONDS": "1",
}
COMMAND_SECONDS = 600
# Variables of a make that runs the tests, which the commands under test would take for their own.
MAKE_VARIABLES = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "ARGS", "WAIT", "PART", "LINES", "FOLLOW")


class RunningSandbox(ABC):
    """The four parts, their AWS clients and what a test does to them."""

    log_command: tuple[str, ...]

    def __init__(self, directory: Path) -> None:
        self.localstack_port, self.notebooks_port = free_port(), free_port()
        self.notebooks_url = f"http://127.0.0.1:{self.notebooks_port}"
        self.environment: dict[str, str] = {
            # A user does not call make from within make.
            **{name: value for name, value in os.environ.items() if name not in MAKE_VARIABLES},
            **PACE,
            "LOCALSTACK_PORT": str(self.localstack_port),
            "NOTEBOOKS_PORT": str(self.notebooks_port),
            "SANDBOX_DIR": str(directory),
        }
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """Return a boto3 client for this sandbox, from outside."""
        if service not in self._clients:
            variables = client_environment(self.localstack_port)
            self._clients[service] = boto3.client(  # type: ignore[call-overload]
                service,
                config=CLIENT_CONFIG,
                region_name=variables["AWS_REGION"],
                endpoint_url=variables["AWS_ENDPOINT_URL"],
                aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            )
        return self._clients[service]

    def run(
        self, *command: str, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command in the repository with this sandbox's settings, and return what it printed."""
        return subprocess.run(
            command,
            cwd=REPOSITORY,
            env={**self.environment, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def log_tail(self) -> str:
        """Return what each part said last."""
        answer = self.run(*self.log_command)
        return answer.stdout + answer.stderr

    def close(self) -> None:
        """Close the clients' connections."""
        for client in self._clients.values():
            client.close()

    @abstractmethod
    def start(self) -> None:
        """Start every part; return when they run."""

    @abstractmethod
    def stop(self) -> None:
        """Stop every part and remove what it kept."""

    @abstractmethod
    def verify(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the accounting."""

    @abstractmethod
    def kill(self, part: str) -> None:
        """Kill a part's process without warning."""


class HostSandbox(RunningSandbox):
    """`make up MODE=host`."""

    log_command = ("make", "logs", "LINES=50")

    def start(self) -> None:
        self.environment["MODE"] = "host"
        answer = self.run("make", "up")
        if answer.returncode != 0:
            raise AssertionError(f"make up failed:\n{answer.stdout}\n{answer.stderr}\n{self.log_tail()}")

    def stop(self) -> None:
        self.close()
        self.run("make", "reset")

    def verify(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.run(sys.executable, "-m", "sandbox", "verify", *arguments)

    def kill(self, part: str) -> None:
        note = json.loads((Path(self.environment["SANDBOX_DIR"]) / "processes" / f"{part}.json").read_text())
        os.kill(note["pid"], signal.SIGKILL)


@contextmanager
def _process_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Give this process other variables for a while: testcontainers hands them to the compose command."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class DockerSandbox(RunningSandbox):
    """docker-compose.yml as it is, through testcontainers, as a project of its own."""

    log_command = ("docker", "compose", "logs", "--no-color", "--tail", "50")

    def start(self) -> None:
        from testcontainers.compose import DockerCompose

        self.environment["COMPOSE_PROJECT_NAME"] = f"sandbox-e2e-{self.localstack_port}"
        self._compose = DockerCompose(str(REPOSITORY), build=True, wait=False)
        try:
            with _process_environment(self.environment):
                self._compose.start()
        except subprocess.CalledProcessError as error:
            # What Compose printed is in the captured log.
            raise AssertionError(f"{error}\n{self.log_tail()}") from error

    def stop(self) -> None:
        self.close()
        with _process_environment(self.environment):
            self._compose.stop(down=True)

    def verify(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.run(
            *("docker", "compose", "run", "--rm", "--no-deps", "--no-TTY", "bootstrap"),
            *("python", "-m", "verify", *arguments),
        )

    def kill(self, part: str) -> None:
        # Process 1 is the init of the container; its child is the part. A kill by Docker would count as a stop.
        kill = "kill -9 $(cat /proc/1/task/1/children)"
        answer = self.run("docker", "compose", "exec", "--no-TTY", part, "sh", "-c", kill)
        if answer.returncode not in (0, 137):
            raise AssertionError(f"could not kill {part}:\n{answer.stdout}\n{answer.stderr}")
