"""Draws changes when they are due and writes each until it is in the table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from generator.backoff import Backoff
from generator.change import Change
from generator.errors import UnavailableError
from generator.report import Report
from generator.schedule import Schedule


class Table(Protocol):
    """What the generator needs of a table."""

    name: str

    def write(self, changes: list[Change]) -> list[Change]:
        """Write changes of different ids and return those left unprocessed."""
        ...


class ChangeQueue:
    """Takes changes in groups without an id twice, in the order in which they are drawn."""

    def __init__(self, changes: Iterator[Change]) -> None:
        self._changes = changes
        self._held: Change | None = None

    def take(self, limit: int) -> list[Change]:
        """Take up to so many changes; a change of an id already in the group begins the next one."""
        group: dict[str, Change] = {}
        while len(group) < limit:
            change = self._held or next(self._changes)
            self._held = None
            if change.order_id in group:
                self._held = change
                break
            group[change.order_id] = change
        return list(group.values())


@dataclass(slots=True)
class Generator:
    """One run: writes changes on schedule until stopped or until there are enough.

    `wait` waits so many seconds and returns True as soon as the run is to stop. A drawn change is tried until
    it is in the table, before anything drawn after it; only then is it announced.
    """

    queue: ChangeQueue
    table: Table
    schedule: Schedule
    group_size: int
    count: int | None
    report: Report
    backoff: Backoff
    now: Callable[[], float]
    wait: Callable[[float], bool]
    # Changes sent whose outcome is not known: what a stop in mid-call leaves open.
    unconfirmed: int = 0

    def run(self) -> None:
        """Write until stopped.

        Raises:
            RefusedError: the table refuses the writes for good.
        """
        while (limit := self._limit()) > 0:
            if self.wait(self.schedule.seconds_until_due(self.now())):
                return
            group = self.queue.take(limit)
            if not self._write(group):
                return
            self.schedule.advance(len(group), self.now())

    def _limit(self) -> int:
        return self.group_size if self.count is None else min(self.group_size, self.count - self.report.total)

    def _write(self, group: list[Change]) -> bool:
        pending = group
        while pending:
            self.unconfirmed = len(pending)
            try:
                left = self.table.write(pending)
            except UnavailableError as error:
                if not error.may_be_written:
                    self.unconfirmed = 0
                self.report.unavailable(self.table.name, error, self.now())
            else:
                self._note_answer(pending, left)
                self.unconfirmed = 0
                pending = left
            if pending and self.wait(self.backoff.seconds()):
                return False
        return True

    def _note_answer(self, pending: list[Change], left: list[Change]) -> None:
        if len(left) == len(pending):
            self.report.unavailable(self.table.name, "it processes none of a batch's items", self.now())
            return
        self.report.available(self.table.name, self.now())
        self.report.written([change for change in pending if change not in left], self.now())
        self.backoff.reset()
