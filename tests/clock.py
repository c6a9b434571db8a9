"""A clock that moves only when a test says so."""


class ManualClock:
    """Callable like `time.time`; starts at a fixed moment (2026-01-01 00:00:00 UTC)."""

    def __init__(self, now: float = 1_767_225_600.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
