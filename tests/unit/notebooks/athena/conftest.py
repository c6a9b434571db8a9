"""Runs a query of Athena's in DuckDB, as the lake does."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
import sqlglot

from notebooks.lake.athena import athena_types, translate

Rows = list[tuple[Any, ...]]
Run = Callable[[str], Rows]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    """Return a connection set up as the lake's: nothing is downloaded, times are UTC."""
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@pytest.fixture
def run(connection: duckdb.DuckDBPyConnection) -> Run:
    def rows(query: str) -> Rows:
        return athena_types(connection.sql(translate(query))).fetchall()

    return rows


def comparable(query: str, rows: Rows) -> Rows:
    """Return rows as the query orders them, or else sorted: without ORDER BY they may come in any order."""
    is_ordered = sqlglot.parse_one(query, read="athena").args.get("order") is not None
    return rows if is_ordered else sorted(rows, key=repr)
