"""Arrays and maps: https://trino.io/docs/current/functions/array.html, map.html, lambda.html."""

from sqlglot import exp

from .function import Call, Rule, replace_parameters, same
from .kind import is_kind


def _by_kind(map_rule: str, array_rule: str) -> Rule:
    """Return the rule of a function of maps and of arrays; what is not known to be a map is an array."""

    def rule(call: Call) -> str:
        return (map_rule if is_kind(call.arguments[0].node, "MAP") else array_rule).format(*call.arguments)

    return rule


def _reduce(call: Call) -> str:
    array, initial = call.arguments[:2]
    step = call.function(2, 2)
    reduced = f"list_reduce({array}, {call.sql(step)}, {initial})"
    return call.sql(exp.Paren(this=replace_parameters(call.function(3, 1), {0: reduced})))


def _sequence(call: Call) -> str:
    start, stop = call.arguments[:2]
    is_date = is_kind(start.node, "DATE")
    if len(call.arguments) == 3:
        series = f"generate_series({start}, {stop}, {call.arguments[2]})"
    elif is_date or is_kind(start.node, "TIMESTAMP", "TIMESTAMPTZ"):
        series = f"generate_series({start}, {stop}, INTERVAL '1' DAY)"
    elif isinstance(start.node, exp.Literal) and isinstance(stop.node, exp.Literal):
        ascends = int(start.node.name) <= int(stop.node.name)
        series = f"generate_series({start}, {stop}, {1 if ascends else -1})"
    else:
        series = f"generate_series({start}, {stop}, CASE WHEN {start:p} <= {stop:p} THEN 1 ELSE -1 END)"
    return f"CAST({series} AS DATE[])" if is_date else series


def _zip_with(call: Call) -> str:
    left, right = call.arguments[:2]
    body = replace_parameters(call.function(2, 2), {0: "pair[1]", 1: "pair[2]"})
    return f"list_transform(list_zip({left}, {right}), LAMBDA pair : {call.sql(body)})"


def _map_filter(call: Call) -> str:
    body = replace_parameters(call.function(1, 2), {0: "entry.key", 1: "entry.value"})
    return f"map_from_entries(list_filter(map_entries({call.arguments[0]}), LAMBDA entry : {call.sql(body)}))"


def _transform_entries(key: str, value: str) -> Rule:
    """Return the rule that makes a new map; `{}` is where the lambda function's body goes."""

    def rule(call: Call) -> str:
        body = call.sql(replace_parameters(call.function(1, 2), {0: "entry.key", 1: "entry.value"}))
        entry = f"{{'key': {key.format(body)}, 'value': {value.format(body)}}}"
        return f"map_from_entries(list_transform(map_entries({call.arguments[0]}), LAMBDA entry : {entry}))"

    return rule


def _array_sort(call: Call) -> str:
    if len(call.arguments) > 1:
        raise call.error("a comparator", "UNNEST the array, ORDER BY, and array_agg it again")
    return f"list_sort({call.arguments[0]}, 'ASC', 'NULLS LAST')"


ARRAYS: dict[str, Rule] = {
    **same("map_keys map_values map_concat map_from_entries flatten row"),
    "all_match": "coalesce(list_bool_and(list_transform({0}, {1})), {0:p} IS NOT NULL)",
    "any_match": "coalesce(list_bool_or(list_transform({0}, {1})), {0:p} IS NULL)",
    "array_distinct": "list_filter({0}, LAMBDA element, place : list_position({0}, element) = place)",
    "array_histogram": "list_aggregate({0}, 'histogram')",
    "array_except": "list_filter({0}, LAMBDA element, place : "
    "list_position({0}, element) = place AND list_position({1}, element) IS NULL)",
    "array_intersect": "list_filter({0}, LAMBDA element, place : "
    "list_position({0}, element) = place AND list_position({1}, element) IS NOT NULL)",
    "array_union": "list_filter({0:p} || {1:p}, LAMBDA element, place : "
    "list_position({0:p} || {1:p}, element) = place)",
    "array_join": (
        "array_to_string({0}, {1})",
        "array_to_string(list_transform({0}, LAMBDA element : coalesce(CAST(element AS VARCHAR), {2})), {1})",
    ),
    "array_last": "{0:p}[-1]",
    "array_first": "{0:p}[1]",
    "array_max": "CASE WHEN list_position({0}, NULL) IS NULL THEN list_max({0}) END",
    "array_min": "CASE WHEN list_position({0}, NULL) IS NULL THEN list_min({0}) END",
    "array_position": "CASE WHEN {0:p} IS NOT NULL THEN coalesce(list_position({0}, {1}), 0) END",
    "array_remove": "list_filter({0}, LAMBDA element : element <> {1:p})",
    "array_sort": _array_sort,
    "arrays_overlap": "list_has_any({0}, {1})",
    "cardinality": _by_kind("cardinality({0})", "len({0})"),
    "contains": "list_contains({0}, {1})",
    "element_at": "{0:p}[{1}]",
    "filter": "list_filter({0}, {1})",
    "map": ("MAP {{}}", "map({0}, {1})"),
    "map_entries": "map_entries({0})",
    "map_filter": _map_filter,
    "none_match": "(NOT coalesce(list_bool_or(list_transform({0}, {1})), {0:p} IS NULL))",
    "reduce": _reduce,
    "repeat": "list_transform(generate_series(1, {1}), LAMBDA place : {0})",
    "sequence": _sequence,
    "slice": "list_slice({0}, {1}, CASE WHEN {1:p} < 0 AND {1:p} + {2:p} >= 0 THEN -1 ELSE {1:p} + {2:p} - 1 END)",
    "split_to_map": "map_from_entries(list_transform(str_split({0}, {1}), LAMBDA entry : "
    "{{'key': split_part(entry, {2}, 1), 'value': split_part(entry, {2}, 2)}}))",
    "transform": "list_transform({0}, {1})",
    "transform_keys": _transform_entries("{}", "entry.value"),
    "transform_values": _transform_entries("entry.key", "{}"),
    "trim_array": "{0:p}[:-1 - {1:p}]",
    "zip": "list_zip({arguments})",
    "zip_with": _zip_with,
}
