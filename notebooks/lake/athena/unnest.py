"""UNNEST of arrays, maps and arrays of rows, with and without WITH ORDINALITY."""

from sqlglot import exp

from .cast import PartWriter
from .errors import UntranslatableError
from .kind import is_kind


def unnest(writer: PartWriter, expression: exp.Unnest) -> str:
    """Return DuckDB's UNNEST where it has one: for a single array; else a subquery of its function `unnest`."""
    alias, offset = expression.args.get("alias"), expression.args.get("offset")
    name = writer.part(alias.this) if alias and alias.this else "unnested"
    columns = [writer.part(column) for column in alias.columns] if alias else []
    values = [(node, writer.part(node)) for node in expression.expressions]
    if len(values) == 1 and len(columns) <= 1 and not offset:
        return f"UNNEST({values[0][1]}){f' AS {writer.part(alias)}' if alias else ''}"
    parts = _parts(values, len(columns))
    if offset:
        if not isinstance(offset, exp.Identifier):
            raise UntranslatableError(expression, "WITH ORDINALITY without a name for its column")
        columns.append(writer.part(offset))
        lengths = ", ".join(f"len({_elements(node, sql)})" for node, sql in values)
        parts.append(f"unnest(generate_series(1, greatest({lengths})))")
    return f"(SELECT {', '.join(parts)}) AS {name}({', '.join(columns)})"


def _parts(values: list[tuple[exp.Expr, str]], column_count: int) -> list[str]:
    """Return the columns: one for an array, two for a map, every field for an array of rows.

    What is neither known to be an array nor a map is a map, when there are two columns for it.
    """
    if len(values) == 1 and column_count > 1 and (column_count > 2 or is_kind(values[0][0], "ARRAY")):
        return [f"unnest({values[0][1]}, max_depth := 2)"]
    parts: list[str] = []
    maps = column_count - len(values)
    for node, sql in values:
        if maps > 0 and not is_kind(node, "ARRAY"):
            parts += [f"unnest(map_keys({sql}))", f"unnest(map_values({sql}))"]
            maps -= 1
        else:
            parts.append(f"unnest({sql})")
    return parts


def _elements(node: exp.Expr, sql: str) -> str:
    return f"map_keys({sql})" if is_kind(node, "MAP") else sql
