"""`python -m emulator` ends with one line when it cannot start."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from emulator.service_catalog import installation_directory
from tests.emulator_process import REPOSITORY, START_SECONDS, EmulatorProcess


def run_emulator(directory: Path, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the emulator until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "emulator"],
        cwd=REPOSITORY,
        env={**os.environ, "EMULATOR_DATA_DIR": str(directory), **environment},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def test_a_start_takes_the_service_catalogue_of_the_installation(emulator: EmulatorProcess) -> None:
    (own,) = (emulator.log_path.parent / "data").rglob("service-catalog-*")

    assert own.read_bytes() == (installation_directory() / own.name).read_bytes()


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        answer = run_emulator(tmp_path, {"GATEWAY_LISTEN": address})

    assert answer.returncode == 1
    assert f"GATEWAY_LISTEN={address} cannot be used" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("GATEWAY_LISTEN", "127.0.0.1:web", "give a free HOST:PORT of this machine"),
        ("KINESIS_SHARD_LIMITS", "maybe", "give one of on, off"),
        ("LAMBDA_RUNTIME_EXECUTOR", "kubernetes", "give one of docker, subprocess"),
    ],
)
def test_an_unusable_value_is_named_with_the_remedy(
    tmp_path: Path, name: str, value: str, remedy: str
) -> None:
    answer = run_emulator(tmp_path, {"GATEWAY_LISTEN": "127.0.0.1:0", name: value})

    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert line.startswith(f"{name}={value} cannot be used")
    assert line.endswith(remedy)
