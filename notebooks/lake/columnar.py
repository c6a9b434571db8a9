"""Reads the footer of Parquet objects."""

from pathlib import Path
from tempfile import NamedTemporaryFile

import duckdb

from .body import Body
from .copies import Copies
from .finding import Finding
from .listing import StoredObject
from .schema import Type
from .sql_text import literal


def parquet_finding(
    connection: duckdb.DuckDBPyConnection, copies: Copies, stored: StoredObject, body: Body
) -> Finding:
    """Return the columns and the number of rows; a small object leaves a copy."""
    if not (body.tail or body.head).endswith(b"PAR1"):
        return Finding(problems=("truncated: the Parquet footer is missing",))
    try:
        with NamedTemporaryFile(suffix=".parquet") as file:
            # Of a large object the beginning and the footer are enough: what lies between is a hole.
            file.write(body.head)
            file.seek(stored.size_bytes - len(body.tail))
            file.write(body.tail)
            file.flush()
            fields, rows = _footer(connection, Path(file.name))
    except duckdb.Error:
        return Finding(problems=("damaged: the Parquet footer cannot be read",))
    is_copied = body.is_whole and copies.write(stored.key, body.head)
    return Finding("parquet", fields=fields, rows=rows, is_copied=is_copied)


def _footer(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[dict[str, Type], int]:
    name = literal(str(path))
    described = connection.execute(
        f"DESCRIBE SELECT * FROM read_parquet({name}, hive_partitioning = false)"
    ).fetchall()
    counted = connection.execute(f"SELECT num_rows FROM parquet_file_metadata({name})").fetchone()
    return {column: type_ for column, type_, *_ in described}, counted[0] if counted else 0
