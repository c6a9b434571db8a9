"""Reads the objects that are delivered from now on."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bootstrap import names

from .clients import Clients

# A buffer holds a record no longer than 15 minutes: an object that is still to come does not stand in an older folder.
LONGEST_INTERVAL = timedelta(minutes=15)
FAILED_PREFIX = f"{names.ERRORS_PREFIX}processing-failed/"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an object: as it stands there, and what it says."""

    key: str
    text: str
    value: dict[str, Any]
    object_time: datetime
    object_bytes: int


class ObjectReader:
    """Reads new objects in folders that are named after the time, each object once."""

    def __init__(
        self, clients: Clients, pattern: str, step: timedelta, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._client = clients.s3
        self._pattern = pattern
        self._step = step
        self._clock = clock
        self._since = clock() - LONGEST_INTERVAL
        self._seen = {key for key, _ in self._listed()}
        self.lines: list[Line] = []

    def read(self) -> None:
        """Take what is new."""
        for key, time in self._listed():
            if key not in self._seen:
                self._seen.add(key)
                body = self._client.get_object(Bucket=names.BUCKET_NAME, Key=key)["Body"].read()
                self.lines += _lines(key, body, time)

    def _listed(self) -> list[tuple[str, datetime]]:
        paginator = self._client.get_paginator("list_objects_v2")
        return [
            (item["Key"], item["LastModified"])
            for folder in self._folders()
            for page in paginator.paginate(Bucket=names.BUCKET_NAME, Prefix=folder)
            for item in page.get("Contents", [])
        ]

    def _folders(self) -> list[str]:
        """Return the folders that objects may be put into from `since` until now."""
        now, moment, folders = self._clock(), self._since, []
        while moment < now:
            folders.append(moment.strftime(self._pattern))
            moment += self._step
        return list(dict.fromkeys([*folders, now.strftime(self._pattern)]))


def row_reader(clients: Clients) -> ObjectReader:
    """Return a reader of the delivered rows."""
    hour = names.ORDERS_PREFIX + "year=%Y/month=%m/day=%d/hour=%H/"
    return ObjectReader(clients, hour, timedelta(hours=1))


def failure_reader(clients: Clients) -> ObjectReader:
    """Return a reader of the records that the function did not transform."""
    return ObjectReader(clients, FAILED_PREFIX + "%Y/%m/%d/", timedelta(days=1))


def _lines(key: str, body: bytes, time: datetime) -> list[Line]:
    text = (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).decode(errors="replace")
    return [Line(key, line, _object(line), time, len(body)) for line in text.split("\n") if line]


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
