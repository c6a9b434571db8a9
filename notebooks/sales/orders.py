"""Applies the delivered changes: the orders as they stand, and what each change moved."""

import duckdb

# Below, `orders` is the lake's view of the delivered rows. Copying its rows makes every later answer one of the same
# moment. A row without change data was made when its object was opened: the time stands in the object's name. The
# number of the row, which a table of DuckDB's keeps, is its line in its object then.
_CHANGES = r"""
    SELECT orderid, product_name, quantity, price, coalesce(quantity * price, 0)::DOUBLE AS revenue,
           event_id, event_name, event_name IS DISTINCT FROM 'REMOVE' AS is_standing,
           coalesce(event_time, try_strptime(regexp_extract("$path", '\d{4}(-\d{2}){5}'), '%Y-%m-%d-%H-%M-%S'),
                    TIMESTAMP '1970-01-01') AS changed_at,
           coalesce(lpad(sequence_number, 40, '0'), '') AS sequence, "$path" AS path
    FROM orders
    WHERE orderid IS NOT NULL AND product_name IS NOT NULL
"""

# The rule by which one change of an order is newer than another. Times have whole seconds: within one, the sequence
# number decides. It has too many digits for an integer of DuckDB's.
NEWEST_FIRST = "changed_at DESC, sequence DESC, path DESC, rowid DESC"
_OLDEST_FIRST = NEWEST_FIRST.replace(" DESC", "")

_CURRENT_ORDERS = f"""
    SELECT orderid, newest.* FROM (
        SELECT orderid, arg_max(
            struct_pack(product_name, quantity, price, revenue, event_name, changed_at, is_standing),
            row({_OLDEST_FIRST})
        ) AS newest
        FROM order_changes
        GROUP BY orderid
    )
    WHERE newest.is_standing
"""

# A change that arrived twice has its event id twice, one after the other.
_APPLIED_CHANGES = f"""
    WITH in_order AS (
        SELECT orderid, event_id, changed_at, product_name, quantity, revenue, is_standing,
               lag(event_id) OVER earlier AS event_id_before,
               lag(is_standing) OVER earlier AS was_standing,
               lag(product_name) OVER earlier AS product_before,
               lag(quantity) OVER earlier AS quantity_before,
               lag(revenue) OVER earlier AS revenue_before
        FROM order_changes
        WINDOW earlier AS (PARTITION BY orderid ORDER BY {_OLDEST_FIRST})
    )
    SELECT * EXCLUDE (event_id, event_id_before, was_standing), coalesce(was_standing, false) AS was_standing
    FROM in_order
    WHERE event_id IS NULL OR event_id IS DISTINCT FROM event_id_before
"""

# What is told minute by minute: the week before the newest change. What is older, or of an unknown time (a row that
# has none, in an object whose name has none), would make millions of empty minutes; it is part of what stood before.
_FIRST_TOLD = """
    SELECT min(changed_at) FILTER (changed_at >= (SELECT max(changed_at) FROM applied_changes) - INTERVAL 7 DAY)
    FROM applied_changes
"""

# What a change takes away, and what it adds: the two are of different products when the order's product changed.
_MOVEMENTS = """
    SELECT orderid, changed_at, product_before AS product_name,
           -1 AS orders, -quantity_before AS units, -revenue_before AS revenue
    FROM applied_changes WHERE was_standing
    UNION ALL
    SELECT orderid, changed_at, product_name, 1, quantity, revenue
    FROM applied_changes WHERE is_standing
"""


def load(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the delivered rows as they are now from the view `orders`; call again for what came later.

    Makes the table `order_changes` and the view `current_orders`: each order as its last change left it, cancelled ones
    taken out.
    """
    connection.execute(f"CREATE OR REPLACE TABLE order_changes AS {_CHANGES}")
    connection.execute(f"CREATE OR REPLACE VIEW current_orders AS {_CURRENT_ORDERS}")
    connection.execute("DROP TABLE IF EXISTS applied_changes")


def add(connection: duckdb.DuckDBPyConnection, paths: list[str]) -> None:
    """Take the rows of these objects too; `load` has been called before."""
    # Literals and no parameters: with those, DuckDB would load pandas first, which takes longer than all the rest.
    literals = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    connection.execute(f'INSERT INTO order_changes {_CHANGES} AND "$path" IN ({literals})')
    connection.execute("DROP TABLE IF EXISTS applied_changes")


def apply_changes(connection: duckdb.DuckDBPyConnection) -> None:
    """Work out what each change added to its product and took away: the view `movements`.

    The view `told_minutes` has the time `first_told`: what is older than a week is not told minute by minute.

    Done once for what was loaded. Those who ask for the sums alone do not wait for it: it takes longer than they do.
    """
    connection.execute(f"CREATE TABLE IF NOT EXISTS applied_changes AS {_APPLIED_CHANGES}")
    connection.execute(f"CREATE OR REPLACE VIEW movements AS {_MOVEMENTS}")
    connection.execute(f"CREATE OR REPLACE VIEW told_minutes(first_told) AS {_FIRST_TOLD}")
