"""Numbers, decimals, conditions and conversions: https://trino.io/docs/current/functions/math.html, decimal.html."""

import math
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.notebooks.athena.conftest import Run

CASES: list[tuple[str, Any]] = [
    # "integer division performs truncation"
    ("5 / 2", 2),
    ("-5 / 2", -2),
    ("x / y FROM (VALUES (5, 2)) AS t(x, y)", 2),
    ("sum(x) / count(*) FROM (VALUES 5, 2) AS t(x)", 3),
    ("x / y FROM (VALUES (DOUBLE '5', 2)) AS t(x, y)", 2.5),
    ("5E0 / 2", 2.5),
    ("CAST(5 AS double) / 2", 2.5),
    ("5 % 3", 2),
    ("mod(-5, 3)", -2),
    # A decimal quotient has the larger scale of the two.
    ("5 / 2.0", Decimal("2.5")),
    ("10 / 3.0", Decimal("3.3")),
    ("2.00 / 3", Decimal("0.67")),
    ("DECIMAL '1.0' / DECIMAL '3.000'", Decimal("0.333")),
    ("DECIMAL '12.5' * DECIMAL '0.25'", Decimal("3.125")),
    ("DECIMAL '12.5' + DECIMAL '0.25'", Decimal("12.75")),
    ("CAST(2.5 AS decimal)", Decimal(3)),
    ("CAST('19.905' AS decimal(10, 2))", Decimal("19.91")),
    ("10_000 + 1", 10_001),
    ("abs(-1)", 1),
    ("ceil(1.2E0)", 2),
    ("ceiling(1.2E0)", 2),
    ("floor(-1.2E0)", -2),
    ("round(2.5E0)", 3),
    ("round(2.567E0, 2)", 2.57),
    ("truncate(-2.5E0)", -2),
    ("truncate(2.567E0, 1)", 2.5),
    ("sign(-3)", -1),
    ("sqrt(16)", 4),
    ("round(cbrt(27), 9)", 3),
    ("power(2, 10)", 1024),
    ("pow(2, 10)", 1024),
    ("exp(0)", 1),
    ("ln(e())", 1),
    ("log(2, 8)", 3),
    ("log2(8)", 3),
    ("log10(1000)", 3),
    ("degrees(pi())", 180),
    ("is_nan(nan()) AND is_infinite(infinity()) AND is_finite(1E0)", True),
    ("to_base(255, 16)", "ff"),
    ("width_bucket(3.5E0, 0, 10, 5)", 2),
    ("width_bucket(10E0, 0, 10, 5)", 6),
    ("width_bucket(-1E0, 0, 10, 5)", 0),
    ("bitwise_and(19, 25)", 17),
    ("bitwise_or(19, 25)", 27),
    ("bitwise_xor(19, 25)", 10),
    ("bitwise_not(-12)", 11),
    ("greatest(1, 3, 2)", 3),
    ("least(1, x) FROM (VALUES CAST(NULL AS integer)) AS t(x)", None),
    ("random() BETWEEN 0 AND 1", True),
    ("random(5) BETWEEN 0 AND 4", True),
    ("random(5, 6)", 5),
    # Conditions
    ("IF(1 > 2, 'yes', 'no')", "no"),
    ("IF(1 > 2, 'yes')", None),
    ("CASE 3 WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END", "many"),
    ("coalesce(NULL, 2)", 2),
    ("nullif(1, 1)", None),
    ("TRY(CAST('P332a' AS BIGINT))", None),
    ("COALESCE(TRY(155 / 0), 0)", 0),
    ("TRY_CAST('abc' AS integer)", None),
    ("TRY_CAST('12' AS integer)", 12),
    # Conversions: a half is rounded up
    ("CAST(2.5E0 AS integer)", 3),
    ("CAST(-2.5E0 AS integer)", -2),
    ("CAST(2.5 AS integer)", 3),
    ("CAST(true AS varchar)", "true"),
    ("CAST('2012-08-08' AS date) = DATE '2012-08-08'", True),
    # Rows
    ("CAST(ROW(1, 'a') AS ROW(x INTEGER, y VARCHAR)).y", "a"),
    ("r.x FROM (SELECT CAST(ROW(1, 'a') AS ROW(x INTEGER, y VARCHAR)) AS r)", 1),
    ("ROW(1, 'a')", (1, "a")),
]


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=[expression for expression, _ in CASES])
def test_a_number_is_what_trino_documents(run: Run, expression: str, expected: Any) -> None:
    ((found,),) = run(f"SELECT {expression}")

    assert found == pytest.approx(expected) if isinstance(found, float) else found == expected
    assert not (isinstance(expected, int) and isinstance(found, Decimal))


def test_a_sum_of_integers_is_a_bigint(run: Run) -> None:
    # WHEN
    ((total, counted),) = run("SELECT sum(x), count_if(x > 1) FROM (VALUES 1, 2) AS t(x)")

    # THEN DuckDB's 128 bits would be a float in pandas
    assert (total, counted) == (3, 1)
    assert math.isclose(total, 3)
