"""Repeats a step for a while: what a live cell does."""

import time
from collections.abc import Callable
from typing import Any, cast


def watch(
    seconds: float,
    step: Callable[[], object],
    every_seconds: float = 2.0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Show what `step` returns, in one place, and show it anew until so many seconds have passed.

    It is shown once at least. Interrupting the kernel ends it early and leaves the last picture.
    """
    # The terminal view, which imports this package too, starts without it.
    from IPython.display import display

    deadline = clock() + seconds
    try:
        # IPython's functions carry no types.
        handle = cast(Any, display)(step(), display_id=True)
        while (left := deadline - clock()) > 0:
            sleep(min(every_seconds, left))
            if handle is not None:
                handle.update(step())
    except KeyboardInterrupt:
        return
