"""Changes held back until the operation that makes them has succeeded."""

from collections.abc import Mapping
from typing import Any, Protocol

Attributes = Mapping[str, Mapping[str, Any]]


class ChangeLog(Protocol):
    """What takes the changes of a table."""

    def record(self, old: Attributes | None, new: Attributes | None) -> None:
        """Take a change from one image of an item to the other."""


class PendingChanges:
    """Stands in for a table's stream during one operation; what it holds is recorded or forgotten as a whole.

    moto carries the statements of a PartiQL transaction out before it knows whether all of them succeed.
    """

    is_followed = True

    def __init__(self, target: ChangeLog) -> None:
        self.target = target
        self._changes: list[tuple[Attributes | None, Attributes | None]] = []

    def add(self, old: Any, new: Any) -> None:
        """Take a change between moto's items (None: the item did not exist)."""
        self.record(
            old.to_json()["Attributes"] if old is not None else None,
            new.to_json()["Attributes"] if new is not None else None,
        )

    def record(self, old: Attributes | None, new: Attributes | None) -> None:
        """Take a change between two images."""
        self._changes.append((old, new))

    def record_each(self) -> None:
        """Hand on every change, in order."""
        for old, new in self._changes:
            self.target.record(old, new)

    def __deepcopy__(self, memo: dict[int, Any]) -> "PendingChanges":
        # moto copies its tables to roll a transaction back; the copy reports to the same place.
        return self
