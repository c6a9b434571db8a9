"""Adds the orders up: by product, in all, and minute by minute."""

import duckdb

from .orders import apply_changes

_SUMS = """
    count(*) AS orders, coalesce(sum(quantity), 0)::BIGINT AS units, coalesce(fsum(revenue), 0) AS revenue,
    fsum(revenue) / nullif(sum(quantity), 0) AS average_price
"""


def by_product(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Return orders, units, revenue and average price per unit of each product, the best-selling one first."""
    return connection.sql(f"""
        SELECT product_name, {_SUMS} FROM current_orders GROUP BY product_name ORDER BY revenue DESC, product_name
    """)


def total(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Return the same sums over all products, as one row."""
    return connection.sql(f"SELECT {_SUMS} FROM current_orders")


def per_minute(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Return what each minute changed for each product, and the revenue that stood at the minute's end.

    A minute in which nothing changed for a product has a row of zeros. What changed more than a week before the newest
    change, or at an unknown time, counts in the first minute. The sums of `net_revenue` are the revenue of
    `by_product`: a later update or cancellation counts in its own minute, and the minute of the order stays as it was.
    """
    apply_changes(connection)
    return connection.sql("""
        WITH moved AS (
            SELECT date_trunc('minute', greatest(changed_at, first_told)) AS minute, product_name,
                   sum(orders) AS net_orders, sum(units) AS net_units, fsum(revenue) AS net_revenue
            FROM movements CROSS JOIN told_minutes GROUP BY ALL
        ),
        minutes AS (
            SELECT unnest(generate_series(min(minute), max(minute), INTERVAL 1 MINUTE)) AS minute FROM moved
        ),
        products AS (SELECT DISTINCT product_name FROM moved)
        SELECT minute, product_name,
               coalesce(net_orders, 0)::BIGINT AS net_orders, coalesce(net_units, 0)::BIGINT AS net_units,
               coalesce(net_revenue, 0) AS net_revenue,
               sum(coalesce(net_revenue, 0)) OVER (PARTITION BY product_name ORDER BY minute) AS revenue
        FROM minutes CROSS JOIN products LEFT JOIN moved USING (minute, product_name)
        ORDER BY minute, product_name
    """)
