"""A program that takes the terminal over: Ctrl-C reaches it, and its own exit status counts."""

import os
import signal
import sys
from pathlib import Path

from sandbox.terminal import run_in_terminal

# Ctrl-C reaches every process of the terminal: this one interrupts its parent first, then itself.
PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGINT, lambda number, frame: sys.exit(7))
os.kill(os.getppid(), signal.SIGINT)
os.kill(os.getpid(), signal.SIGINT)
"""


def test_interrupt_is_left_to_the_program(tmp_path: Path) -> None:
    # GIVEN
    before = signal.getsignal(signal.SIGINT)

    # WHEN
    status = run_in_terminal([sys.executable, "-c", PROGRAM], tmp_path, os.environ)

    # THEN
    assert status == 7
    assert signal.getsignal(signal.SIGINT) is before


def test_program_has_the_folder_and_the_environment(tmp_path: Path) -> None:
    # GIVEN
    code = "import os, pathlib; pathlib.Path('seen').write_text(os.environ['SEEN'])"

    # WHEN
    status = run_in_terminal([sys.executable, "-c", code], tmp_path, {**os.environ, "SEEN": "here"})

    # THEN
    assert (status, (tmp_path / "seen").read_text()) == (0, "here")
