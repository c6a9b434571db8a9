"""Whole queries as a person writes them for Athena: clauses, names, joins with UNNEST."""

from typing import Any

import duckdb
import pytest

from notebooks.lake.athena import translate
from tests.unit.notebooks.athena.conftest import Rows, Run, comparable

ORDERS = """
    CREATE OR REPLACE TEMP TABLE orders AS
    SELECT * FROM (VALUES
        ('1', 'Phone', 2, 10.5::DOUBLE, '2026-01-02T03:04:05Z', 2026, 's3://product-sales/orders/a.json'),
        ('2', 'Laptop', 1, 100.0::DOUBLE, '2026-01-02T04:04:05Z', 2026, 's3://product-sales/orders/b.json'),
        ('3', 'Phone', 3, 20.0::DOUBLE, '2026-01-02T04:59:59Z', 2026, 's3://product-sales/orders/b.json')
    ) AS t(orderid, product_name, quantity, price, event_time, year, "$path")
"""


@pytest.fixture(autouse=True)
def orders(connection: duckdb.DuckDBPyConnection) -> None:
    """A table like the lake's."""
    connection.execute(ORDERS)


CASES: list[tuple[str, list[Any]]] = [
    ('SELECT orderid FROM "product_sales"."orders" ORDER BY 1', [("1",), ("2",), ("3",)]),
    ('SELECT max(o.price) FROM "AwsDataCatalog"."product_sales"."orders" o', [(100.0,)]),
    (
        'SELECT product_sales.orders.price FROM product_sales.orders WHERE "orders"."orderid" = \'1\'',
        [(10.5,)],
    ),
    (
        'SELECT "$path", count(*) FROM orders WHERE year = 2026 GROUP BY "$path" ORDER BY 2 DESC LIMIT 1',
        [("s3://product-sales/orders/b.json", 2)],
    ),
    (
        """SELECT date_format(date_trunc('hour', from_iso8601_timestamp(event_time)), '%H:%i') AS hour,
                  round(sum(quantity * price), 2) AS revenue, approx_distinct(orderid) AS orders
           FROM orders GROUP BY 1 ORDER BY 1""",
        [("03:00", 21.0, 1), ("04:00", 160.0, 2)],
    ),
    (
        """WITH sales AS (SELECT product_name, quantity * price AS revenue FROM orders)
           SELECT product_name, sum(revenue) FROM sales GROUP BY product_name HAVING sum(revenue) > 90""",
        [("Laptop", 100.0)],
    ),
    (
        "SELECT product_name, sum(quantity) FROM orders GROUP BY ROLLUP (product_name) ORDER BY product_name",
        [("Laptop", 1), ("Phone", 5), (None, 6)],
    ),
    (
        """SELECT product_name, year, sum(quantity), grouping(product_name, year) FROM orders
           GROUP BY GROUPING SETS ((product_name), (year)) ORDER BY 4, 1""",
        [("Laptop", None, 1, 1), ("Phone", None, 5, 1), (None, 2026, 6, 2)],
    ),
    (
        "SELECT count(*) FROM (SELECT product_name, year FROM orders GROUP BY CUBE (product_name, year))",
        [(6,)],
    ),
    ("SELECT orderid FROM orders ORDER BY orderid OFFSET 1 ROW FETCH FIRST 1 ROWS ONLY", [("2",)]),
    ("SELECT orderid FROM orders ORDER BY orderid OFFSET 2 LIMIT 5", [("3",)]),
    ("SELECT x FROM (VALUES 2, NULL, 1) AS t(x) ORDER BY x DESC", [(2,), (1,), (None,)]),
    ("SELECT count(*) FROM orders TABLESAMPLE BERNOULLI (100)", [(3,)]),
    ("SELECT DISTINCT product_name FROM orders ORDER BY 1", [("Laptop",), ("Phone",)]),
    ("SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 3 INTERSECT SELECT 3", [(1,), (2,)]),
    (
        "SELECT orderid FROM orders o WHERE EXISTS (SELECT 1 FROM orders p WHERE p.price > o.price * 9)",
        [("1",)],
    ),
    (
        "SELECT orderid, rank() OVER w FROM orders WINDOW w AS (ORDER BY quantity) ORDER BY orderid",
        [("1", 2), ("2", 1), ("3", 3)],
    ),
    ("SELECT x FROM UNNEST(ARRAY[1, 2]) AS t(x) ORDER BY x", [(1,), (2,)]),
    (
        """SELECT orderid, n, part FROM orders CROSS JOIN UNNEST(split(product_name, 'o')) WITH ORDINALITY AS t(part, n)
           WHERE orderid = '1' ORDER BY n""",
        [("1", 1, "Ph"), ("1", 2, "ne")],
    ),
    ("SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY['x']) AS t(a, b) ORDER BY a", [(1, "x"), (2, None)]),
    (
        "SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t(k, v) ORDER BY k",
        [("a", 1), ("b", 2)],
    ),
    (
        "SELECT k, v, n FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) WITH ORDINALITY AS t(k, v, n) ORDER BY n",
        [("a", 1, 1), ("b", 2, 2)],
    ),
    (
        """SELECT h.k, h.v FROM (SELECT histogram(product_name) AS products FROM orders)
           CROSS JOIN UNNEST(products) AS h(k, v) ORDER BY 1""",
        [("Laptop", 1), ("Phone", 2)],
    ),
    ("SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x'), ROW(2, 'y')]) AS t(a, b) ORDER BY a", [(1, "x"), (2, "y")]),
    (
        """SELECT i, x FROM (VALUES (1, ARRAY[7]), (2, CAST(ARRAY[] AS ARRAY(INTEGER)))) AS t(i, a)
           LEFT JOIN UNNEST(a) AS u(x) ON TRUE ORDER BY i""",
        [(1, 7), (2, None)],
    ),
    ("-- a comment\nSELECT /* another */ 1;", [(1,)]),
    ("(SELECT 1)", [(1,)]),
    ("VALUES (1, 'a')", [(1, "a")]),
    ("TABLE orders", [("1",), ("2",), ("3",)]),
]


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[query for query, _ in CASES])
def test_a_query_runs_as_written(run: Run, query: str, expected: Rows) -> None:
    found = run(query)

    shown = [row[: len(expected[0])] for row in found]
    assert comparable(query, shown) == comparable(query, expected)


