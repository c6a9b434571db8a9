"""An emulator of its own for a test session."""

import os
import random
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.polling import poll_until

REPOSITORY = Path(__file__).parent.parent
REGION: Final = "eu-north-1"
START_SECONDS: Final = 600


# Below the ports that Linux (32768) and macOS (49152) give to whoever asks for any, outgoing connections above all.
_PORTS: Final = range(20_000, 32_000)
_given: set[int] = set()


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 for a server that is started later: nothing takes it by chance until then.

    Raises:
        AssertionError: no port is free.
    """
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise AssertionError("no port is free")


def _is_free(port: int) -> bool:
    # On every address: Docker publishes there.
    with socket.socket() as listener:
        try:
            listener.bind(("", port))
        except OSError:
            return False
    return True


def client_environment(port: int) -> dict[str, str]:
    """Return the variables with which boto3 and awslocal reach an emulator."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        # Not the developer's own configuration.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


class EmulatorProcess:
    """`python -m emulator` on a free port, with its log in `directory`."""

    def __init__(self, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = directory / "emulator.log"
        own = {"GATEWAY_LISTEN": f"127.0.0.1:{self.port}", "EMULATOR_DATA_DIR": str(directory / "data")}
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "emulator"],
                cwd=REPOSITORY,
                env={**os.environ, **own, **(environment or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        """Return when the health page answers.

        Raises:
            AssertionError: it did not in time, or the process ended; the message ends with its log.
        """
        try:
            poll_until("the emulator's health page", self._healthy, START_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log_tail()}") from error

    def _healthy(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the emulator ended with status {self.process.returncode}")
        try:
            with urllib.request.urlopen(f"{self.url}/_localstack/health", timeout=20) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def log_tail(self, lines: int = 60) -> str:
        """Return the end of what the emulator printed."""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> int:
        """Ask the process to stop and return its exit status; it is killed after two minutes."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode
