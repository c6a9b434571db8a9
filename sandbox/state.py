"""Remembers, between commands, how the running sandbox was started; standard library only."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.layout import Layout


@dataclass(frozen=True, slots=True)
class State:
    """The sandbox as it was started: its mode, its settings as text, its notebook token, its control socket."""

    mode: str
    values: Mapping[str, str]
    notebooks_token: str
    socket: str


def read_state(layout: Layout) -> State | None:
    """Return what the last `up` wrote; None when nothing was started or the file cannot be read as a state."""
    try:
        return State(**json.loads(layout.state.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_state(layout: Layout, state: State) -> None:
    """Replace the state in one step; only the user can read it, because it holds the token."""
    write_private(layout.state, json.dumps(asdict(state), indent=2) + "\n")


def forget_state(layout: Layout) -> None:
    layout.state.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only the user can read, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


@contextmanager
def exclusively(layout: Layout) -> Iterator[None]:
    """Hold the sandbox's lock, so that `up`, `down` and `reset` never run beside each other.

    Raises:
        SandboxError: another command holds it, or the folder is somebody else's.
    """
    if layout.holds_other_files():
        raise SandboxError(
            f"SANDBOX_DIR={layout.data} cannot be used: it holds other files; give a new folder"
        )
    layout.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with layout.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SandboxError(
                "another command is starting or stopping this sandbox; wait until it is done"
            ) from None
        yield
