"""The id of a table, which moto does not have."""

import uuid
from typing import Any


def table_id(table: Any) -> str:
    """Return a table's id: another one after the table was deleted and created again."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{table.table_arn} {table.created_at.isoformat()}"))
