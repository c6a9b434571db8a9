"""Finds moto's tables by what requests call them."""

from typing import Any

from emulator.errors import ServiceError


def find_table(backend: Any, name: str | None) -> Any:
    """Return a table by name or ARN; None when there is none."""
    return backend.tables.get((name or "").rpartition("/")[2])


def named_table(backend: Any, name: str) -> Any:
    """Return a table by name or ARN, for operations on tables."""
    table = find_table(backend, name)
    if table is None:
        raise ServiceError(
            "ResourceNotFoundException", f"Requested resource not found: Table: {name} not found"
        )
    return table


def table_of_items(backend: Any, name: str) -> Any:
    """Return a table by name or ARN, for operations on items; DynamoDB does not name it when it is missing."""
    table = find_table(backend, name)
    if table is None or name not in (table.name, table.table_arn):
        raise ServiceError("ResourceNotFoundException", "Requested resource not found")
    return table
