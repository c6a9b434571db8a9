"""No function outlives the emulator, however that ends."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import boto3
import psutil  # type: ignore[import-untyped]
import pytest

from tests.conftest import Aws
from tests.emulator_process import EmulatorProcess, client_environment
from tests.integration.lambda_functions import Function
from tests.polling import poll_until

# The expression never ends and never gives up the interpreter's lock.
BUSY = """
import os, pathlib, re, subprocess
def handler(event, context):
    programs = [subprocess.Popen(["sleep", "600"], start_new_session=own) for own in event["own_session"]]
    begun = pathlib.Path(event["directory"], "begun.tmp")
    begun.write_text(str([os.getpid(), *[program.pid for program in programs]]))
    begun.rename(pathlib.Path(event["directory"], "begun"))
    re.match(r"(a+)+$", "a" * 64 + "b")
"""
IDLE = "import os\ndef handler(event, context):\n    return os.getpid()\n"


def running(process_ids: list[int]) -> list[int]:
    alive = []
    for process_id in process_ids:
        try:
            if psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE:
                alive.append(process_id)
        except psutil.NoSuchProcess:
            continue
    return alive


def client(service: str, port: int) -> Any:
    environment = client_environment(port)
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_functions_end_with_the_emulator(tmp_path: Path, ending: signal.Signals) -> None:
    # GIVEN
    emulator = EmulatorProcess(tmp_path)
    try:
        emulator.wait_until_ready()
        functions = client("lambda", emulator.port)
        idle = Function(functions, "idle", IDLE).invoke().payload
        Function(functions, "busy", BUSY, Timeout=600)
        # Those in a session of their own are found by /proc.
        event = {"directory": str(tmp_path), "own_session": [False, *[True] * (sys.platform == "linux")]}
        functions.invoke(FunctionName="busy", InvocationType="Event", Payload=json.dumps(event))
        begun = tmp_path / "begun"
        poll_until("the busy function to run", begun.exists)
        processes = [idle, *json.loads(begun.read_text())]
        assert running(processes) == processes

        # WHEN
        os.kill(emulator.process.pid, ending)

        # THEN
        poll_until("the functions to end", lambda: not running(processes))
    finally:
        emulator.stop()


def test_nothing_is_said_of_docker(aws: Aws, emulator: EmulatorProcess, name: str) -> None:
    # WHEN
    Function(aws.client("lambda"), name, IDLE).invoke()

    # THEN
    assert [line for line in emulator.log_path.read_text().splitlines() if "docker" in line.lower()] == []
