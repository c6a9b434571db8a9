"""The directory of an execution environment: the function's code and layers, to be read, and a place to write."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from emulator.lambda_.left_behind import OWNER_ALL, make_removable

WRITABLE = 0o222


class ScratchDirectory:
    """Lays out what is /var/task, /opt and /tmp in Lambda, and removes it.

    In Lambda the file system is read-only but for /tmp. Here the code and the layers have no write permission, which
    their owner could give himself.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.task_root = directory / "task"
        self.layers = directory / "opt"
        self.temporary_directory = directory / "tmp"

    def lay_out(self, code: Path, layers: Iterable[Path]) -> None:
        """Copy the code and the layers, of which a later one wins.

        Raises:
            OSError: something cannot be read or written.
        """
        self.layers.mkdir(parents=True)
        self.temporary_directory.mkdir(mode=0o700)
        shutil.copytree(code, self.task_root)
        for layer in layers:
            _let_owner_write(self.layers)
            shutil.copytree(layer, self.layers, dirs_exist_ok=True, copy_function=_copy_over)
        _forbid_writing(self.task_root)
        _forbid_writing(self.layers)
        # The three stay where they are.
        self._directory.chmod(0o555)

    def remove(self) -> None:
        """Remove everything; what cannot be removed stays."""
        remove_tree(self._directory)


def remove_tree(directory: Path) -> None:
    """Remove a directory whatever a function made of its permissions; what cannot be removed stays."""
    make_removable(directory)
    shutil.rmtree(directory, ignore_errors=True)


def _copy_over(source: str, target: str) -> None:
    """Copy a file in place of one that may be read-only."""
    if os.path.isfile(target):  # noqa: PTH113 - called for every file of every layer
        os.unlink(target)  # noqa: PTH108
    shutil.copy2(source, target)


def _let_owner_write(directory: Path) -> None:
    """Let something be put into the directories: a layer's own may be read-only."""
    for folder, _, _ in os.walk(directory):
        path = Path(folder)
        path.chmod(path.stat().st_mode | OWNER_ALL)


def _forbid_writing(directory: Path) -> None:
    for folder, _, files in os.walk(directory):
        for path in (Path(folder), *(Path(folder, name) for name in files)):
            path.chmod(path.stat().st_mode & ~WRITABLE)
