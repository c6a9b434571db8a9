"""Tests of permissions, which stop everybody but root."""

import os
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def ordinary_user(directory: Path) -> Iterator[Path]:
    """Be somebody whom permissions stop, and the owner of `directory`; root becomes nobody.

    The path that is returned is relative: what is above may be closed to nobody.
    """
    is_root = os.geteuid() == 0
    with chdir(directory):
        if is_root:
            os.chown(".", NOBODY, -1)
            os.seteuid(NOBODY)
        try:
            yield Path()
        finally:
            if is_root:
                os.seteuid(0)
