"""Writes DuckDB's SQL from the syntax tree of a query for Athena."""

import re
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.generators.duckdb import DuckDBGenerator

from . import operator
from .cast import cast
from .errors import UntranslatableError
from .function import WINDOW_PLACE, Argument, Call, apply
from .functions import FUNCTIONS, HINTS
from .unnest import unnest

_TABLE_NAME = re.compile(r"[\w$-]+")


class AthenaToDuckDBGenerator(DuckDBGenerator):
    """DuckDB's generator of sqlglot, with a rule for every function and Athena's meaning of operators and casts."""

    # sqlglot's own way to write these would win over the methods below.
    TRANSFORMS: ClassVar[dict[Any, Any]] = {
        node: transform
        for node, transform in DuckDBGenerator.TRANSFORMS.items()
        if node is not exp.GroupConcat
    }

    def part(self, node: exp.Expr) -> str:
        """Return the SQL of a node inside another one."""
        return self.sql(node).replace(WINDOW_PLACE, "")

    def anonymous_sql(self, expression: exp.Anonymous) -> str:
        name = expression.name.lower()
        rule = FUNCTIONS.get(name)
        if rule is None:
            raise UntranslatableError(expression, f"{name}() cannot be translated", HINTS.get(name, ""))
        arguments = [Argument(node, self.part(node)) for node in expression.expressions]
        return apply(rule, Call(expression, name, arguments, self.part))

    def window_sql(self, expression: exp.Window) -> str:
        return self._with_suffix_in_place(expression, super().window_sql(expression))

    def filter_sql(self, expression: exp.Filter) -> str:
        return self._with_suffix_in_place(expression, super().filter_sql(expression))

    def _with_suffix_in_place(self, expression: exp.Window | exp.Filter, text: str) -> str:
        """Move OVER (...) or FILTER (...) to the aggregate inside the expression that it was translated to."""
        function = self.sql(expression, "this")
        before, place, after = function.partition(WINDOW_PLACE)
        return before + text[len(function) :] + place + after if place else text

    def ignorenulls_sql(self, expression: exp.IgnoreNulls | exp.RespectNulls) -> str:
        """IGNORE NULLS stands behind the function in Trino and inside it in DuckDB."""
        return self.sql(expression, "this").removesuffix(")") + " IGNORE NULLS)"

    def respectnulls_sql(self, expression: exp.RespectNulls) -> str:
        return self.sql(expression, "this")

    def groupconcat_sql(self, expression: exp.GroupConcat) -> str:
        """LISTAGG(x, separator) WITHIN GROUP (ORDER BY y)."""
        this = expression.this
        separator = self.sql(expression, "separator") or "''"
        if isinstance(this, exp.Order):
            value = f"{self.sql(this.this)}, {separator}"
            return f"string_agg({value} ORDER BY {self.expressions(this, flat=True)})"
        return f"string_agg({self.sql(this)}, {separator})"

    def div_sql(self, expression: exp.Div) -> str:
        return operator.quotient(self, expression)

    def add_sql(self, expression: exp.Add) -> str:
        return operator.total(self, expression, "+")

    def sub_sql(self, expression: exp.Sub) -> str:
        return operator.total(self, expression, "-")

    def dpipe_sql(self, expression: exp.DPipe) -> str:
        return operator.concatenation(self, expression)

    def attimezone_sql(self, expression: exp.AtTimeZone) -> str:
        return operator.at_time_zone(self, expression)

    def extract_sql(self, expression: exp.Extract) -> str:
        return operator.extract(self, expression)

    def interval_sql(self, expression: exp.Interval) -> str:
        return operator.interval(self, expression)

    def normalize_sql(self, expression: exp.Normalize) -> str:
        form = expression.args.get("form")
        if form and form.name.upper() != "NFC":
            reason = f"normalize() to {form.name} cannot be translated"
            raise UntranslatableError(expression, reason, "NFC can")
        return f"nfc_normalize({self.sql(expression, 'this')})"

    def strposition_sql(self, expression: exp.StrPosition) -> str:
        return f"strpos({self.sql(expression, 'this')}, {self.sql(expression, 'substr')})"

    def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
        return cast(self, expression, safe_prefix or "")

    def unnest_sql(self, expression: exp.Unnest) -> str:
        return unnest(self, expression)

    def table_sql(self, expression: exp.Table, *args: Any, **options: Any) -> str:
        name = expression.name
        if name.endswith("$partitions"):
            hint = f"SELECT DISTINCT the partition columns of {name.removesuffix('$partitions')}"
            raise UntranslatableError(expression, f'"{name}" cannot be translated', hint)
        if expression.args.get("version"):
            raise UntranslatableError(
                expression, "FOR ... AS OF cannot be translated", "no table has versions"
            )
        if isinstance(expression.this, exp.Identifier | exp.Literal) and not _TABLE_NAME.fullmatch(name):
            # DuckDB would open a file of that name.
            raise UntranslatableError(expression, f"{name!r} is no table's name")
        return super().table_sql(expression, *args, **options)

    def matchrecognize_sql(self, expression: exp.MatchRecognize) -> str:
        raise UntranslatableError(expression, "MATCH_RECOGNIZE cannot be translated")


class AthenaToDuckDB(DuckDB):
    """The dialect in which queries are written."""

    Generator = AthenaToDuckDBGenerator
