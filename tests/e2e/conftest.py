"""The running sandbox in both ways of running; every end-to-end test runs against each."""

import os
from collections.abc import Iterator

import pytest

from sandbox.errors import SandboxError
from sandbox.mode import DockerProbe, choose_mode
from sandbox.settings import load_settings
from tests.e2e.running import DockerSandbox, HostSandbox, RunningSandbox
from tests.emulator_process import REPOSITORY


def require_docker() -> None:
    """Skip, or fail where DOCKER_TESTS=required, unless `make up MODE=docker` could be used here."""
    python_image = load_settings(dotenv=REPOSITORY / ".env").python_image
    try:
        choose_mode("docker", python_image, DockerProbe())
    except SandboxError as error:
        if os.environ.get("DOCKER_TESTS") == "required":
            pytest.fail(f"DOCKER_TESTS=required, but {error}")
        pytest.skip(str(error))


@pytest.fixture(
    scope="package",
    params=[
        pytest.param(HostSandbox, id="host"),
        pytest.param(DockerSandbox, id="docker", marks=pytest.mark.docker),
    ],
)
def sandbox(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSandbox]:
    """Start the sandbox once per way of running."""
    kind: type[RunningSandbox] = request.param
    if kind is DockerSandbox:
        require_docker()
    running = kind(tmp_path_factory.mktemp("sandbox"))
    try:
        running.start()
        yield running
    finally:
        running.stop()
