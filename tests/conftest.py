"""Fixtures for every tier: an emulator for the session, clients for it, and the whole chain inside it."""

import os
import subprocess
import sys
import uuid
from collections.abc import Generator, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.emulator_process import REPOSITORY, EmulatorProcess, client_environment

# A test that goes wrong says so at once instead of repeating the call.
CLIENT_CONFIG = Config(retries={"max_attempts": 1}, read_timeout=180, connect_timeout=60)
# Short buffers: the delays of Firehose are tested by themselves, with a clock of their own.
CHAIN_SETTINGS = {"TRANSFORM_BUFFER_INTERVAL_SECONDS": "1", "S3_BUFFER_INTERVAL_SECONDS": "1"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the emulator or the sandbox said last to the report of a test that fails."""
    report = yield
    if report.failed:
        fixtures: dict[str, Any] = getattr(item, "funcargs", {})
        for name in {"emulator", "sandbox"} & fixtures.keys():
            report.sections.append((f"The end of the {name}'s log", fixtures[name].log_tail()))
    return report


class Aws:
    """boto3 clients for the session's emulator, one per service."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """Return the client of a service, for example `firehose`."""
        if service not in self._clients:
            self._clients[service] = boto3.client(service, config=CLIENT_CONFIG)  # type: ignore[call-overload]
        return self._clients[service]

    def close(self) -> None:
        """Close every client's connections."""
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorProcess]:
    """Run an emulator for the session; boto3's environment variables point at it."""
    # A second, not a minute, before a failed asynchronous invocation of a function is tried again.
    process = EmulatorProcess(tmp_path_factory.mktemp("emulator"), {"LAMBDA_RETRY_BASE_DELAY": "1"})
    before = dict(os.environ)
    try:
        process.wait_until_ready()
        os.environ.update(client_environment(process.port))
        yield process
    finally:
        os.environ.clear()
        os.environ.update(before)
        process.stop()


@pytest.fixture(scope="session")
def aws(emulator: EmulatorProcess) -> Iterator[Aws]:
    """Return boto3 clients for the session's emulator."""
    clients = Aws()
    yield clients
    clients.close()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Return a name no other test uses, fit for every kind of resource."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def chain(emulator: EmulatorProcess) -> Iterator[None]:
    """Create the whole chain with short buffers for a module's tests, and remove it afterwards."""
    environment = {**os.environ, **CHAIN_SETTINGS}
    bootstrap = [sys.executable, "-m", "bootstrap"]
    subprocess.run(bootstrap, cwd=REPOSITORY, env=environment, check=True)
    yield
    subprocess.run([*bootstrap, "--destroy"], cwd=REPOSITORY, env=environment, check=True)
