"""Programs that take this terminal over until they end."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def run_in_terminal(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Run a program and return its exit status; Ctrl-C is for the program, which ends in its own way."""
    # A function, not SIG_IGN: the program would inherit that.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        return subprocess.Popen(command, cwd=folder, env=dict(environment)).wait()
    finally:
        signal.signal(signal.SIGINT, before)
