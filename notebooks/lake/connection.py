"""Connects DuckDB, and the crawler, to S3 where boto3 finds it."""

import os
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
import duckdb
from botocore.config import Config

from .errors import LakeError
from .sql_text import literal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# How many objects the crawler reads at a time: a local S3 answers no faster with more.
CONNECTIONS = 4


def connect() -> duckdb.DuckDBPyConnection:
    """Return a DuckDB connection that reads S3 where boto3's environment variables point; its times are UTC.

    The extension that reads S3 comes with the installed packages: nothing is downloaded.

    Raises:
        LakeError: boto3 finds no region or no credentials.
    """
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    connection.execute("SET TimeZone = 'UTC'")
    # More than there are cores: most of them wait for S3.
    connection.execute(f"SET threads = {2 * (os.cpu_count() or 1)}")
    connection.execute(f"LOAD {literal(str(_extension_path()))}")
    options = ", ".join(f"{name} {value}" for name, value in secret_options().items())
    connection.execute(f"CREATE SECRET lake (TYPE s3, {options})")
    return connection


def secret_options() -> dict[str, str]:
    """Return the options of DuckDB's S3 secret, found as boto3 finds its own."""
    session = _session()
    credentials = session.get_credentials()
    if session.region_name is None or credentials is None:
        raise LakeError(
            "no AWS region or credentials: set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    keys = credentials.get_frozen_credentials()
    options = {
        "KEY_ID": literal(keys.access_key or ""),
        "SECRET": literal(keys.secret_key or ""),
        "REGION": literal(session.region_name),
    }
    if keys.token:
        options["SESSION_TOKEN"] = literal(keys.token)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        address = urlsplit(endpoint)
        options["ENDPOINT"] = literal(address.netloc)
        options["URL_STYLE"] = literal("path")
        options["USE_SSL"] = str(address.scheme == "https").lower()
    return options


def s3_client() -> "S3Client":
    """Return the client that the crawler lists and reads with; what costs time with every object is left out."""
    config = Config(
        max_pool_connections=CONNECTIONS,
        # Where nothing answers, whoever waits should know soon.
        connect_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 2},
        parameter_validation=False,
        response_checksum_validation="when_required",
    )
    return _session().client("s3", config=config)


def _session() -> boto3.Session:
    return boto3.Session(region_name=os.environ.get("AWS_REGION"))


def _extension_path() -> Traversable:
    package = files("duckdb_extension_httpfs")
    return package / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"
