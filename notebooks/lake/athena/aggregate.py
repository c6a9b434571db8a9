"""Aggregate and window functions: https://trino.io/docs/current/functions/aggregate.html and window.html."""

from sqlglot import exp

from .function import WINDOW_PLACE, Call, Rule, same


def _map_agg(call: Call) -> str:
    key, value = call.arguments
    entries = f"list({{'key': {key}, 'value': {value}}})"
    if isinstance(call.node.parent, exp.Filter | exp.Window):
        return f"map_from_entries({entries}{WINDOW_PLACE})"
    # Trino leaves a NULL key out.
    return f"map_from_entries({entries} FILTER (WHERE {key:p} IS NOT NULL))"


AGGREGATES: dict[str, Rule] = {
    **same(
        "count sum avg min max bool_and bool_or corr covar_pop covar_samp regr_slope regr_intercept stddev stddev_pop "
        "stddev_samp variance var_pop var_samp any_value grouping kurtosis histogram count_if "
        "row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value"
    ),
    # The second argument is the error that is allowed.
    "approx_distinct": ("approx_count_distinct({0})", "approx_count_distinct({0}){1:none}"),
    # The exact percentile is within every error that is allowed, and one of the values, as Trino's is.
    "approx_percentile": "quantile_disc({0}, {1})",
    "arbitrary": "any_value({0})",
    "array_agg": "list({0})",
    "bitwise_and_agg": "bit_and({0})",
    "bitwise_or_agg": "bit_or({0})",
    "bitwise_xor_agg": "bit_xor({0})",
    "every": "bool_and({0})",
    "geometric_mean": "exp(avg(ln({0})){over})",
    "map_agg": _map_agg,
    # Unlike arg_max, Trino answers with the NULL that the row of the extreme holds.
    "max_by": ("arg_max_null({0}, {1})", "arg_max({0}, {1}, {2})"),
    "min_by": ("arg_min_null({0}, {1})", "arg_min({0}, {1}, {2})"),
    "set_agg": "list(DISTINCT {0})",
}
