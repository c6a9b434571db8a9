"""Watches a backlog grow and drain."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from .orders import OwnOrders
from .watch import Watch


@dataclass(frozen=True, slots=True)
class Sample:
    """How many of our orders had come how far at a moment, in seconds since the first one."""

    seconds: float
    written: int
    in_kinesis: int
    delivered: int


class Backlog:
    """Counts our own orders at each hop, again and again."""

    def __init__(
        self,
        watch: Watch,
        orders: OwnOrders,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._watch = watch
        self._orders = orders
        self._clock = clock
        self._sleep = sleep
        self._start = clock()
        self.samples: list[Sample] = []
        self.events: list[tuple[float, str]] = []

    def note(self, event: str) -> None:
        """Remember when something was done."""
        self.events.append((self._clock() - self._start, event))

    def sample(self) -> None:
        """Count now."""
        # What is seen in S3 is then seen in Kinesis, too.
        self._watch.rows.read()
        self._watch.kinesis.read()
        ours = set(self._orders.ids)
        self.samples.append(
            Sample(
                seconds=self._clock() - self._start,
                written=len(ours),
                in_kinesis=len(ours & self._watch.piped()),
                delivered=len(ours & self._watch.delivered()),
            )
        )

    def write(self, count: int, over_seconds: float) -> None:
        """Write orders evenly over a time, and count after each."""
        start = self._clock()
        for number in range(1, count + 1):
            self._orders.write()
            self.sample()
            self._sleep(max(0.0, start + over_seconds * number / count - self._clock()))

    def drain(self) -> None:
        """Count until every order is delivered.

        Raises:
            InsideError: that takes too long.
        """
        self._watch.wait_until_delivered(self._orders.ids, meanwhile=self.sample)

    def table(self) -> pd.DataFrame:
        """Return the counts; what waits is what was written and is not in Kinesis."""
        table = pd.DataFrame(self.samples)
        table["waiting at the pipe"] = table["written"] - table["in_kinesis"]
        return table
