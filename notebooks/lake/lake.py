"""The lake of one bucket: what a notebook opens."""

import warnings
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import duckdb

from .athena import athena_types, translate
from .catalog import Catalog
from .connection import connect
from .crawler import Crawler
from .known import BUCKET_NAME, ORDERS_PREFIX
from .views import register

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Lake:
    """A crawled bucket with a connection that has its tables.

    The tables show the objects of the last crawl, so that every query of a notebook sees the same ones; `refresh` goes
    on from there, and repairs what failed because an object vanished.
    """

    def __init__(
        self,
        bucket_name: str = BUCKET_NAME,
        s3_client: "S3Client | None" = None,
        state: str | Path | None = None,
    ) -> None:
        self.connection = connect()
        self._crawler = Crawler(bucket_name, s3_client, state)
        self.catalog = self._crawler.crawl()
        register(self.connection, self.catalog)

    def refresh(self) -> Catalog:
        """Crawl what is new, and let the tables show it.

        Raises:
            LakeError: S3 does not answer.
        """
        before = self.catalog
        self.catalog = self._crawler.crawl()
        if self.catalog.tables is not before.tables:
            register(self.connection, self.catalog, before)
        warn_if_empty(self.catalog)
        return self.catalog

    def crawl(self) -> Catalog:
        """Do what `refresh` does."""
        return self.refresh()

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """Run a query as it is written for Athena; the answer's types are Athena's, too.

        Raises:
            TranslationError: it has something that DuckDB cannot do.
        """
        return athena_types(self.connection.sql(self.translate(query)))

    def translate(self, query: str) -> str:
        """Return the query that DuckDB runs for one of Athena's."""
        return translate(query)

    def duckdb(self, query: str) -> duckdb.DuckDBPyRelation:
        """Run a query of DuckDB's own SQL."""
        return self.connection.sql(query)

    def close(self) -> None:
        """Close the connections."""
        self.connection.close()
        self._crawler.close()

    def __enter__(self) -> "Lake":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_lake(
    bucket_name: str = BUCKET_NAME, s3_client: "S3Client | None" = None, state: str | Path | None = None
) -> Lake:
    """Crawl a bucket and return its lake.

    Raises:
        LakeError: S3 does not answer, or the bucket does not exist; boto3 finds no region or no credentials.
    """
    lake = Lake(bucket_name, s3_client, state)
    warn_if_empty(lake.catalog)
    return lake


def warn_if_empty(catalog: Catalog) -> None:
    """Say where rows come from while there is none."""
    location = f"s3://{catalog.bucket_name}/{ORDERS_PREFIX}"
    if any(table.location == location and table.object_count == 0 for table in catalog.tables):
        warnings.warn(
            f"no rows under {location} yet: the first one takes both buffering intervals after its order. "
            "`make status` shows whether the generator runs.",
            # Whoever opened the lake or refreshed it.
            stacklevel=3,
        )
