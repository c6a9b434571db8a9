"""Empties what /proc/PID/environ shows of this process (Linux)."""

import ctypes
import os
from pathlib import Path

STATISTICS = Path("/proc/self/stat")
# Counted from the state, which follows the program's name: the fields 50 and 51, env_start and env_end.
FIELDS = slice(47, 49)


def clear_environment_block() -> None:
    """Move the variables into the process's own memory and erase the block that it was started with.

    Any process of the same user can read that block, and the functions of the Lambda executor are such processes.
    `os.environ`, and what a child process inherits, stay as they are.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    block = _environment_block()
    if block is None:
        return
    start, end = block
    for name, value in os.environb.items():
        # The C library copies it: nothing refers to the block any more.
        os.putenv(name, value)
    ctypes.memset(start, 0, end - start)


def _environment_block() -> tuple[int, int] | None:
    try:
        statistics = STATISTICS.read_text()
    except OSError:
        return None
    start, end = (int(field) for field in statistics.rpartition(")")[2].split()[FIELDS])
    # The kernel shows zeros where it does not tell.
    return (start, end) if 0 < start < end else None
