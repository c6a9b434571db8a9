"""A bucket in memory, with the calls that the crawler makes."""

import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from notebooks.lake.catalog import Problem
from notebooks.lake.crawler import Crawler

BUCKET_NAME = "bucket"
FIRST_WRITE = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)


class FakeS3:
    """Every write is a second later than the one before; `read_keys` are the objects that were read, in that order."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[bytes, datetime, str]] = {}
        self._writes = 0
        self.read_keys: list[str] = []
        self.read_bytes = 0
        # What happens between the listing and the reading of it.
        self.after_listing: dict[str, bytes | None] = {}

    def put(self, key: str, body: bytes | str, content_encoding: str = "") -> None:
        content = body if isinstance(body, bytes) else body.encode()
        self._objects[key] = (content, FIRST_WRITE + timedelta(seconds=self._writes), content_encoding)
        self._writes += 1

    def delete(self, key: str) -> None:
        del self._objects[key]

    def get_paginator(self, operation: str) -> "FakeS3":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Bucket: str) -> Iterator[dict[str, Any]]:
        if Bucket != BUCKET_NAME:
            raise refusal("NoSuchBucket")
        # A page for each object: the crawler reads all pages.
        for key, (body, modified, _) in sorted(self._objects.items()):
            yield {
                "Contents": [{"Key": key, "Size": len(body), "ETag": etag(body), "LastModified": modified}]
            }
        yield {}
        for key, content in self.after_listing.items():
            self.delete(key) if content is None else self.put(key, content)
        self.after_listing = {}

    def get_object(self, Bucket: str, Key: str, IfMatch: str, Range: str) -> dict[str, Any]:
        self.read_keys.append(Key)
        if Key not in self._objects:
            raise refusal("NoSuchKey")
        body, _, content_encoding = self._objects[Key]
        if IfMatch != etag(body):
            raise refusal("PreconditionFailed")
        first, last = Range.removeprefix("bytes=").split("-")
        part = body[int(first) : int(last) + 1]
        self.read_bytes += len(part)
        answer: dict[str, Any] = {"Body": io.BytesIO(part)}
        return {**answer, "ContentEncoding": content_encoding} if content_encoding else answer

    def close(self) -> None:
        """Nothing is open."""


def etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "GetObject")


def crawler(s3: FakeS3, **arguments: Any) -> Crawler:
    client: Any = s3
    return Crawler(BUCKET_NAME, client, **arguments)


def problems(s3: FakeS3) -> list[tuple[str, str]]:
    """Crawl, and return the problems as pairs."""
    return [pair(problem) for problem in crawler(s3).crawl().problems]


def pair(problem: Problem) -> tuple[str, str]:
    return problem.key, problem.reason
