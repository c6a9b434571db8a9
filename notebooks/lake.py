"""Opens the delivered rows in S3 as DuckDB views; every notebook begins here."""

import os
import warnings
from importlib.resources import files
from importlib.resources.abc import Traversable
from urllib.parse import urlsplit

import boto3
import duckdb

BUCKET_NAME = "product-sales"
ORDERS_GLOB = f"s3://{BUCKET_NAME}/orders/**/*.json"

# A delivered row. The seed's own function writes the first four fields alone: the others are NULL then.
COLUMNS = {
    "orderid": "VARCHAR",
    "product_name": "VARCHAR",
    "quantity": "INTEGER",
    "price": "DOUBLE",
    "event_id": "VARCHAR",
    "event_name": "VARCHAR",
    "event_time": "TIMESTAMP",
    "sequence_number": "VARCHAR",
}
# The folders below orders/, in UTC.
PARTITIONS = {"year": "SMALLINT", "month": "TINYINT", "day": "TINYINT", "hour": "TINYINT"}
# Times have whole seconds: within one, the sequence number decides. It has too many digits for an integer of DuckDB's.
NEWEST_FIRST = ", ".join(
    f"{term} DESC NULLS LAST" for term in ("event_time", "lpad(sequence_number, 40, '0')", "filename")
)


class LakeError(Exception):
    """The bucket cannot be read; the message says why and what to do."""


def connect() -> duckdb.DuckDBPyConnection:
    """Return a DuckDB connection that reads S3 where boto3's environment variables point.

    The extension that reads S3 comes with the installed packages: nothing is downloaded.

    Raises:
        LakeError: boto3 finds no region or no credentials.
    """
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"LOAD {_literal(str(_extension_path()))}")
    options = ", ".join(f"{name} {value}" for name, value in secret_options().items())
    connection.execute(f"CREATE SECRET lake (TYPE s3, {options})")
    return connection


def orders(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Make the view `orders`: one row per delivered change.

    Without a single row the view is empty, and a warning says where rows come from; call again when they are there.

    Raises:
        LakeError: S3 does not answer, or the bucket does not exist.
    """
    try:
        found = connection.execute(f"SELECT count(*) FROM glob({_literal(ORDERS_GLOB)})").fetchone()
    except duckdb.HTTPException as error:
        raise LakeError(
            f"s3://{BUCKET_NAME} cannot be read: {_one_line(error)}. Is the sandbox up (`make up`)?"
        ) from error
    except duckdb.IOException as error:
        raise LakeError(
            f"S3 does not answer: {_one_line(error)}. Start the sandbox with `make up`."
        ) from error
    types = {**COLUMNS, **PARTITIONS, "filename": "VARCHAR"}
    if found is None or found[0] == 0:
        warnings.warn(
            f"no rows under {ORDERS_GLOB} yet: the first one takes both buffering intervals after its order. "
            "`make status` shows whether the generator runs.",
            stacklevel=2,
        )
        nothing = ", ".join(f"NULL::{type_} AS {name}" for name, type_ in types.items())
        rows = f"SELECT {nothing} WHERE false"
    else:
        rows = f"""
            SELECT {", ".join(types)}
            FROM read_json({_literal(ORDERS_GLOB)},
                           format = 'newline_delimited',
                           columns = {_struct(COLUMNS)},
                           hive_partitioning = true,
                           hive_types = {{{", ".join(f"{name}: {type_}" for name, type_ in PARTITIONS.items())}}},
                           filename = true)
        """
    connection.execute(f"CREATE OR REPLACE VIEW orders AS {rows}")
    return connection.view("orders")


def current_orders(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Make the view `current_orders`: each order as its last change left it, cancelled orders taken out.

    A row that arrived twice counts once. Rows without change data are taken in the order of their objects' names, which
    hold the time of delivery.
    """
    orders(connection)
    connection.execute(f"""
        CREATE OR REPLACE VIEW current_orders AS
        SELECT * EXCLUDE (newest) FROM (
            SELECT *, row_number() OVER (PARTITION BY orderid ORDER BY {NEWEST_FIRST}) AS newest
            FROM orders
        )
        WHERE newest = 1 AND event_name IS DISTINCT FROM 'REMOVE'
        ORDER BY orderid
    """)
    return connection.view("current_orders")


def _extension_path() -> Traversable:
    package = files("duckdb_extension_httpfs")
    return package / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"


def secret_options() -> dict[str, str]:
    """Return the options of DuckDB's S3 secret, found as boto3 finds its own."""
    session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
    credentials = session.get_credentials()
    if session.region_name is None or credentials is None:
        raise LakeError(
            "no AWS region or credentials: set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    keys = credentials.get_frozen_credentials()
    options = {
        "KEY_ID": _literal(keys.access_key or ""),
        "SECRET": _literal(keys.secret_key or ""),
        "REGION": _literal(session.region_name),
    }
    if keys.token:
        options["SESSION_TOKEN"] = _literal(keys.token)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        address = urlsplit(endpoint)
        options["ENDPOINT"] = _literal(address.netloc)
        options["URL_STYLE"] = _literal("path")
        options["USE_SSL"] = str(address.scheme == "https").lower()
    return options


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _struct(types: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {_literal(type_)}" for name, type_ in types.items()) + "}"


def _one_line(error: Exception) -> str:
    message, _, _ = str(error).partition("\n\nLINE ")
    return " ".join(message.split()).rstrip(".")
