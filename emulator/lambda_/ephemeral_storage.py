"""The size of an environment's /tmp, measured: no file system of its own is needed."""

import os
import time
from pathlib import Path

# What stat counts in, whatever the file system's own blocks are.
BLOCK_BYTES = 512
# A measurement may take this part of the time.
MEASURING_SHARE = 0.05


class EphemeralStorage:
    """Tells when the files of a function take more than its EphemeralStorage.Size.

    In Lambda the write fails that would exceed it. Here the excess is noticed afterwards, and only in an invocation
    that adds to it, so that the next one can make room. A single file larger than the size cannot be written at all
    (`launcher.py`).

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
    """

    def __init__(self, directory: Path, limit_bytes: int) -> None:
        self._directory = directory
        self._limit_bytes = limit_bytes
        self._bytes_before = 0
        self._next_check = 0.0

    def begin(self) -> None:
        """Note what is there before an invocation."""
        self._bytes_before = used_bytes(self._directory)

    def exceeded(self) -> bool:
        """Whether the files take more than the limit, and more than before."""
        used = used_bytes(self._directory)
        return used > max(self._limit_bytes, self._bytes_before)

    def exceeded_now_and_then(self) -> bool:
        """The same, for a caller that asks often: many files are not counted each time."""
        started = time.monotonic()
        if started < self._next_check:
            return False
        exceeded = self.exceeded()
        ended = time.monotonic()
        self._next_check = ended + (ended - started) / MEASURING_SHARE
        return exceeded


def used_bytes(directory: Path) -> int:
    """The space that the files below a directory take; one that goes away meanwhile takes none."""
    total = 0
    seen: set[tuple[int, int]] = set()
    for folder, _, files in os.walk(directory):
        for name in files:
            try:
                status = os.lstat(os.path.join(folder, name))  # noqa: PTH118 - called ten times a second
            except OSError:
                continue
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                total += status.st_blocks * BLOCK_BYTES
    return total
