"""The upper part of the view: sales by product, and the minutes."""

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from notebooks.sales.period import Projection
from notebooks.sales.projection import LEVEL
from notebooks.sales.terminal.marks import bar, columns, short, sparkline
from notebooks.sales.terminal.size import BAR, DIM, HEADING, Size
from notebooks.sales.terminal.sold import ProductSales, Sold

# Lines besides those of the products and the chart.
OTHER_LINES = 16
CHART_LINES = 8


def sales_table(sold: Sold, size: Size) -> list[RenderableType]:
    if not sold.products:
        return [
            Text("No order was delivered yet: the first one comes when both buffers have run full or out.")
        ]
    shown = sold.products[: max(1, size.height - OTHER_LINES)]
    highest = max(line.revenue for line in sold.products)
    spark = 18 if size.is_wide else 12
    bar_width = 8 if size.is_wide else 6
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style=DIM)
    table.add_column("Product", no_wrap=True, max_width=16 if size.is_wide else 12, overflow="ellipsis")
    for heading in ("Revenue", "Units", "Avg price"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Share", no_wrap=True, width=bar_width + 5)
    table.add_column(f"Last {spark} min", no_wrap=True, width=spark)
    table.add_column("This hour", no_wrap=True, justify="right")
    if size.is_wide:
        table.add_column("This day", no_wrap=True, justify="right")
    for line in (*shown, sold.total):
        table.add_row(*_cells(line, sold, highest, spark, bar_width, size))
    table.rows[-1].style = HEADING
    parts: list[RenderableType] = [table]
    hidden = len(sold.products) - len(shown)
    notes = [f"and {hidden} more products"] if hidden else []
    notes += [_interval_note(sold)]
    parts.append(Text("; ".join(notes), DIM, no_wrap=True, overflow="ellipsis"))
    if size.height >= OTHER_LINES + len(shown) + CHART_LINES + 4:
        parts += [Text(), *_chart(sold.total.per_minute, size)]
    return parts


def _cells(
    line: ProductSales, sold: Sold, highest: float, spark: int, bar_width: int, size: Size
) -> list[RenderableType]:
    is_total = line is sold.total
    share = line.revenue / sold.total.revenue if sold.total.revenue > 0 else 0.0
    drawn = Text() if is_total else Text(bar(line.revenue / highest if highest > 0 else 0, bar_width), BAR)
    drawn.pad_right(bar_width - drawn.cell_len)
    drawn.append("" if is_total else f"{share:4.0%}", "")
    cells: list[RenderableType] = [
        Text(line.product_name),
        Text(f"{line.revenue:,.0f}"),
        Text(f"{line.units:,}"),
        Text("" if line.average_price is None else f"{line.average_price:,.2f}"),
        drawn,
        Text(sparkline(line.per_minute[-spark:]).rjust(spark), BAR),
        _range(line.hour, size),
    ]
    return [*cells, _range(line.day, size)] if size.is_wide else cells


def _range(projection: Projection | None, size: Size) -> Text:
    if projection is None or projection.low is None or projection.high is None or projection.expected is None:
        return Text("too early", DIM)
    interval = f"{short(projection.low)}\u2013{short(projection.high)}"
    return Text(f"{short(projection.expected)} ({interval})" if size.is_wide else interval)


def _interval_note(sold: Sold) -> str:
    projection = sold.total.hour
    if projection is None:
        return ""
    if projection.too_little:
        return f"projections need more history: {projection.too_little}"
    return f"this hour: revenue until {projection.ends_at:%H:%M}, in {LEVEL:.0%} of all cases"


def _chart(per_minute: tuple[float, ...], size: Size) -> list[RenderableType]:
    label = 7
    values = per_minute[-min(size.width - label - 2, len(per_minute)) :]
    if not values:
        return []
    highest = max(values)
    lines = columns(values, CHART_LINES)
    parts: list[RenderableType] = [Text(f"Net revenue of each of the last {len(values)} whole minutes", DIM)]
    for number, line in enumerate(lines):
        scale = short(highest) if number == 0 else "0" if number == CHART_LINES - 1 else ""
        parts.append(Text.assemble((f"{scale:>{label}} ", DIM), (line, BAR), no_wrap=True))
    return parts
