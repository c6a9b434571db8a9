"""The hops of the pipeline, as a table: what must be seen at each when orders have travelled through it."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from bootstrap import names


class Clients(Protocol):
    """Where the AWS clients of a running sandbox come from."""

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the pipeline; `evidence` returns what crossed it, nothing while nothing has."""

    source: str
    target: str
    evidence: Callable[[Clients], Any]

    @property
    def identifier(self) -> str:
        """The hop as the tests name it."""
        return f"{self.source}->{self.target}"


def items(clients: Clients) -> list[dict[str, Any]]:
    """Return the table's items, one page of them."""
    found: list[dict[str, Any]] = clients.client("dynamodb").scan(TableName=names.TABLE_NAME)["Items"]
    return found


def change_ids(clients: Clients) -> set[str]:
    """Return the event ids in the table's stream."""
    table = clients.client("dynamodb").describe_table(TableName=names.TABLE_NAME)["Table"]
    streams, arn = clients.client("dynamodbstreams"), table["LatestStreamArn"]
    found = set()
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found |= {record["eventID"] for record in streams.get_records(ShardIterator=iterator)["Records"]}
    return found


def piped_events(clients: Clients) -> dict[str, dict[str, Any]]:
    """Return the events in the data stream by event id."""
    kinesis = clients.client("kinesis")
    found = {}
    for shard in kinesis.list_shards(StreamName=names.STREAM_NAME)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=names.STREAM_NAME, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
            event = json.loads(record["Data"])
            found[event["eventID"]] = event
    return found


def invocation_reports(clients: Clients) -> list[str]:
    """Return the function's REPORT lines."""
    logs = clients.client("logs")
    events = logs.filter_log_events(logGroupName=f"/aws/lambda/{names.FUNCTION_NAME}")["events"]
    return [event["message"] for event in events if event["message"].startswith("REPORT")]


def objects(clients: Clients, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Yield the keys and bodies under a prefix of the bucket."""
    s3 = clients.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=names.BUCKET_NAME, Prefix=prefix):
        for entry in page.get("Contents", []):
            body = s3.get_object(Bucket=names.BUCKET_NAME, Key=entry["Key"])["Body"]
            yield entry["Key"], body.read()


def delivered_rows(clients: Clients) -> list[dict[str, Any]]:
    """Return the delivered rows."""
    return [
        json.loads(line) for _, body in objects(clients, names.ORDERS_PREFIX) for line in body.splitlines()
    ]


def failed_records(clients: Clients) -> list[dict[str, Any]]:
    """Return the lines under the error prefix."""
    return [
        json.loads(line) for _, body in objects(clients, names.ERRORS_PREFIX) for line in body.splitlines()
    ]


HOPS = (
    Hop("generator", names.TABLE_NAME, items),
    Hop(names.TABLE_NAME, "its stream", change_ids),
    Hop("its stream", names.STREAM_NAME, lambda c: change_ids(c) & piped_events(c).keys()),
    Hop(names.STREAM_NAME, names.FUNCTION_NAME, invocation_reports),
    Hop(
        names.FUNCTION_NAME,
        names.BUCKET_NAME,
        lambda c: piped_events(c).keys() & {row.get("event_id") for row in delivered_rows(c)},
    ),
)


def notebook_server_version(url: str) -> str:
    """Return the version that a notebook server answers with; needs no token."""
    with urllib.request.urlopen(f"{url}/api", timeout=20) as answer:
        return str(json.load(answer)["version"])
