"""A function reads no environment but its own, and signals no process but its own."""

import os
import sys
from pathlib import Path

import pytest

from emulator.lambda_.isolation import FIRST_VERSION, FIRST_VERSION_WITH_SIGNALS, landlock_version
from tests.conftest import Aws
from tests.emulator_process import EmulatorProcess
from tests.integration.lambda_functions import Function

HOLDS_A_SECRET = "import os\ndef handler(event, context):\n    return os.getpid()\n"
LOOKS_AROUND = """
import os, pathlib, subprocess
def readable(name):
    found = []
    for path in pathlib.Path("/proc").glob(f"[0-9]*/{name}"):
        try:
            with path.open("rb") as file:
                if file.read(1):
                    found.append(int(path.parent.name))
        except OSError:
            continue
    return found
def handler(event, context):
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        return {
            "environments": sorted(set(readable("environ")) - {os.getpid(), child.pid}),
            "memory maps": sorted(set(readable("maps")) - {os.getpid(), child.pid}),
            "its child": child.pid in readable("environ"),
        }
    finally:
        child.kill()
        child.wait()
"""
SIGNALS = """
import os
def handler(event, context):
    answers = []
    for process in (os.getppid(), event):
        try:
            os.kill(process, 0)
        except OSError as error:
            answers.append(error.strerror)
    return answers
"""


@pytest.mark.skipif(landlock_version() < FIRST_VERSION, reason="this kernel has no Landlock")
def test_function_reads_the_environment_of_no_other_process(
    aws: Aws, emulator: EmulatorProcess, name: str
) -> None:
    # GIVEN
    secretive = Function(
        aws.client("lambda"),
        f"{name}-secretive",
        HOLDS_A_SECRET,
        Environment={"Variables": {"SECRET": name}},
    )
    other = secretive.invoke().payload
    assert name.encode() in Path(f"/proc/{other}/environ").read_bytes()
    function = Function(aws.client("lambda"), name, LOOKS_AROUND, Timeout=30)

    # WHEN
    result = function.invoke()

    # THEN
    assert result.payload == {"environments": [], "memory maps": [], "its child": True}


@pytest.mark.skipif(
    landlock_version() < FIRST_VERSION_WITH_SIGNALS, reason="this kernel's Landlock lets signals pass"
)
def test_function_signals_neither_the_emulator_nor_another_function(aws: Aws, name: str) -> None:
    # GIVEN
    other = Function(aws.client("lambda"), f"{name}-other", HOLDS_A_SECRET).invoke().payload
    function = Function(aws.client("lambda"), name, SIGNALS)

    # WHEN / THEN
    assert function.invoke(other).payload == ["Operation not permitted"] * 2


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_what_the_emulator_was_started_with_cannot_be_read_from_outside(emulator: EmulatorProcess) -> None:
    assert b"PATH=" in Path(f"/proc/{os.getpid()}/environ").read_bytes()
    assert Path(f"/proc/{emulator.process.pid}/environ").read_bytes().strip(b"\0") == b""
