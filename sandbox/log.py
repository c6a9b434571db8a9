"""Shows the log files of host mode, the last lines first, each with the name of its part; standard library only."""

import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TextIO

POLL_SECONDS = 0.3
# More than the lines asked for ever need.
TAIL_BYTES = 256 * 1024


class LogFile:
    """One growing file that may be rotated."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._rest = ""

    def tail(self, lines: int) -> list[str]:
        """Return the last lines, and stand at the end."""
        if not self._open():
            return []
        assert self._file is not None
        size = os.fstat(self._file.fileno()).st_size
        self._file.seek(max(0, size - TAIL_BYTES))
        return self._lines()[-lines:] if lines else self._lines()[:0]

    def new_lines(self) -> list[str]:
        """Return the complete lines that were added since."""
        if self._file is None:
            return self._lines() if self._open() else []
        lines = self._lines()
        if self._is_rotated():
            self._file.close()
            lines += self._lines() if self._open() else []
        return lines

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _open(self) -> bool:
        try:
            self._file = self._path.open(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            self._file = None
        return self._file is not None

    def _is_rotated(self) -> bool:
        assert self._file is not None
        try:
            return self._path.stat().st_ino != os.fstat(self._file.fileno()).st_ino
        except FileNotFoundError:
            return True

    def _lines(self) -> list[str]:
        assert self._file is not None
        *complete, self._rest = (self._rest + self._file.read()).split("\n")
        return complete


def show_logs(folder: Path, names: Sequence[str], lines: int, *, follow: bool) -> int:
    """Print the last lines of each part's log; with `follow`, whatever is added until interrupted."""
    width = max(map(len, names))
    with ExitStack() as stack:
        files = {name: stack.enter_context(closing(LogFile(folder / f"{name}.log"))) for name in names}
        for name, file in files.items():
            _print(name, width, file.tail(lines))
        while follow:
            time.sleep(POLL_SECONDS)
            for name, file in files.items():
                _print(name, width, file.new_lines())
    return 0


def _print(name: str, width: int, lines: Sequence[str]) -> None:
    sys.stdout.writelines(f"{name:<{width}} | {line}\n" for line in lines)
    sys.stdout.flush()