@pytest.mark.parametrize(
    ("query", "is_ordered"),
    [
        ("SELECT x FROM t ORDER BY x", True),
        ("SELECT x FROM t UNION SELECT x FROM u ORDER BY x", True),
        ("WITH u AS (SELECT x FROM t ORDER BY x LIMIT 2) SELECT x FROM u", False),
        ("SELECT rank() OVER w FROM t WINDOW w AS (ORDER BY x)", False),
        ("TABLE t", False),
    ],
)
def test_rows_are_compared_in_the_order_that_the_query_asks_for(query: str, is_ordered: bool) -> None:
    assert (comparable(query, [(1,), (2,)]) == comparable(query, [(2,), (1,)])) != is_ordered


def test_a_column_without_a_name_has_athenas(connection: duckdb.DuckDBPyConnection) -> None:
    # WHEN
    columns = connection.sql(
        translate("SELECT count(*), orderid, 1 AS one, 2 FROM orders GROUP BY orderid")
    ).columns

    # THEN https://trino.io/docs/current/sql/select.html shows _col0 for the first one
    assert columns == ["_col0", "orderid", "one", "_col3"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * FROM orders", ["orderid", "product_name", "quantity", "price", "event_time", "year"]),
        ("SELECT *, year + 1 AS next FROM orders WHERE quantity IN (SELECT max(quantity) FROM orders)",
         ["orderid", "product_name", "quantity", "price", "event_time", "year", "next"]),
        ('SELECT * FROM (SELECT "$path" FROM orders)', ["$path"]),
        ('WITH places AS (SELECT "$path", year FROM orders) SELECT * FROM places', ["$path", "year"]),
        ("SELECT count(*) AS n FROM orders", ["n"]),
        ("SELECT * FROM (VALUES 1) AS t(x)", ["x"]),
    ],
)  # fmt: skip
def test_a_hidden_column_is_there_for_those_who_name_it(
    connection: duckdb.DuckDBPyConnection, query: str, expected: list[str]
) -> None:
    assert connection.sql(translate(query)).columns == expected


def test_the_standards_own_schema_keeps_its_name(run: Run) -> None:
    assert run("SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders'") == [(7,)]


def test_a_text_keeps_its_letters(run: Run) -> None:
    assert run("SELECT 'It''s -- not a comment; 5/2'") == [("It's -- not a comment; 5/2",)]
