"""Gives the columns of a result the types that Athena answers with."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# DuckDB adds integers up in 128 bits and counts in unsigned ones, which pandas shows as 8.0; Athena's are BIGINT.
# A time with a zone is an instant, shown in Athena's own zone, UTC; Python reads it without a time zone package.
ATHENA_TYPES = {
    "HUGEINT": "BIGINT",
    "UHUGEINT": "BIGINT",
    "UBIGINT": "BIGINT",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
}


def athena_types(relation: "duckdb.DuckDBPyRelation") -> "duckdb.DuckDBPyRelation":
    """Return the relation with its columns cast to the types of Athena's answer, where DuckDB's differ."""
    columns = list(zip(relation.columns, map(str, relation.types), strict=True))
    if not any(type_ in ATHENA_TYPES for _, type_ in columns):
        return relation
    return relation.project(", ".join(_column(name, type_) for name, type_ in columns))


def _column(name: str, type_: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    cast_to = ATHENA_TYPES.get(type_)
    return quoted if cast_to is None else f"CAST({quoted} AS {cast_to}) AS {quoted}"
