"""The lower part of the view: the pipeline's health."""

from datetime import datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bootstrap.names import DELIVERY_STREAM_NAME, PIPE_NAME
from notebooks.sales.terminal.health import Health
from notebooks.sales.terminal.size import DIM, HEADING
from notebooks.sales.terminal.sold import Sold


def pipeline(health: Health | None, sold: Sold | None, now: datetime) -> list[RenderableType]:
    heading = Text.assemble(
        ("Pipeline", HEADING), ("  changes, hop by hop, as `make verify` counts them", DIM)
    )
    if health is None:
        return [heading, Text("counting the changes ...", DIM)]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=DIM)
    shown = (
        "written",
        "in Kinesis",
        "delivered",
        "failed",
        "dropped",
        "dead-letter queue",
        "pending",
        "missing",
    )
    cells = []
    for name in shown:
        table.add_column(name.replace(" queue", ""), justify="right", no_wrap=True)
        count = health.counts[name]
        cells.append(Text(f"{count:,}", _count_style(name, count)))
    table.add_row(*cells)
    return [heading, table, _states(health), _ages(health, sold, now)]


def _count_style(name: str, count: int) -> str:
    if count == 0 or name in ("written", "in Kinesis", "delivered", "pending"):
        return ""
    return "bold red" if name == "missing" else "yellow"


def _states(health: Health) -> Text:
    return Text.assemble(
        "pipe ",
        PIPE_NAME,
        " ",
        (health.pipe_state, "green" if health.pipe_state == "RUNNING" else "bold yellow"),
        ", delivery stream ",
        DELIVERY_STREAM_NAME,
        " ",
        (
            health.delivery_stream_status,
            "green" if health.delivery_stream_status == "ACTIVE" else "bold yellow",
        ),
    )


def _ages(health: Health, sold: Sold | None, now: datetime) -> Text:
    delivered = sold.newest_delivered if sold is not None else None
    ages = [
        f"{name} {_age(now, moment)}"
        for name, moment in (
            ("newest order", health.newest_order),
            ("newest delivered", delivered),
            ("oldest pending", health.oldest_pending),
        )
        if moment is not None
    ]
    return Text(", ".join(ages) or "no order was written in the last 24 hours")


def _age(now: datetime, moment: datetime) -> str:
    seconds = max(0, round((now - moment).total_seconds()))
    if seconds < 120:
        return f"{seconds} s ago"
    return f"{seconds // 60} min ago" if seconds < 7200 else f"{seconds // 3600} h ago"
