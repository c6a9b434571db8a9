"""How long to wait before a write is tried again."""

from random import Random
from typing import Final

FIRST_SECONDS: Final = 0.1
LONGEST_SECONDS: Final = 2.0


class Backoff:
    """Waits that double from one failure to the next, with jitter, until a success.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._failures = 0

    def seconds(self) -> float:
        """Return the wait after one more failure."""
        ceiling = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return self._random.uniform(ceiling / 2, ceiling)

    def reset(self) -> None:
        """Begin anew after a success."""
        self._failures = 0
