"""Draws one frame of the terminal view; pure: what it shows and the terminal's size are arguments."""

from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootstrap.names import BUCKET_NAME, ORDERS_PREFIX
from notebooks.sales.terminal.health import Health
from notebooks.sales.terminal.pipeline_lines import pipeline
from notebooks.sales.terminal.refreshing import Reading
from notebooks.sales.terminal.sales_table import sales_table
from notebooks.sales.terminal.size import DIM, HEADING, Size
from notebooks.sales.terminal.sold import Sold


def picture(
    sold: Reading[Sold], health: Reading[Health], now: datetime, size: Size, footer: str = ""
) -> RenderableType:
    """Return the frame: sales by product, the pipeline, and what failed."""
    parts: list[RenderableType] = [_title(now, size), Text()]
    if sold.value is None:
        parts.append(Text(f"reading s3://{BUCKET_NAME}/{ORDERS_PREFIX} ...", DIM))
    else:
        parts += sales_table(sold.value, size)
    parts += [Text(), *pipeline(health.value, sold.value, now)]
    failures = [reading.failure for reading in (sold, health) if reading.failure is not None]
    if failures:
        since = sold.value.read_at if sold.failure and sold.value else health.value and health.value.read_at
        told = f" (above: {since:%H:%M:%S})" if since else ""
        message = f"The last refresh failed{told}: {failures[0]}"
        parts.append(Text(message, "bold red", no_wrap=True, overflow="ellipsis"))
    if footer:
        parts.append(Text(footer, DIM, no_wrap=True, overflow="ellipsis"))
    return Group(*parts)


def _title(now: datetime, size: Size) -> RenderableType:
    line = Table.grid(expand=True)
    line.add_column(no_wrap=True)
    line.add_column(justify="right", no_wrap=True)
    line.add_row(Text("Product sales", HEADING), Text(f"{now:%Y-%m-%d %H:%M:%S} UTC", DIM))
    line.width = size.width
    return line
