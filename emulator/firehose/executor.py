"""Where invocations run while the next ones are begun."""

import threading
from collections.abc import Callable
from typing import Protocol


class Executor(Protocol):
    """Runs tasks, each for itself."""

    def submit(self, task: Callable[[], None]) -> None:
        """Have a task run, now or later."""
        ...


class ThreadExecutor:
    """Runs each task in a thread of its own, which never keeps the emulator from ending."""

    def __init__(self, name: str) -> None:
        self._name = name

    def submit(self, task: Callable[[], None]) -> None:
        """Start a thread for the task."""
        threading.Thread(target=task, name=self._name, daemon=True).start()
