"""Keeps what was read of small objects on this machine, where DuckDB reads a thousand files at once in no time."""

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

_NAME_BYTES = 255


class Copies:
    """Files below a folder, one per object, under its key: Hive's partitions are in the path as they are in S3.

    Without a folder of its own it makes a temporary one, which lasts as long as the process: views read from it.
    """

    def __init__(self, root: Path | None) -> None:
        self.root = root or _temporary_folder()

    def path(self, key: str) -> Path | None:
        """Return where an object's copy is; None where the key cannot be a file's path."""
        names = [quote(part, safe="=") for part in key.split("/")]
        if any(name in ("", ".", "..") or len(name) > _NAME_BYTES for name in names):
            return None
        return self.root.joinpath(*names)

    def write(self, key: str, content: bytes) -> bool:
        """Write an object's copy; return whether it could be done."""
        path = self.path(key)
        if path is None:
            return False
        # A key may be the beginning of another one, as a path cannot be.
        temporary = path.with_name(f".{os.getpid()}.{abs(hash(key)):x}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            temporary.replace(path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            return False
        return True

    def has(self, key: str) -> bool:
        path = self.path(key)
        return path is not None and path.is_file()

    def remove(self, key: str) -> None:
        """Remove an object's copy if there is one."""
        path = self.path(key)
        if path is not None and path.is_file():
            path.unlink()


def _temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lake-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
