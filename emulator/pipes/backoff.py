"""Waiting longer after each failure."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Intervals in seconds that grow by `multiplier` up to `maximum`, and start over after `reset`."""

    initial: float
    maximum: float
    multiplier: float = 2.0
    _interval: float = field(default=0.0, init=False)

    def next(self) -> float:
        """Return how long to wait this time."""
        self._interval = min(self._interval * self.multiplier, self.maximum) or self.initial
        return self._interval

    def reset(self) -> None:
        """Begin with the initial interval again."""
        self._interval = 0.0
