"""Which processes are taken for leftovers of this sandbox."""

import os
import sys
from pathlib import Path

from sandbox.process import Note, command_of, is_running, read_notes, wait_until


def test_notes_are_read_and_other_files_passed_over(tmp_path: Path) -> None:
    # GIVEN
    (tmp_path / "generator.json").write_text('{"pid": 12, "command": ["python", "-m", "generator"]}')
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "notes.txt").write_text("")
    # WHEN / THEN
    assert read_notes(tmp_path) == [Note(12, ("python", "-m", "generator"))]


def test_process_is_known_by_its_command_because_ids_are_used_again() -> None:
    command = command_of(os.getpid())
    assert command is not None
    assert is_running(os.getpid(), command)
    assert not is_running(os.getpid(), "-m some.other.program")


def test_process_that_is_gone_has_no_command() -> None:
    pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", "pass"])
    os.waitpid(pid, 0)
    assert command_of(pid) is None


def test_condition_that_holds_is_not_waited_for() -> None:
    assert wait_until(lambda: True, 0)


def test_condition_that_never_holds_ends_at_the_deadline() -> None:
    assert not wait_until(lambda: False, 0)
