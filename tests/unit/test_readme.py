"""The README names only what exists; its commands are executed by the end-to-end tests."""

import re
import shlex
from pathlib import Path

import pytest

from tests.readme import README, SHELLS, Command, commands, languages, with_settings_table

REPOSITORY = Path(__file__).parents[2]
TEXT = README.read_text(encoding="utf-8")
PARTS = ("emulator", "bootstrap", "generator", "transform", "notebooks", "verify")
# A test that would start itself, and a place that not every machine has.
WHERE = {"", "docker", "working", "needs=my_generator.py", "needs=lambda_function.py"}


def make_targets() -> set[str]:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))


def test_commands_are_read_from_both_kinds_of_fence() -> None:
    page = (
        "# Start\n```console\n$ make up\nRunning.\n$ for part in a b; do\n>   echo $part\n> done\na\nb\n```\n"
        "## Else\n```sh docker\n# a remark\ndocker compose up\n\n```\n```mermaid\n$ no command\n```\n"
    )
    assert commands(page) == [
        Command("make up", 3, "Start"),
        Command("for part in a b; do\n  echo $part\ndone", 5, "Start"),
        Command("docker compose up", 14, "Else", "docker"),
    ]


def test_every_fence_is_of_a_kind_that_the_tests_know() -> None:
    assert languages(TEXT) <= {*SHELLS, "mermaid"}
    assert {command.where for command in commands(TEXT)} <= WHERE


@pytest.mark.parametrize("command", commands(TEXT), ids=lambda command: f"line-{command.line}")
def test_command_is_one_that_a_shell_can_split(command: Command) -> None:
    assert shlex.split(command.text)


def test_every_make_target_that_is_named_exists() -> None:
    # Prose says `make up MODE=host`; a target is the first word.
    named = set(re.findall(r"(?:`|^\$ |^|\()make ([a-z-]+)", TEXT, flags=re.MULTILINE))
    assert named >= {"up", "verify", "env", "status", "down", "reset", "test", "lint", "base-image"}
    assert named - make_targets() == set()


def test_every_program_that_is_named_exists() -> None:
    named = set(re.findall(r"python -m ([a-z_.]+)", TEXT)) - {"zipfile"}
    missing = {
        name
        for name in named
        if not (REPOSITORY / name / "__main__.py").is_file()
        and not (REPOSITORY / f"{name.replace('.', '/')}.py").is_file()
    }
    assert missing == set()


@pytest.mark.parametrize("name", PARTS)
def test_each_part_has_a_folder_and_a_heading_of_the_same_word(name: str) -> None:
    assert (REPOSITORY / name / "__init__.py").is_file()
    assert f"\n### {name}\n" in TEXT


def test_table_of_settings_is_the_one_made_from_the_settings() -> None:
    assert with_settings_table(TEXT) == TEXT, "`python -m tests.readme` makes it anew"


def test_every_file_that_is_linked_exists() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", TEXT)
    assert [name for name in linked if not (REPOSITORY / name).is_file()] == []
