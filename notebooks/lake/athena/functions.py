"""Every function of Athena's that is translated, and its rule."""

from .aggregate import AGGREGATES
from .array import ARRAYS
from .date_time import DATE_TIME
from .function import Rule
from .json import JSON
from .number import NUMBERS
from .text import TEXT

FUNCTIONS: dict[str, Rule] = {**AGGREGATES, **ARRAYS, **DATE_TIME, **JSON, **NUMBERS, **TEXT}

# Refused with a way around.
HINTS = {
    "approx_set": "use approx_distinct(x)",
    "merge": "use approx_distinct(x)",
    "approx_most_frequent": "GROUP BY the value, ORDER BY count(*) DESC LIMIT n",
    "numeric_histogram": "GROUP BY width_bucket(x, low, high, n)",
    "checksum": "DuckDB computes another checksum",
    "multimap_agg": "GROUP BY the key and take array_agg(value)",
    "typeof": "DESCRIBE the table",
}
