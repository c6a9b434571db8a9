"""The table `delivery_errors`: the failed records, readable."""

from .catalog import Catalog, Table
from .sql_text import identifier

DELIVERY_ERRORS = "delivery_errors"

# TRY does not hold what DuckDB computes once for several columns: what is no base64 is left out before.
_RAW_BYTES = r"""CASE WHEN regexp_full_match("rawData", '([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?')
THEN from_base64("rawData") END"""
# The data of a record is bytes: text where they are UTF-8.
_COLUMNS = {
    "error_code": 'coalesce("errorCode", "lastErrorCode")',
    "error_message": 'coalesce("errorMessage", "lastErrorMessage")',
    "arrival_time": 'make_timestamp("arrivalTimestamp" * 1000)',
    "attempts_made": '"attemptsMade"',
    "attempt_ending_time": 'make_timestamp("attemptEndingTimestamp" * 1000)',
    "lambda_arn": '"lambdaARN"',
    "raw_data": "TRY(decode(raw_bytes))",
    "raw_bytes": "raw_bytes",
    "object_key": """regexp_replace("$path", '^s3://[^/]*/', '')""",
    '"$path"': '"$path"',
}


def error_view(catalog: Catalog) -> str:
    """Return the query that decodes the lines of the error tables; each of those has every column of such a line."""
    return "\nUNION ALL\n".join(_query(table) for table in catalog.tables if table.is_error_table)


def _query(table: Table) -> str:
    values = ", ".join(f"{expression} AS {name}" for name, expression in _COLUMNS.items())
    # Firehose puts the error output type into the path where the prefix has `!{firehose:error-output-type}`.
    folders = [column.name for column in table.partition_columns]
    error_type = identifier(folders[0]) if folders else "NULL::VARCHAR"
    rows = f"(SELECT *, {_RAW_BYTES} AS raw_bytes FROM {identifier(table.name)})"
    return f"SELECT {error_type} AS error_type, {values}\nFROM {rows}"
