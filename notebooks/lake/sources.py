"""Sorts a table's objects by how DuckDB has to read them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from .catalog import Source
from .copies import Copies
from .finding import Crawled
from .layout import Place
from .schema import duckdb_type


def sources_of(
    bucket_name: str, members: Iterable[tuple[Crawled, Place]], copies: Copies
) -> tuple[Source, ...]:
    """Return as few sources as the formats, framings, compressions and folders of the objects allow."""
    bucket = f"s3://{bucket_name}"
    sources: dict[Source, list[str]] = defaultdict(list)
    for item, where in members:
        path = copies.path(item.stored.key) if item.finding.is_copied else None
        source = _source(item, where, bucket if path is None else str(copies.root))
        if source is not None:
            sources[source].append(f"{bucket}/{item.stored.key}" if path is None else str(path))
    return tuple(replace(source, files=tuple(files)) for source, files in sources.items())


def _source(item: Crawled, where: Place, base: str) -> Source | None:
    finding = item.finding
    if finding.format is None or finding.format == "orc":
        return None
    fields = () if finding.format == "json" else tuple(finding.fields.items())
    return Source(
        format=finding.format,
        base=base,
        files=(),
        table_folder_count=len(where.table_folders),
        partition_names=where.partition_names,
        is_hive=where.is_hive,
        compression=finding.compression,
        framing=finding.framing,
        fields=tuple((name, duckdb_type(type_)) for name, type_ in fields),
        dialect=tuple(finding.dialect.items()),
    )
