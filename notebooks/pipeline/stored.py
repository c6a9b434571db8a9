"""The objects that Firehose wrote, and which of the two buffering hints made it write each of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from .destination import Destination
from .size import size_text

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# LastModified has whole seconds: the object may be up to this much younger.
RESOLUTION = timedelta(seconds=1)
TIME = "%d %b %H:%M:%S"
COLUMNS_OF_LATEST = ["written", "prefix", "records", "size", "oldest waited (s)", "written for the"]
COLUMNS_BY_TRIGGER = [
    "prefix",
    "written for the",
    "objects",
    "records",
    "records each",
    "KiB each",
    "oldest waited (s)",
]


class Trigger(StrEnum):
    """Why an object was written when it was."""

    SIZE = "size hint"
    INTERVAL = "interval hint"
    NEITHER = "neither hint"
    OTHER_SETTINGS = "hints of that time"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class S3Object:
    """One object as ListObjectsV2 shows it."""

    key: str
    size_bytes: int
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object with what is in it; `waited` is the time its oldest record took from Kinesis on, None if not known."""

    key: str
    record_count: int
    size_bytes: int
    last_modified: datetime
    waited: timedelta | None
    trigger: Trigger


def list_objects(client: "S3Client", bucket_name: str, prefixes: Iterable[str]) -> list[S3Object]:
    """List what is under the prefixes, the oldest first."""
    found = [
        S3Object(item["Key"], item["Size"], item["LastModified"])
        for prefix in prefixes
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket_name, Prefix=prefix)
        for item in page.get("Contents", [])
    ]
    return sorted(found, key=lambda item: (item.last_modified, item.key))


def stored_objects(
    listed: Iterable[S3Object],
    arrivals_by_key: Mapping[str, Sequence[datetime | None]],
    destination: Destination,
) -> list[StoredObject]:
    """Put the objects together with the arrivals of their records in Kinesis; None stands for one not known."""
    return [_stored(item, arrivals_by_key.get(item.key, ()), destination) for item in listed]


def _stored(item: S3Object, arrivals: Sequence[datetime | None], destination: Destination) -> StoredObject:
    known = [arrival for arrival in arrivals if arrival is not None]
    waited = item.last_modified - min(known) if known and len(known) == len(arrivals) else None
    return StoredObject(
        key=item.key,
        record_count=len(arrivals),
        size_bytes=item.size_bytes,
        last_modified=item.last_modified,
        waited=waited,
        trigger=trigger(item, waited, destination),
    )


def trigger(item: S3Object, waited: timedelta | None, destination: Destination) -> Trigger:
    """Tell which hint an object was written for.

    The size hint concerns what is buffered, before it is compressed. The interval begins when the oldest record enters
    the buffer before S3, up to the function's own interval after its arrival: whoever waited less than the interval
    alone was written before it passed.
    """
    version = re.search(rf"/{re.escape(destination.name)}-(\d+)-\d{{4}}-", item.key)
    if version is None or waited is None:
        return Trigger.UNKNOWN
    if version[1] != destination.version_id:
        return Trigger.OTHER_SETTINGS
    if item.size_bytes >= destination.size_bytes and not destination.is_compressed:
        return Trigger.SIZE
    if waited + RESOLUTION > destination.s3_interval:
        return Trigger.INTERVAL
    return Trigger.UNKNOWN if destination.is_compressed else Trigger.NEITHER


def latest_objects(found: Sequence[StoredObject], count: int = 10) -> pd.DataFrame:
    """Return a line per object, the latest first."""
    lines = [
        {
            "written": f"{stored.last_modified.astimezone(UTC):{TIME}}",
            "prefix": _prefix(stored),
            "records": stored.record_count,
            "size": size_text(stored.size_bytes),
            "oldest waited (s)": stored.waited.total_seconds() if stored.waited is not None else None,
            "written for the": str(stored.trigger),
        }
        for stored in sorted(found, key=lambda stored: stored.last_modified, reverse=True)[:count]
    ]
    return pd.DataFrame(lines, columns=COLUMNS_OF_LATEST)


def objects_by_trigger(found: Iterable[StoredObject]) -> pd.DataFrame:
    """Return a line per prefix and hint: how many objects, what is in them, and how long the oldest record waited."""
    groups: defaultdict[tuple[str, Trigger], list[StoredObject]] = defaultdict(list)
    for stored in found:
        groups[_prefix(stored), stored.trigger].append(stored)
    lines = [
        {
            "prefix": prefix,
            "written for the": str(kind),
            "objects": len(group),
            "records": sum(stored.record_count for stored in group),
            "records each": _range([stored.record_count for stored in group]),
            "KiB each": _range([stored.size_bytes / 1024 for stored in group], 1),
            "oldest waited (s)": _range(
                [stored.waited.total_seconds() for stored in group if stored.waited is not None], 1
            ),
        }
        for (prefix, kind), group in groups.items()
    ]
    return pd.DataFrame(lines, columns=COLUMNS_BY_TRIGGER).sort_values(
        ["prefix", "written for the"], ascending=[False, True], ignore_index=True
    )


def _prefix(stored: StoredObject) -> str:
    return stored.key.partition("/")[0] + "/"


def _range(values: Sequence[float], decimals: int = 0) -> str:
    """Return the lowest and the highest of the values; one of them where both look the same."""
    if not values:
        return ""
    low, high = (f"{bound:,.{decimals}f}" for bound in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"
