"""The Makefile, its help, and the workflow that calls it."""

import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):(?!=)", MAKEFILE, flags=re.MULTILINE)


def make(*arguments: str) -> str:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_make_alone_lists_every_target_with_a_line_of_help() -> None:
    # WHEN
    listed = re.findall(r"^  ([a-z-]+) +\S", make(), flags=re.MULTILINE)
    # THEN
    assert listed == [target for target in TARGETS if target != "help"]


def test_every_target_is_phony() -> None:
    declared = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert declared is not None
    assert sorted(declared[1].split()) == sorted(TARGETS)


def test_variables_reach_the_commands() -> None:
    assert "logs --follow --lines 5 generator" in make("-n", "logs", "FOLLOW=1", "LINES=5", "PART=generator")
    assert "verify --wait 60 --json" in make("-n", "verify", "WAIT=60", "ARGS=--json")
    assert "stop generator" in make("-n", "stop")


def test_missing_python_is_told_with_its_remedy() -> None:
    answer = subprocess.run(
        ["make", "up", "PYTHONS=no-such-python"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert "needs Python 3.11, 3.12 or 3.13 as one of no-such-python: install it" in answer.stderr


def test_workflow_runs_both_checks_and_nothing_else_of_its_own() -> None:
    # GIVEN
    workflow = (REPOSITORY / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    # THEN
    assert re.findall(r"run: (.*)$", workflow, flags=re.MULTILINE) == ["make lint", "make test"]
    actions = re.findall(r"uses: (.*)$", workflow, flags=re.MULTILINE)
    assert [a for a in actions if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", a)] == []
    assert "\npermissions: {}\n" in workflow
