"""Aggregate and window functions: https://trino.io/docs/current/functions/aggregate.html and window.html."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.notebooks.athena.conftest import Rows, Run

TABLE = "(VALUES (1, 'a', 10), (2, 'b', 20), (3, 'a', NULL)) AS t(x, y, z)"

CASES: list[tuple[str, Any]] = [
    ("approx_distinct(y)", 2),
    ("approx_distinct(y, 0.01)", 2),
    ("approx_percentile(x, 0.5)", 2),
    ("approx_percentile(x, ARRAY[0.1, 0.9])", [1, 3]),
    ("arbitrary(z) IN (10, 20)", True),
    ("any_value(z) IN (10, 20)", True),
    ("array_agg(z ORDER BY x)", [10, 20, None]),
    ("array_agg(z ORDER BY x) FILTER (WHERE z IS NOT NULL)", [10, 20]),
    ("array_agg(DISTINCT y ORDER BY y DESC)", ["b", "a"]),
    ("avg(x)", 2),
    ("bool_and(x > 1)", False),
    ("bool_or(x > 2)", True),
    ("every(x > 0)", True),
    ("count(*)", 3),
    ("count(z)", 2),
    ("count(DISTINCT y)", 2),
    ("count(*) FILTER (WHERE x > 1)", 2),
    ("count_if(x > 1)", 2),
    ("corr(x, x * 2)", 1),
    ("covar_pop(x, x)", 2 / 3),
    ("covar_samp(x, x)", 1),
    ("regr_slope(x * 2, x)", 2),
    ("regr_intercept(x * 2 + 1, x)", 1),
    ("stddev(x)", 1),
    ("stddev_pop(x) * stddev_pop(x)", 2 / 3),
    ("variance(x)", 1),
    ("var_pop(x)", 2 / 3),
    ("geometric_mean(CAST(x AS double) * 2)", 48 ** (1 / 3)),
    ("geometric_mean(x) FILTER (WHERE x = 3)", 3),
    ("histogram(y)", {"a": 2, "b": 1}),
    ("listagg(y, ',') WITHIN GROUP (ORDER BY x DESC)", "a,b,a"),
    ("listagg(y, ',') WITHIN GROUP (ORDER BY y) FILTER (WHERE x < 3)", "a,b"),
    ("map_agg(x, y)", {1: "a", 2: "b", 3: "a"}),
    ("map_agg(x, y) FILTER (WHERE x > 1)", {2: "b", 3: "a"}),
    ("max(x, 2)", [3, 2]),
    ("min(x, 2)", [1, 2]),
    ("max_by(y, x)", "a"),
    ("max_by(z, x)", None),
    ("max_by(y, x, 2)", ["a", "b"]),
    ("min_by(x, z)", 1),
    ("min_by(y, x, 2)", ["a", "b"]),
    ("bitwise_and_agg(x)", 0),
    ("bitwise_or_agg(x)", 3),
    ("cardinality(set_agg(y))", 2),
    ("sum(z)", 30),
    ("sum(CAST(x AS decimal(5, 2)))", Decimal("6.00")),
]


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=[expression for expression, _ in CASES])
def test_an_aggregate_is_what_trino_documents(run: Run, expression: str, expected: Any) -> None:
    ((found,),) = run(f"SELECT {expression} FROM {TABLE}")

    assert found == pytest.approx(expected) if isinstance(found, float) else found == expected


WINDOWS: list[tuple[str, list[Any]]] = [
    ("row_number() OVER (ORDER BY x DESC)", [3, 2, 1]),
    ("rank() OVER (ORDER BY y)", [1, 3, 1]),
    ("dense_rank() OVER (ORDER BY y)", [1, 2, 1]),
    ("ntile(3) OVER (ORDER BY x)", [1, 2, 3]),
    ("percent_rank() OVER (ORDER BY x)", [0, 0.5, 1]),
    ("cume_dist() OVER (ORDER BY y)", [2 / 3, 1, 2 / 3]),
    ("lag(x) OVER (ORDER BY x)", [None, 1, 2]),
    ("lead(x, 1, 0) OVER (ORDER BY x)", [2, 3, 0]),
    ("first_value(y) OVER (ORDER BY x)", ["a", "a", "a"]),
    ("last_value(z) IGNORE NULLS OVER (ORDER BY x)", [10, 20, 20]),
    ("nth_value(x, 2) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)", [2, 2, 2]),
    ("sum(x) OVER (PARTITION BY y ORDER BY x)", [1, 2, 4]),
    ("sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", [1, 3, 5]),
    ("sum(x) FILTER (WHERE x > 1) OVER (ORDER BY x)", [None, 2, 5]),
    ("map_agg(x, y) OVER (PARTITION BY x)", [{1: "a"}, {2: "b"}, {3: "a"}]),
    ("geometric_mean(x * x) FILTER (WHERE x > 0) OVER (PARTITION BY x)", [1, 4, 9]),
    ("max_by(y, x) OVER (ORDER BY x)", ["a", "b", "a"]),
]


@pytest.mark.parametrize(("expression", "expected"), WINDOWS, ids=[expression for expression, _ in WINDOWS])
def test_a_window_function_is_what_trino_documents(run: Run, expression: str, expected: list[Any]) -> None:
    rows: Rows = run(f"SELECT x, {expression} FROM {TABLE} ORDER BY x")

    found = [value for _, value in rows]
    assert found == (pytest.approx(expected) if isinstance(found[-1], float) else expected)
