"""Tries the projection on the past: cuts the history, projects what came next, and compares."""

from dataclasses import dataclass
from datetime import datetime
from math import comb

import numpy as np

from .history import MINUTE, History
from .projection import LEAST_MINUTES, LEAST_MOVEMENTS, LEVEL, project

# The longest of these that leaves room for enough cuts is tried.
HORIZONS_MINUTES = (60, 30, 20, 15, 10, 5, 3, 2)
LEAST_CUTS = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """What was projected for one product at one moment of the past, and what came."""

    product_name: str
    cut_at: datetime
    low: float
    expected: float
    high: float
    actual: float
    naive: float

    @property
    def is_covered(self) -> bool:
        return self.low <= self.actual <= self.high


@dataclass(frozen=True, slots=True)
class BackTest:
    """The trials of one horizon; none where the history says too little, and why."""

    horizon_minutes: int
    trials: tuple[Trial, ...]
    too_little: str | None = None

    @property
    def covered(self) -> int:
        """The number of trials in which the interval held what came."""
        return sum(trial.is_covered for trial in self.trials)

    @property
    def expected_covered(self) -> tuple[int, int]:
        """The range in which `covered` lies with 95 % if the interval is right and the trials are independent."""
        return binomial_range(len(self.trials), LEVEL, 0.95)

    @property
    def error(self) -> float:
        """The mean absolute error, as a share of the mean of what came (weighted, so that no minute of nothing counts
        without end)."""
        return _error([(trial.expected, trial.actual) for trial in self.trials])

    @property
    def naive_error(self) -> float:
        """The same, had one said: as much as in the minutes before."""
        return _error([(trial.naive, trial.actual) for trial in self.trials])


def horizon_for(minutes: int) -> int | None:
    """Return the longest horizon that a history of so many minutes can be tried with; None if there is none."""
    for horizon in HORIZONS_MINUTES:
        if minutes >= LEAST_MINUTES + LEAST_CUTS * horizon:
            return horizon
    return None


def back_test(past: History, horizon_minutes: int | None = None) -> BackTest:
    """Cut the history every `horizon_minutes` and project each time only from what came before.

    The horizons do not overlap: no minute is told twice. The naive forecast is that the next minutes bring what as
    many minutes before brought.
    """
    horizon = horizon_minutes or horizon_for(past.minutes) or HORIZONS_MINUTES[-1]
    cuts = range(past.minutes - horizon, LEAST_MINUTES - 1, -horizon)
    trials = tuple(trial for cut in reversed(cuts) for trial in _trials(past, cut, horizon))
    return BackTest(horizon, trials, None if trials else _too_little(past.minutes, LEAST_MINUTES + horizon))


def binomial_range(trials: int, probability: float, level: float) -> tuple[int, int]:
    """Return the counts between which a binomial count lies with at least `level`, the tails alike."""
    tail = (1 - level) / 2
    chances = [
        comb(trials, count) * probability**count * (1 - probability) ** (trials - count)
        for count in range(trials + 1)
    ]
    cumulated = np.cumsum(chances)
    low = int(np.searchsorted(cumulated, tail, side="right"))
    high = int(np.searchsorted(cumulated, 1 - tail, side="left"))
    return low, min(high, trials)


def _too_little(minutes: int, least_minutes: int) -> str:
    if minutes < least_minutes:
        return f"{minutes} of at least {least_minutes} whole minutes"
    return f"no product had {LEAST_MOVEMENTS} changes before a cut"


def _trials(past: History, cut: int, horizon: int) -> list[Trial]:
    known = past.until(cut)
    trials = []
    for number, spread in enumerate(project(known, horizon)[: len(past.products)]):
        if spread.low is None or spread.expected is None or spread.high is None:
            continue
        before = known.net_revenue[number, -horizon:]
        trials.append(
            Trial(
                spread.product_name,
                past.start + cut * MINUTE,
                spread.low,
                spread.expected,
                spread.high,
                actual=float(past.net_revenue[number, cut : cut + horizon].sum()),
                naive=float(before.mean() * horizon),
            )
        )
    return trials


def _error(pairs: list[tuple[float, float]]) -> float:
    total = sum(abs(actual) for _, actual in pairs)
    return sum(abs(told - actual) for told, actual in pairs) / total if total else float("nan")
