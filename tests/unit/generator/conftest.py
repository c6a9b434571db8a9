"""A clock that only waiting moves, a table that can be out of order, and changes to write."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from generator.change import Change, ChangeKind
from generator.errors import UnavailableError

MakeChange = Callable[..., Change]


@dataclass
class FakeClock:
    """Time that passes by waiting; `stop_at` is when the run is asked to stop."""

    time: float = 0.0
    stop_at: float = float("inf")
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.time = min(self.time + seconds, max(self.time, self.stop_at))
        return self.time >= self.stop_at


@dataclass
class FakeTable:
    """A table in memory: fails as often as told, then leaves as many items unprocessed as told."""

    clock: FakeClock
    name: str = "OrderTable"
    failures: list[UnavailableError] = field(default_factory=list)
    unprocessed: list[int] = field(default_factory=list)
    seconds_per_write: float = 0.0
    writes: list[list[str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def write(self, changes: list[Change]) -> list[Change]:
        self.clock.time += self.seconds_per_write
        if self.failures:
            raise self.failures.pop(0)
        count = self.unprocessed.pop(0) if self.unprocessed else 0
        accepted = changes[: len(changes) - count]
        self.writes.append([change.order_id for change in accepted])
        self.times.append(self.clock.time)
        return changes[len(changes) - count :]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def table(clock: FakeClock) -> FakeTable:
    return FakeTable(clock)


@pytest.fixture
def make_change() -> MakeChange:
    """Return a function that makes a change of an order id."""

    def make(order_id: str, kind: ChangeKind = ChangeKind.ORDER) -> Change:
        item = None if kind is ChangeKind.CANCELLATION else {"orderid": {"S": order_id}}
        return Change(kind, order_id, item, f"text {order_id}")  # type: ignore[arg-type]

    return make
