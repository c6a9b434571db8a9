"""Everything that the notebook looks at, read in the order that keeps it consistent while orders keep coming."""

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import boto3

from bootstrap import names
from verify.chain import describe_delivery_stream
from verify.evidence import Content
from verify.inspection import CLIENT_CONFIG, Inspection
from verify.report import Report

from .delivered import DeliveredRow, ErrorRecord, delivered_rows, error_records
from .destination import Destination, destination_from
from .failure import decode, function_reasons
from .order import order_in
from .passage import Passage, first_arrivals, passages
from .settling import settle
from .state import OrderState, compare
from .stored import StoredObject, list_objects, stored_objects

if TYPE_CHECKING:
    import duckdb
    from mypy_boto3_dynamodb import DynamoDBClient


PREFIXES = (names.ORDERS_PREFIX, names.ERRORS_PREFIX)


class Problem(Protocol):
    """Why an object, or a part of it, is in no view."""

    @property
    def key(self) -> str: ...

    @property
    def reason(self) -> str: ...


class Catalog(Protocol):
    """What the crawler found."""

    @property
    def problems(self) -> Sequence[Problem]: ...


class Lake(Protocol):
    """What is needed of the lake: views that can be brought up to date."""

    @property
    def connection(self) -> "duckdb.DuckDBPyConnection": ...

    @property
    def catalog(self) -> Catalog: ...

    def refresh(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was found; `report` accounts for the changes, the rest was read after it."""

    report: Report
    destination: Destination
    rows: list[DeliveredRow]
    errors: list[ErrorRecord]
    crawl_problems: list[str]
    function_reasons: list[str]
    objects: list[StoredObject]
    passages: list[Passage]
    states: list[OrderState]


def take_snapshot(lake: Lake, say: Callable[[str], None] = print) -> Snapshot:
    """Read the whole chain while it keeps running.

    Each step finds at least what the step before it has found:

    1. let the changes written so far come through, and account for them;
    2. read rows and error records with SQL: they have at least what the accounting found in S3;
    3. list the objects: those of the rows are among them;
    4. scan the table: its items are at least as new as the rows;
    5. read both streams on: whatever the items or the rows show beyond the accounting is in them.

    Raises:
        VerifyError: a resource of the chain is missing.
    """
    session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
    inspection = Inspection(session)
    # 1.
    report = settle(inspection, say)
    # 2.
    lake.refresh()
    crawl_problems = [
        f"{problem.key}: {problem.reason}"
        for problem in lake.catalog.problems
        if problem.key.startswith(PREFIXES)
    ]
    rows, errors = delivered_rows(lake.connection), error_records(lake.connection)
    # 3.
    s3 = session.client("s3", config=CLIENT_CONFIG)
    listed = list_objects(s3, names.BUCKET_NAME, PREFIXES)
    # 4.
    dynamodb = session.client("dynamodb", config=CLIENT_CONFIG)
    items = scan(dynamodb)
    # 5.
    inspection.collect()

    evidence = inspection.evidence
    arrivals = first_arrivals(evidence)
    arrivals_by_key: defaultdict[str, list[datetime | None]] = defaultdict(list)
    for row in rows:
        arrivals_by_key[row.key].append(arrivals.get(row.event_id or ""))
    for error in errors:
        arrivals_by_key[error.key].append(error.arrived_at)
    firehose = session.client("firehose", config=CLIENT_CONFIG)
    destination = destination_from(describe_delivery_stream(firehose), evidence.chain)
    created_at = table_created_at(dynamodb)
    written_at = {item.key: item.last_modified for item in listed}
    decoded = [change for error in errors if (change := decode(error.raw_data)) is not None]
    return Snapshot(
        report=report,
        destination=destination,
        rows=rows,
        errors=errors,
        crawl_problems=crawl_problems,
        function_reasons=function_reasons(
            session.client("logs", config=CLIENT_CONFIG), names.FUNCTION_LOG_GROUP
        ),
        objects=stored_objects(listed, arrivals_by_key, destination),
        passages=passages(report.evidence),
        states=compare(
            items,
            # Rows of an earlier table of the same name say nothing about this one.
            [row for row in rows if (row.event_time or written_at[row.key]) >= created_at],
            evidence.changes,
            report.accounts.outcomes,
            decoded,
            written_at,
        ),
    )


def scan(client: "DynamoDBClient") -> dict[str, Content | None]:
    """Return the order in every item of the table by its id; None for an item that holds no whole order."""
    pages = client.get_paginator("scan").paginate(TableName=names.TABLE_NAME, ConsistentRead=True)
    return {item["orderid"]["S"]: order_in(item) for page in pages for item in page["Items"]}


def table_created_at(client: "DynamoDBClient") -> datetime:
    """Return when the table was made, in whole seconds as the rows' times are."""
    table = client.describe_table(TableName=names.TABLE_NAME)["Table"]
    return table["CreationDateTime"].replace(microsecond=0)
