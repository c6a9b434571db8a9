"""Makes the virtual environment of host mode and of the tests, once per locked set; standard library only."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.layout import Layout

REQUIREMENTS = "requirements/development.txt"
# What the locked emulator was seen to run on.
SUPPORTED = ((3, 11), (3, 13))
PROGRESS_SECONDS = 5.0
STAMP = "sandbox-stamp"


def ensure(layout: Layout) -> None:
    """Make the virtual environment unless it is there already for the same locked set, project and folder.

    Progress goes to standard error, so that `eval "$(make env)"` reads only what it should.

    Raises:
        SandboxError: this Python cannot make it, or pip failed.
    """
    stamp = layout.venv / STAMP
    fingerprint = _fingerprint(layout.root)
    if layout.python.exists() and stamp.is_file() and stamp.read_text(encoding="utf-8") == fingerprint:
        return
    _check_python()
    started = time.monotonic()
    _say(f"Making .venv with Python {sys.version.split()[0]}; this is needed once and takes a minute or two.")
    stamp.unlink(missing_ok=True)
    if not _is_usable(layout.python):
        shutil.rmtree(layout.venv, ignore_errors=True)
        _create(layout)
    _install(layout)
    stamp.write_text(fingerprint, encoding="utf-8")
    _say(f"Made .venv in {time.monotonic() - started:.0f} s.")


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256(bytes(root))
    for name in (REQUIREMENTS, "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def _check_python() -> None:
    lowest, highest = SUPPORTED
    if sys.implementation.name != "cpython" or not lowest <= sys.version_info[:2] <= highest:
        raise SandboxError(
            f"running on the host needs CPython 3.{lowest[1]} to 3.{highest[1]}, and {sys.executable} is "
            f"{sys.implementation.name} {sys.version.split()[0]}; install one of those, or use MODE=docker"
        )


def _is_usable(python: Path) -> bool:
    """Tell whether a virtual environment is there that this Python made and that can install."""
    version = f"import sys, pip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    return (
        python.exists()
        and subprocess.run([str(python), "-c", version], capture_output=True, check=False).returncode == 0
    )


def _create(layout: Layout) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "venv", str(layout.venv)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode == 0:
        return
    shutil.rmtree(layout.venv, ignore_errors=True)
    if "ensurepip" in answer.stdout:
        package = f"python3.{sys.version_info[1]}-venv"
        raise SandboxError(
            f"{sys.executable} cannot make virtual environments; on Debian or Ubuntu install its missing part: "
            f"apt-get install {package}"
        )
    raise SandboxError(f"{sys.executable} could not make .venv: {answer.stdout.strip()}")


def _install(layout: Layout) -> None:
    """Install the locked set, then the project itself, whose entry points LocalStack looks for."""
    requirements = layout.root / REQUIREMENTS
    lines = requirements.read_text(encoding="utf-8").splitlines()
    log = layout.logs / "pip.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    # The set is complete, so nothing is left to resolve; and source packages are built with the locked setuptools.
    locked = ["--no-deps", "--no-compile", "--require-hashes", "--no-build-isolation"]
    only_setuptools = layout.data / "setuptools.txt"
    only_setuptools.write_text("\n".join(_entry(lines, "setuptools")) + "\n", encoding="utf-8")
    total = sum(1 for line in lines if re.match(r"[A-Za-z0-9].*==", line))
    _pip(layout, log, [*locked, "--requirement", str(only_setuptools)])
    _pip(layout, log, [*locked, "--requirement", str(requirements)], total)
    # In isolation, because a plugin of LocalStack's own packaging tools would take part in the build.
    _pip(layout, log, ["--no-deps", "--editable", str(layout.root)])
    only_setuptools.unlink()


def _entry(lines: Iterable[str], name: str) -> list[str]:
    """Return one requirement of a locked set with its hashes."""
    entry: list[str] = []
    for line in lines:
        if line.startswith(f"{name}==") or entry:
            entry.append(line)
            if not line.endswith("\\"):
                break
    return entry


def _pip(layout: Layout, log: Path, arguments: list[str], total: int = 0) -> None:
    command = [str(layout.python), "-m", "pip", "install", "--progress-bar=off", *arguments]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    told = time.monotonic()
    fetched = 0
    with (
        log.open("a", encoding="utf-8") as output,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        ) as pip,
    ):
        assert pip.stdout is not None
        for line in pip.stdout:
            output.write(line)
            # A locked set names packages for other systems too; pip passes those over aloud.
            fetched += line.startswith(("Collecting ", "Ignoring ", "Requirement already"))
            if total and line.startswith("Installing collected"):
                _say(f"  installing {total} packages")
                total = 0
            elif total and time.monotonic() - told >= PROGRESS_SECONDS:
                told = time.monotonic()
                _say(f"  {min(fetched, total)} of {total} packages fetched")
    if pip.returncode != 0:
        tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-8:])
        raise SandboxError(f"pip could not install {arguments[-1]}; all it said is in {log}, last:\n{tail}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
