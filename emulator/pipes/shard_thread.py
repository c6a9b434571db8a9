"""A thread for one shard."""

import threading

from emulator.pipes.shard_turns import ShardTurns


class ShardThread:
    """Takes a shard's turns until they are over, so that no other shard waits for its target or its retries."""

    def __init__(self, turns: ShardTurns, name: str) -> None:
        self._turns = turns
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it may still be in the middle of a turn."""
        return self._thread.is_alive()

    def end(self) -> None:
        """Have no further batch begun."""
        self._ending.set()

    def join(self) -> None:
        """Wait for the batch in flight."""
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            wait_seconds = self._turns.take(self._ending.is_set)
            if self._turns.is_over:
                break
            if wait_seconds > 0:
                self._ending.wait(wait_seconds)
