"""Removes directories, read-only ones included: a function's code is without write permission."""

import os
import shutil
from pathlib import Path

OWNER_ALL = 0o700


def remove_tree(directory: Path) -> None:
    """Remove a directory and all that is in it.

    Raises:
        OSError: something in it is not the user's own.
    """
    directory.chmod(OWNER_ALL)
    for folder, names, _ in os.walk(directory):
        # Before the walk goes into them; what a link leads to stays as it is.
        for path in (Path(folder, name) for name in names):
            if not path.is_symlink():
                path.chmod(OWNER_ALL)
    shutil.rmtree(directory)
