"""Finds out what type an expression has, as far as the query itself says."""

from sqlglot import exp

_KINDS: dict[str, str] = {
    "DATE": "date from_iso8601_date last_day_of_month current_date",
    "TIMESTAMPTZ": "now current_timestamp from_iso8601_timestamp from_unixtime parse_datetime with_timezone",
    "TIMESTAMP": "date_parse",
    "JSON": "json_extract json_parse",
    "MAP": "map map_agg histogram map_filter map_concat map_from_entries map_union multimap_agg multimap_from_entries "
    "split_to_map transform_keys transform_values",
    "ARRAY": "array_agg array_distinct array_except array_intersect array_remove array_sort array_union "
    "filter flatten map_keys map_values map_entries regexp_extract_all regexp_split repeat sequence set_agg slice "
    "split transform zip zip_with",
    "DOUBLE": "avg sqrt cbrt exp ln log log2 log10 power pow rand random to_unixtime stddev variance geometric_mean",
    "BIGINT": "count count_if approx_distinct cardinality date_diff length",
}
KIND_OF_FUNCTION = {
    name: exp.DataType.build(kind) for kind, names in _KINDS.items() for name in names.split()
}
# The type of these is their argument's.
SAME_AS_ARGUMENT = {
    "date_trunc": 1,
    "date_add": 2,
    "max": 0,
    "min": 0,
    "arbitrary": 0,
    "any_value": 0,
    "coalesce": 0,
}


def kind(node: exp.Expr) -> exp.DataType | None:
    """Return the type of an expression, or None where only the table's columns would tell."""
    if isinstance(node, exp.Paren | exp.Alias | exp.Order | exp.Distinct):
        inner = node.this if not isinstance(node, exp.Distinct) else node.expressions[0]
        return kind(inner)
    if isinstance(node, exp.Cast):
        return node.to
    if isinstance(node, exp.Literal):
        return _kind_of_literal(node)
    if isinstance(node, exp.Neg):
        return kind(node.this)
    if isinstance(node, exp.CurrentDate):
        return exp.DataType.build("DATE")
    if isinstance(node, exp.CurrentTimestamp):
        return exp.DataType.build("TIMESTAMPTZ")
    if isinstance(node, exp.Array):
        return exp.DataType.build("ARRAY")
    if isinstance(node, exp.Anonymous):
        return _kind_of_call(node)
    if isinstance(node, exp.Add | exp.Sub):
        return _kind_of_sum(node)
    if isinstance(node, exp.DPipe):
        return kind(node.left) or kind(node.right)
    if isinstance(node, exp.Column) and not node.table:
        return _kind_of_column(node)
    return None


def is_kind(node: exp.Expr, *names: str) -> bool:
    """Tell whether the query itself says that an expression has one of these types."""
    found = kind(node)
    return found is not None and found.this.value in names


def _kind_of_literal(node: exp.Literal) -> exp.DataType | None:
    if node.is_string:
        return exp.DataType.build("VARCHAR")
    whole, point, fraction = node.name.partition(".")
    if "e" in node.name.lower():
        return exp.DataType.build("DOUBLE")
    if not point:
        return exp.DataType.build("INT")
    return exp.DataType.build(f"DECIMAL({max(1, len(whole.lstrip('0')) + len(fraction))}, {len(fraction)})")


def _kind_of_call(node: exp.Anonymous) -> exp.DataType | None:
    name = node.name.lower()
    if name in SAME_AS_ARGUMENT and len(node.expressions) > SAME_AS_ARGUMENT[name]:
        return kind(node.expressions[SAME_AS_ARGUMENT[name]])
    return KIND_OF_FUNCTION.get(name)


def _kind_of_sum(node: exp.Add | exp.Sub) -> exp.DataType | None:
    left, right = node.left, node.right
    if isinstance(right, exp.Interval):
        return kind(left)
    if isinstance(left, exp.Interval):
        return kind(right)
    return None


def _kind_of_column(node: exp.Column) -> exp.DataType | None:
    """Look for what a name was given to: all of the query's aliases of that name have to agree."""
    root = node.root()
    found = {
        kind(alias.this)
        for alias in root.find_all(exp.Alias)
        if alias.alias == node.name and node not in alias.walk()
    }
    return found.pop() if len(found) == 1 else None
