"""How many executions are under way in an account."""

import threading


class Concurrency:
    """Counts the executions of all pipes of one account and region."""

    def __init__(self) -> None:
        self._executions = 0
        self._lock = threading.Lock()

    def enter(self) -> int:
        """Count an execution that begins, and return how many are under way with it."""
        with self._lock:
            self._executions += 1
            return self._executions

    def leave(self) -> None:
        """Count an execution that has ended."""
        with self._lock:
            self._executions -= 1
