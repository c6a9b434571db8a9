"""Athena's SQL in DuckDB: `translate` makes DuckDB's query of a query that was written for Athena.

What stays different: a division by zero and a subscript beyond the end are NULL, where Athena's query fails. A time
with a zone is an instant, so AT TIME ZONE gives a local time without a zone. A type that only the table's columns would
tell is taken as DuckDB's: a DATE column plus an interval is a timestamp, and a decimal column divided is a double.
"""

from .errors import TranslationError
from .result import athena_types
from .translation import translate

__all__ = ["TranslationError", "athena_types", "translate"]
