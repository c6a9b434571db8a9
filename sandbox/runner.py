"""What both ways of running offer to the commands: the parts and the operations on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sandbox.mode import Mode

# The names of the folders, the Compose services, the processes and the `python -m` programs alike.
PARTS = ("localstack", "bootstrap", "generator", "notebooks")

PartState = Literal["running", "starting", "done", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part as it stands; `since` says for how long, or with which status it ended."""

    name: str
    state: PartState
    since: str

    @property
    def is_well(self) -> bool:
        return self.state in ("running", "done")


class Runner(Protocol):
    """One way of running the parts."""

    @property
    def mode(self) -> Mode: ...

    def start(self, values: Mapping[str, str], notebooks_token: str) -> str:
        """Start every part with these settings; return the address of its control, if it has one."""

    def stop(self) -> None:
        """Stop every part; nothing keeps running, whatever state it was in."""

    def reset(self) -> None:
        """Drop the data that outlives a stop and is not in the sandbox's folder."""

    def parts(self) -> list[Part]:
        """Return every part; an empty list when none was started."""

    def start_part(self, name: str) -> None: ...

    def stop_part(self, name: str) -> None: ...

    def logs(self, names: Sequence[str], lines: int, *, follow: bool) -> int: ...

    def run_program(self, module: str, arguments: Sequence[str]) -> int:
        """Run `python -m MODULE` against the sandbox, in this terminal; return its exit status."""


def duration(seconds: float) -> str:
    """Return a duration in the two largest of its units.

    >>> duration(3725)
    '1 h 2 min'
    """
    whole = max(0, int(seconds))
    for size, unit, smaller, smaller_unit in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // smaller} {smaller_unit}"
    return f"{whole} s"
