"""Every command of the README is run as it stands there, from top to bottom, in one shell."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import PACE, DockerSandbox, HostSandbox, RunningSandbox
from tests.emulator_process import REPOSITORY
from tests.readme import README, Command, commands

COMMANDS = commands(README.read_text(encoding="utf-8"))
SCRIPT_SECONDS = 840

# What a reader brings: a generator and a function of their own, written for AWS.
READERS_FILES = {
    "my_generator.py": """
import random
from decimal import Decimal

import boto3

table = boto3.Session(profile_name="default", region_name="eu-north-1").resource("dynamodb").Table("OrderTable")
for _ in range(3):
    order = {"orderid": str(random.randint(1, 10000)), "product_name": "Phone", "quantity": 1, "price": Decimal("9.5")}
    table.put_item(Item=order)
""",
    "lambda_function.py": """
def lambda_handler(event, context):
    return {"records": [{**record, "result": "Ok"} for record in event["records"]]}
""",
}


@pytest.fixture
def readers_files() -> Iterator[None]:
    """Put the files that the reader brings beside the README, and take them away again."""
    paths = [REPOSITORY / name for name in READERS_FILES]
    for path in paths:
        path.write_text(READERS_FILES[path.name])
    yield
    for path in (*paths, REPOSITORY / "my-function.zip"):
        path.unlink(missing_ok=True)


def script(chosen: list[Command]) -> str:
    """Return a shell script that runs commands and names the one that fails."""
    lines = ["set -eu", "trap 'echo \"failed: $running\" >&2' ERR"]
    for command in chosen:
        lines += [f"running='README line {command.line}'", command.text]
    return "\n".join(lines)


def run_script(sandbox: RunningSandbox, chosen: list[Command]) -> None:
    answer = subprocess.run(
        ["bash", "-E", "-c", script(chosen)],
        cwd=REPOSITORY,
        env=sandbox.environment,
        capture_output=True,
        text=True,
        timeout=SCRIPT_SECONDS,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr + sandbox.log_tail()


@pytest.mark.usefixtures("readers_files")
def test_the_commands_for_this_machine(tmp_path: Path) -> None:
    # GIVEN a sandbox that does not run yet, with the README's pace of orders
    sandbox = HostSandbox(tmp_path)
    sandbox.environment = {name: value for name, value in sandbox.environment.items() if name not in PACE}
    sandbox.environment |= {"MODE": "host", "ORDER_RATE": "2"}

    # WHEN its commands run from top to bottom
    chosen = [command for command in COMMANDS if command.where not in {"docker", "working"}]
    try:
        run_script(sandbox, chosen)
    finally:
        sandbox.stop()

    # THEN none has failed, and the page has the commands of a whole visit
    texts = [command.text for command in chosen]
    assert [text for text in texts if text in ("make up", "make verify", "make down", "make reset")] == [
        *("make up", "make verify", "make verify", "make down", "make reset")
    ]


def test_the_commands_for_docker(sandbox: RunningSandbox) -> None:
    if isinstance(sandbox, DockerSandbox):
        run_script(sandbox, [command for command in COMMANDS if command.where == "docker"])
    else:
        assert {command.where for command in COMMANDS if command.text.startswith("docker ")} == {"docker"}


def test_the_commands_for_working_on_it_are_the_gate_s() -> None:
    gate = (REPOSITORY / ".ci" / "run").read_text()

    for command in COMMANDS:
        if command.where == "working":
            assert command.text in gate
