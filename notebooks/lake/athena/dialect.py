"""Athena's grammar: Trino's, with every function left as it was written."""

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.parsers.trino import TrinoParser

# Functions with a syntax of their own; every other one is looked up by name when DuckDB's query is written.
SPECIAL_SYNTAX = ("CAST", "TRY_CAST", "EXTRACT", "POSITION", "SUBSTRING", "TRIM", "LISTAGG", "NORMALIZE")


def sized_decimal(text: str) -> exp.DataType:
    """Return the type of a DECIMAL literal: as many digits as it has."""
    whole, _, fraction = text.strip().lstrip("+-").partition(".")
    precision = max(1, len(whole) + len(fraction))
    return exp.DataType.build(f"DECIMAL({precision}, {len(fraction)})")


class AthenaParser(TrinoParser):
    """Reads a function as its name and arguments: sqlglot's near relative of it would hide what was written."""

    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: parser for name, parser in TrinoParser.FUNCTION_PARSERS.items() if name in SPECIAL_SYNTAX
    }
    TYPE_LITERAL_PARSERS: ClassVar[dict[Any, Any]] = {
        **TrinoParser.TYPE_LITERAL_PARSERS,
        exp.DType.DECIMAL: lambda self, this, to: exp.Cast(this=this, to=sized_decimal(this.name)),
        exp.DType.JSON: lambda self, this, to: exp.Anonymous(this="json_parse", expressions=[this]),
    }


class AthenaQuery(Trino):
    """The dialect in which queries are read."""

    NUMBERS_CAN_BE_UNDERSCORE_SEPARATED = True

    Parser = AthenaParser
