"""What is no query: the statements that look at the lake are answered, every other one is refused by name."""

import duckdb
import pytest

from notebooks.lake.athena import TranslationError, translate
from tests.unit.notebooks.athena.conftest import Rows, Run


@pytest.fixture(autouse=True)
def tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Two tables like the lake's."""
    connection.execute(
        "CREATE OR REPLACE VIEW orders AS SELECT '1' AS orderid, 2 AS quantity, 1.5::DOUBLE AS price"
    )
    connection.execute("CREATE OR REPLACE VIEW delivery_errors AS SELECT 'x' AS error_code")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SHOW TABLES", [("delivery_errors",), ("orders",)]),
        ("show tables in product_sales;", [("delivery_errors",), ("orders",)]),
        ("SHOW TABLES FROM product_sales '*err*'", [("delivery_errors",)]),
        ("SHOW TABLES LIKE 'orders|none'", [("orders",)]),
        ("SHOW COLUMNS IN orders", [("orderid",), ("quantity",), ("price",)]),
        ('SHOW COLUMNS FROM "orders" IN product_sales', [("orderid",), ("quantity",), ("price",)]),
        ("DESCRIBE orders", [("orderid", "varchar"), ("quantity", "integer"), ("price", "double")]),
        ("DESCRIBE product_sales.delivery_errors", [("error_code", "varchar")]),
        ("DESCRIBE EXTENDED `AwsDataCatalog`.`product_sales`.`delivery_errors`", [("error_code", "varchar")]),
    ],
)
def test_a_statement_that_looks_is_answered(run: Run, statement: str, expected: Rows) -> None:
    assert run(statement) == expected


def test_explain_explains_the_translation(run: Run) -> None:
    # WHEN
    ((name, plan),) = run("EXPLAIN SELECT orderid FROM product_sales.orders")

    # THEN
    assert name == "physical_plan"
    assert "orderid" in plan


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("CREATE TABLE t AS SELECT 1", "CREATE TABLE cannot be translated (the lake is read-only"),
        (
            "CREATE EXTERNAL TABLE t (x int) LOCATION 's3://b/'",
            "CREATE EXTERNAL TABLE cannot be translated (the crawler",
        ),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE OR REPLACE VIEW cannot be translated (use WITH"),
        (
            "UNLOAD (SELECT 1) TO 's3://b/' WITH (format = 'PARQUET')",
            "UNLOAD cannot be translated (the lake is read-only",
        ),
        ("MSCK REPAIR TABLE orders", "MSCK REPAIR cannot be translated (the crawler finds partitions"),
        ("ALTER TABLE orders ADD PARTITION (year = '2026')", "ALTER cannot be translated (the crawler"),
        ("DROP TABLE orders", "DROP cannot be translated"),
        ("INSERT INTO orders VALUES (1)", "INSERT cannot be translated"),
        ("UPDATE orders SET quantity = 1", "UPDATE cannot be translated"),
        ("DELETE FROM orders", "DELETE cannot be translated"),
        ("MERGE INTO orders USING t ON 1 = 1", "MERGE cannot be translated"),
        ("PREPARE p FROM SELECT 1", "PREPARE cannot be translated (write the values into the query)"),
        ("EXECUTE p USING 1", "EXECUTE cannot be translated"),
        (
            "SHOW PARTITIONS orders",
            "SHOW PARTITIONS cannot be translated (SELECT DISTINCT the partition columns)",
        ),
        ("SHOW CREATE TABLE orders", "SHOW CREATE cannot be translated (DESCRIBE the table)"),
        ("SHOW DATABASES", "SHOW DATABASES cannot be translated"),
        ("SHOW FUNCTIONS", "SHOW cannot be translated"),
        ("ATTACH 'x.db'", "ATTACH begins no query"),
        ("COPY orders TO 'x.csv'", "COPY begins no query"),
        ("  \n -- nothing\n", "there is no query"),
        ("SELECT 1; DROP TABLE orders", "more than one statement"),
        ("EXPLAIN DROP TABLE orders", "DROP is not a query that reads"),
        ("WITH t AS (SELECT 1) DELETE FROM orders", "DELETE is not a query that reads"),
    ],
)
def test_a_statement_that_does_something_is_refused_by_name(statement: str, message: str) -> None:
    with pytest.raises(TranslationError) as error:
        translate(statement)

    assert message in str(error.value)


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("SELECT 1,\n       approx_set(x) FROM t", (2, 8), "approx_set() cannot be translated (use approx"),
        ("SELECT no_such_function(1)", (1, 8), "no_such_function() cannot be translated"),
        ("SELECT read_csv('/etc/passwd')", (1, 8), "read_csv() cannot be translated"),
        ("SELECT * FROM read_csv('/etc/passwd')", (1, 15), "read_csv() cannot be translated"),
        ("SELECT * FROM '/etc/passwd'", (1, 15), "'/etc/passwd' is no table's name"),
        ('SELECT * FROM "orders.csv"', (1, 15), "'orders.csv' is no table's name"),
        ("SELECT 1 +\n  date_parse(x, '%D') FROM t", (2, 3), "date_parse(): %D in a date format"),
        ("SELECT date_format(x, y) FROM t", (1, 8), "date_format(): the format has to be a text literal"),
        ("SELECT date_add('fortnight', 1, x) FROM t", (1, 8), "date_add(): the unit 'fortnight' (one of millisecond,"),
        ("SELECT format_datetime(x, 'zzzz') FROM t", (1, 8), "format_datetime(): zzzz in a date pattern"),
        ("SELECT format('%2$s', 'a', 'b')", (1, 8), "format(): this format (%s, %d, %x, %f and %e can be translated)"),
        ("SELECT regexp_replace(x, 'a', y -> upper(y[1])) FROM t", (1, 8), "a lambda function as replacement"),
        ("SELECT array_sort(x, (a, b) -> 1) FROM t", (1, 8), "array_sort(): a comparator"),
        ("SELECT approx_percentile(x, w, 0.5) FROM t", (1, 8), "approx_percentile(): 3 argument(s)"),
        ("SELECT typeof(x) FROM t", (1, 8), "typeof() cannot be translated (DESCRIBE the table)"),
        ("SELECT normalize(x, NFKD) FROM t", (1, 18), "normalize() to NFKD cannot be translated (NFC can)"),
        ('SELECT * FROM "orders$partitions"', (1, 15), '"orders$partitions" cannot be translated (SELECT DISTINCT'),
        ("SELECT x FROM t ORDER BY x FETCH FIRST 1 ROWS WITH TIES", (1, 40), "FETCH ... WITH TIES cannot"),
        ("SELECT * FROM orders FOR TIMESTAMP AS OF now()", (1, 15), "FOR ... AS OF cannot be translated"),
        ("SELECT json_query(x, 'lax $.a[*]') FROM t", (1, 8), "json_query(): the path 'lax $.a[*]' (names and"),
        ("SELECT 1 FORM t WHERE", (1, 15), "syntax"),
        ("SELECT (1", (1, 9), "syntax"),
        ("SELECT 'abc", (1, 1), "syntax"),
    ],
)  # fmt: skip
def test_what_cannot_be_translated_is_named_with_its_place(
    query: str, position: tuple[int, int], message: str
) -> None:
    # WHEN
    with pytest.raises(TranslationError) as error:
        translate(query)

    # THEN
    assert message in str(error.value)
    assert (error.value.line, error.value.column) == position
