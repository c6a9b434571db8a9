"""The view on a terminal: drawn anew when something was read, and once a second."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console, RenderableType
from rich.live import Live

from notebooks.sales.terminal.health import Health
from notebooks.sales.terminal.picture import picture
from notebooks.sales.terminal.refreshing import Reading, Refresher
from notebooks.sales.terminal.size import Size
from notebooks.sales.terminal.sold import Sold

FOOTER = "Ctrl-C ends"
REST_SECONDS = 2.0


def show_once(console: Console, sold: Sold, health: Health) -> None:
    """Print one frame, for a pipe or a file."""
    size = Size(console.width, console.height)
    console.print(picture(Reading(sold), Reading(health), datetime.now(UTC), size))


def show(
    console: Console,
    first: Sold,
    read_sold: Callable[[], Sold],
    read_health: Callable[[], Health],
    every_seconds: float,
) -> bool:
    """Show until interrupted; the last frame stays on the terminal.

    Returns whether everything has come to rest: a reading may be under way still if something does not answer.
    """
    changed = threading.Event()
    sold = Refresher("sales", read_sold, every_seconds, changed)
    health = Refresher("health", read_health, every_seconds, changed)
    sold.start(first)
    health.start()

    def frame(footer: str) -> RenderableType:
        size = Size(console.width, console.height)
        return picture(sold.reading, health.reading, datetime.now(UTC), size, footer)

    try:
        # The alternate screen: each frame is drawn over the last one, without a flicker.
        with Live(
            get_renderable=lambda: frame(FOOTER), console=console, screen=True, auto_refresh=False
        ) as live:
            while True:
                live.refresh()
                changed.wait(1)
                changed.clear()
    except KeyboardInterrupt:
        console.print(frame(""))
    finally:
        sold.stop()
        health.stop()
    return sold.has_ended(REST_SECONDS) and health.has_ended(REST_SECONDS)
