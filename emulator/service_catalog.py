"""Keeps LocalStack's catalogue of AWS services from one emulator to the next.

LocalStack makes it at the first request to an empty data directory, from the models of every service of AWS: some
seconds, and a third of a gigabyte of memory that the process never gives back. Here a process of its own makes it once
for an installation: `python -m emulator.service_catalog FILE`.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

LOG = logging.getLogger(__name__)


def installation_directory() -> Path:
    """Return the folder that every emulator of this Python environment shares."""
    return Path(sys.prefix) / "share" / "product-sales-sandbox"


def make_in_own_process(file: Path) -> None:
    """Make the catalogue in `file`.

    Raises:
        subprocess.CalledProcessError: it could not be made; the process has said why.
    """
    LOG.info("Making the catalogue of AWS services, once for this installation: some seconds")
    subprocess.run([sys.executable, "-m", __spec__.name, str(file)], check=True)


def provide(own: Path, shared: Path, make: Callable[[Path], None] = make_in_own_process) -> None:
    """Put the catalogue at `own`: a copy of `shared`, which is made if it is not there.

    Where `shared` cannot be written, as in an installation of another user, the catalogue is made for `own` alone.
    """
    if own.exists():
        return
    own.parent.mkdir(parents=True, exist_ok=True)
    if not shared.exists():
        _write(shared if _is_writable(shared.parent) else own, make)
    if not own.exists():
        _write(own, lambda file: shutil.copyfile(shared, file))


def _write(target: Path, make: Callable[[Path], object]) -> None:
    """Have a file made elsewhere and put in place whole: two that start at once never see the other's half."""
    with tempfile.TemporaryDirectory(dir=target.parent) as directory:
        made = Path(directory) / target.name
        make(made)
        made.replace(target)


def _is_writable(directory: Path) -> bool:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(directory, os.W_OK)


def main() -> None:
    from localstack.aws import spec

    spec.build_service_index_cache(sys.argv[1])


if __name__ == "__main__":
    main()
