"""Crawls the bucket and opens its tables in DuckDB, in the place of AWS Glue and Athena; every notebook begins here."""

from .athena import TranslationError, translate
from .catalog import Catalog, Changes, Column, Partition, Problem, Table
from .connection import connect
from .crawler import Crawler
from .errors import LakeError
from .lake import Lake
from .lake import open_lake as open
from .views import register

__all__ = [
    "Catalog",
    "Changes",
    "Column",
    "Crawler",
    "Lake",
    "LakeError",
    "Partition",
    "Problem",
    "Table",
    "TranslationError",
    "connect",
    "open",
    "register",
    "translate",
]
