"""What functions leave behind: processes outside their group, found by the environment they inherited, and files.

Run as a script, by path, with the standard library alone: `left_behind.py LIFELINE DIRECTORY`. It waits for the end
of the pipe whose write end only the emulator holds, and then ends whatever runs for a function below the directory:
so nothing survives an emulator that is killed, and what is left of its files can be removed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROCESSES = Path("/proc")
OWNER_ALL = 0o700
TASK_ROOT = b"LAMBDA_TASK_ROOT="
# What an interpreter may need to start.
INTERPRETER_VARIABLES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# A process that becomes another program has no environment for a moment.
CHANGING_SECONDS = 2.0
CHECK_SECONDS = 0.01
# The start of a process among the fields of /proc/PID/stat that follow its program's name.
START_TIME_FIELD = 19


def end_with_this_process(directory: Path) -> None:
    """Start the process that ends what runs for a function below `directory` once this one has ended or was killed."""
    lifeline, _ = os.pipe()
    # A session of its own: what ends the emulator's process group leaves it its work.
    subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(lifeline), str(directory)],
        stdin=subprocess.DEVNULL,
        pass_fds=(lifeline,),
        env={name: os.environ[name] for name in INTERPRETER_VARIABLES if name in os.environ},
        start_new_session=True,
    )
    os.close(lifeline)


def end_left_behind(directory: Path) -> None:
    """Kill every process that runs for a function below `directory`; without /proc there is nothing to see.

    A process that clears its environment is not found.
    """
    deadline = time.monotonic() + CHANGING_SECONDS
    while True:
        found, changing = look_for(directory)
        for process_id in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process_id, signal.SIGKILL)
        # What was found may have started another process meanwhile.
        if not (found or changing) or time.monotonic() > deadline:
            return
        time.sleep(CHECK_SECONDS)


def look_for(directory: Path, processes: Path = PROCESSES) -> tuple[list[int], list[int]]:
    """The processes whose `LAMBDA_TASK_ROOT` is below `directory`, and those that may be seen to have one soon.

    One look at each tells both: a process that changes between two looks would be neither.
    """
    found, changing = [], []
    for process, environment in _environments(processes):
        if not environment:
            if _is_changing(process):
                changing.append(int(process.name))
        elif (task_root := _task_root(environment)) and Path(task_root).is_relative_to(directory):
            found.append(int(process.name))
    return found, changing


def task_roots(processes: Path = PROCESSES) -> Iterator[tuple[int, str]]:
    """The processes that have a `LAMBDA_TASK_ROOT`, and what it is."""
    for process, environment in _environments(processes):
        if task_root := _task_root(environment):
            yield int(process.name), task_root


def _task_root(environment: bytes) -> str | None:
    if TASK_ROOT not in environment:
        return None
    for variable in environment.split(b"\0"):
        if variable.startswith(TASK_ROOT):
            return os.fsdecode(variable.removeprefix(TASK_ROOT))
    return None


def _is_changing(process: Path) -> bool:
    """Whether a process without an environment has a program and was started just now."""
    try:
        # A thread of the kernel has no program.
        (process / "exe").readlink()
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    started = int(fields[START_TIME_FIELD]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started < CHANGING_SECONDS


def make_removable(directory: Path) -> None:
    """Let the owner of the directories below `directory` remove what is in them; what is gone already is fine."""
    with suppress(OSError):
        directory.chmod(OWNER_ALL)
    for folder, names, _ in os.walk(directory):
        # Before the walk goes into them; what a link leads to is not ours.
        for path in (Path(folder, name) for name in names):
            if not path.is_symlink():
                with suppress(OSError):
                    path.chmod(OWNER_ALL)


def _environments(processes: Path) -> Iterator[tuple[Path, bytes]]:
    for path in processes.glob("[0-9]*/environ"):
        # It has ended, or is another user's.
        with suppress(OSError):
            yield path.parent, path.read_bytes()


def main() -> None:
    lifeline, directory = int(sys.argv[1]), Path(sys.argv[2])
    while os.read(lifeline, 1):
        pass
    end_left_behind(directory)
    make_removable(directory)


if __name__ == "__main__":
    main()
