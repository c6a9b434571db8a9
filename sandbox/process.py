"""Finds and ends processes of host mode that outlived their process manager; standard library only."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
POLL_SECONDS = 0.1
TERMINATE_SECONDS = 6.0
KILL_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Note:
    """What a process wrote about itself when it started: its id, which is its group's too, and its command."""

    pid: int
    command: tuple[str, ...]


def read_notes(folder: Path) -> list[Note]:
    """Return the notes in a folder; a file that is no note is passed over."""
    notes: list[Note] = []
    for path in sorted(folder.glob("*.json")):
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            notes.append(Note(int(value["pid"]), tuple(value["command"])))
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            continue
    return notes


def command_of(pid: int) -> str | None:
    """Return a live process's command line; None when there is no such process, or only its zombie."""
    if PROC.is_dir():
        try:
            text = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return None
    else:
        answer = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        text = answer.stdout
    return text.strip() or None


def is_running(pid: int, expected: str) -> bool:
    """Tell whether the process runs and its command line still holds the expected text: ids are used again."""
    command = command_of(pid)
    return command is not None and expected in command


def group_is_alive(group: int) -> bool:
    """Tell whether a process group has a member that is not a zombie."""
    if not PROC.is_dir():
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        return True
    return any(_group_of(entry) == group for entry in PROC.iterdir() if entry.name.isdigit())


def _group_of(entry: Path) -> int | None:
    try:
        # The name in parentheses may hold spaces; state, parent and group follow it.
        state, _parent, group = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[:3]
    except OSError:
        return None
    return None if state in "ZX" else int(group)


def end_leftovers(notes: list[Note]) -> int:
    """End every noted process group that still runs, first politely; return how many there were."""
    groups = [note.pid for note in notes if _is_ours(note)]
    for signal_number, seconds in ((signal.SIGTERM, TERMINATE_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
        for group in filter(group_is_alive, groups):
            _signal_group(group, signal_number)
        if wait_until(lambda: not any(group_is_alive(group) for group in groups), seconds):
            break
    return len(groups)


def _is_ours(note: Note) -> bool:
    if not group_is_alive(note.pid):
        return False
    command = command_of(note.pid)
    # A group whose leader is gone keeps its id reserved, so its members are the leader's own children.
    return command is None or " ".join(note.command[1:]) in command


def _signal_group(group: int, signal_number: signal.Signals) -> None:
    try:
        os.killpg(group, signal_number)
    except ProcessLookupError:
        return


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; tell whether it held within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
