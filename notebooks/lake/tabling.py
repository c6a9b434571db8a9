"""Puts the objects of a crawl together to tables."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from .catalog import Column, Format, Partition, Problem, Table
from .columns import columns_of
from .copies import Copies
from .finding import Crawled
from .known import ERROR_COLUMNS, ORDER_COLUMNS, ORDER_PARTITIONS, ORDERS_PREFIX
from .layout import Place, place
from .sources import sources_of

Member = tuple[Crawled, Place]


def tables_of(
    bucket_name: str, crawled: Iterable[Crawled], copies: Copies, error_prefix: str
) -> tuple[list[Table], list[Problem]]:
    """Return the tables in the order of their locations, `orders` and the errors even without an object."""
    members: dict[str, list[Member]] = {ORDERS_PREFIX: [], error_prefix: []}
    problems: list[Problem] = []
    for item in crawled:
        where = place(item.stored.key, error_prefix)
        problems += [Problem(item.stored.key, reason) for reason in item.finding.problems]
        if item.finding.format is not None:
            members.setdefault(where.prefix, []).append((item, where))
    # The known tables have their names first.
    names = _names(bucket_name, list(dict.fromkeys((ORDERS_PREFIX, error_prefix, *sorted(members)))))
    tables = []
    for prefix in sorted(members):
        builder = _TableBuilder(bucket_name, prefix, members[prefix], error_prefix)
        tables.append(builder.build(names[prefix], copies))
        problems += builder.problems
    return tables, problems


class _TableBuilder:
    def __init__(self, bucket_name: str, prefix: str, members: list[Member], error_prefix: str) -> None:
        self._bucket_name = bucket_name
        self._prefix = prefix
        self._is_error_table = prefix == error_prefix
        self.problems: list[Problem] = []
        self._format = _usual_format(members)
        self._members = [member for member in members if self._belongs(member)]

    def _belongs(self, member: Member) -> bool:
        item, _ = member
        if item.finding.format != self._format:
            self.problems.append(
                Problem(item.stored.key, f"{item.finding.format}, in a table of {self._format}")
            )
            return False
        if not item.finding.is_copied and re.search(r"[*?\[]", item.stored.key):
            self.problems.append(
                Problem(item.stored.key, "too large to be copied, under a name that is a pattern")
            )
            return False
        return True

    def build(self, name: str, copies: Copies) -> Table:
        stored = [item.stored for item, _ in self._members]
        counts = [item.finding.rows for item, _ in self._members]
        partition_columns = self._partition_columns()
        columns, reasons = columns_of(
            [item for item, _ in self._members], self._known_columns(), [c.name for c in partition_columns]
        )
        location = f"s3://{self._bucket_name}/{self._prefix}"
        self.problems += [Problem(self._prefix, reason) for reason in reasons]
        return Table(
            name=name,
            location=location,
            format=self._format,
            columns=columns,
            partition_columns=partition_columns,
            partitions=self._partitions(partition_columns),
            object_count=len(stored),
            size_bytes=sum(item.size_bytes for item in stored),
            rows=sum(count for count in counts if count is not None) if None not in counts else None,
            newest=max((item.modified for item in stored), default=None),
            is_error_table=self._is_error_table,
            sources=sources_of(self._bucket_name, self._members, copies),
        )

    def _known_columns(self) -> dict[str, str]:
        if self._is_error_table:
            return ERROR_COLUMNS
        return ORDER_COLUMNS if self._prefix == ORDERS_PREFIX else {}

    def _partition_columns(self) -> tuple[Column, ...]:
        known = ORDER_PARTITIONS if self._prefix == ORDERS_PREFIX else {}
        first_seen: dict[str, str | None] = {}
        for item, where in self._members:
            for name in where.partition_names:
                first_seen.setdefault(name, item.stored.key)
        if not first_seen:
            first_seen = dict.fromkeys(known)
        # As a crawler of AWS Glue: a partition's value is text.
        return tuple(Column(name, known.get(name, "VARCHAR"), key) for name, key in first_seen.items())

    def _partitions(self, columns: tuple[Column, ...]) -> tuple[Partition, ...]:
        grouped: dict[str, list[Member]] = defaultdict(list)
        if not columns:
            return ()
        for member in self._members:
            grouped[member[0].stored.key.rpartition("/")[0] + "/"].append(member)
        return tuple(
            _partition(f"s3://{self._bucket_name}/{folder}", grouped[folder], columns)
            for folder in sorted(grouped)
        )


def _partition(location: str, members: list[Member], columns: tuple[Column, ...]) -> Partition:
    _, where = members[0]
    values = dict(zip(where.partition_names, where.partition_values, strict=True))
    newest: datetime = max(item.stored.modified for item, _ in members)
    return Partition(
        values=tuple(values.get(column.name) for column in columns),
        location=location,
        object_count=len(members),
        size_bytes=sum(item.stored.size_bytes for item, _ in members),
        newest=newest,
    )


def _usual_format(members: list[Member]) -> Format:
    """Return the format of most objects; of the first one's where two are as usual."""
    counted = Counter(item.finding.format for item, _ in members if item.finding.format is not None)
    return counted.most_common(1)[0][0] if counted else "json"


def _names(bucket_name: str, prefixes: list[str]) -> dict[str, str]:
    """Name each table after its last folder, or after all of them where two would have one name."""
    last = {prefix: _name(prefix.split("/")[-2] if prefix else bucket_name) for prefix in prefixes}
    counted = Counter(last.values())
    names: dict[str, str] = {}
    for prefix in prefixes:
        name = last[prefix] if counted[last[prefix]] == 1 else _name(prefix.rstrip("/") or bucket_name)
        while name in names.values():
            name += "_"
        names[prefix] = name
    return names


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", text.lower())
