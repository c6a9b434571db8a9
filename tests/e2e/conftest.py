"""The running sandbox in both ways of running; every end-to-end test runs against each."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.running import DockerSandbox, HostSandbox, RunningSandbox


def docker_is_usable() -> bool:
    """Tell whether an engine and Compose v2 answer."""
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=30)
        except (FileNotFoundError, subprocess.SubprocessError):
            return False
    return True


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
    if kind is DockerSandbox and not docker_is_usable():
        if os.environ.get("DOCKER_TESTS") == "required":
            pytest.fail("DOCKER_TESTS=required, but no usable Docker engine with Compose v2 answers")
        pytest.skip("no usable Docker engine with Compose v2 answers")
    running = kind(tmp_path_factory.mktemp("sandbox"))
    try:
        running.start()
        yield running
    finally:
        running.stop()
