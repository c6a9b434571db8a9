"""What a crawl found: tables, their columns and partitions, and what is wrong with single objects."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from .errors import LakeError

if TYPE_CHECKING:
    import pandas as pd

Format = Literal["json", "csv", "parquet", "orc"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column under its DuckDB type; `first_seen_in` is the oldest object that has it, None if none does yet."""

    name: str
    type: str
    first_seen_in: str | None = None


@dataclass(frozen=True, slots=True)
class Partition:
    """The objects of one folder; None stands for Hive's default partition."""

    values: tuple[str | None, ...]
    location: str
    object_count: int
    size_bytes: int
    newest: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an object, or a part of it, is not in its table."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Objects that one call of a DuckDB reader can read together, below `base`: `s3://bucket` or the copies' folder.

    `fields` are the columns of the files as they are there; a JSON source has none, its rows may have any.
    """

    format: Format
    base: str
    files: tuple[str, ...]
    table_folder_count: int
    partition_names: tuple[str, ...]
    is_hive: tuple[bool, ...]
    compression: str = "uncompressed"
    framing: str = "newline_delimited"
    fields: tuple[tuple[str, str], ...] = ()
    dialect: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Objects below one location that have one format; `rows` is None where not every object was read to its end."""

    name: str
    location: str
    format: Format
    columns: tuple[Column, ...]
    partition_columns: tuple[Column, ...]
    partitions: tuple[Partition, ...]
    object_count: int
    size_bytes: int
    rows: int | None
    newest: datetime | None
    is_error_table: bool = False
    sources: tuple[Source, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Changes:
    """The keys that differ from the crawl before; after the first crawl every one is new."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.vanished)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The state of one bucket at `crawled_at`; the views made from it show this state until the next crawl."""

    bucket_name: str
    tables: tuple[Table, ...]
    problems: tuple[Problem, ...]
    changes_since_last: Changes
    crawled_at: datetime

    def table(self, name: str) -> Table:
        """Return a table by its name.

        Raises:
            LakeError: the bucket has no such table; the message names those that it has.
        """
        for table in self.tables:
            if table.name == name:
                return table
        names = ", ".join(table.name for table in self.tables) or "none"
        raise LakeError(f"s3://{self.bucket_name} has no table {name}; its tables: {names}")

    def report(self) -> "pd.DataFrame":
        """Return one line per table."""
        frame = _frame(
            (
                "table",
                "location",
                "format",
                "columns",
                "partitions",
                "objects",
                "size_bytes",
                "rows",
                "newest",
            ),
            [
                (
                    table.name,
                    table.location,
                    table.format,
                    len(table.columns) + len(table.partition_columns),
                    len(table.partitions),
                    table.object_count,
                    table.size_bytes,
                    table.rows,
                    table.newest,
                )
                for table in self.tables
            ],
        )
        # An integer that may be unknown.
        return frame.astype({"rows": "Int64"})

    def columns(self, table_name: str) -> "pd.DataFrame":
        """Return one line per column of a table, those of the folders last."""
        table = self.table(table_name)
        data = [(column.name, column.type, False, column.first_seen_in) for column in table.columns]
        folders = [
            (column.name, column.type, True, column.first_seen_in) for column in table.partition_columns
        ]
        return _frame(("column", "type", "is_partition", "first_seen_in"), data + folders)

    def partitions(self, table_name: str) -> "pd.DataFrame":
        """Return one line per partition of a table."""
        table = self.table(table_name)
        names = tuple(column.name for column in table.partition_columns)
        return _frame(
            (*names, "objects", "size_bytes", "newest"),
            [(*item.values, item.object_count, item.size_bytes, item.newest) for item in table.partitions],
        )

    def problem_report(self) -> "pd.DataFrame":
        """Return one line per problem."""
        return _frame(("key", "reason"), [(problem.key, problem.reason) for problem in self.problems])


def _frame(columns: tuple[str, ...], lines: Sequence[tuple[object, ...]]) -> "pd.DataFrame":
    # Loaded by those who look at the report only: it takes longer than a crawl.
    import pandas as pd

    return pd.DataFrame(lines, columns=list(columns))
