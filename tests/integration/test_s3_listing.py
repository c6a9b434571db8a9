"""Listings go past their first page, whatever the keys hold."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Aws

# What URL-encoding changes, in the order of their bytes.
KEYS = sorted(f"orders/year=2026/a b+ü%/{index:03}.json" for index in range(12))


@pytest.fixture
def s3(aws: Aws, name: str) -> Iterator[Any]:
    """Return a client with a versioned bucket of the test's own that holds KEYS."""
    client = aws.client("s3")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for key in KEYS:
        client.put_object(Bucket=name, Key=key, Body=b"{}")
    yield client
    for version in client.list_object_versions(Bucket=name)["Versions"]:
        client.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    client.delete_bucket(Bucket=name)


@pytest.mark.parametrize(
    ("operation", "member"),
    [("list_objects", "Contents"), ("list_objects_v2", "Contents"), ("list_object_versions", "Versions")],
)
def test_every_key_is_listed_once_page_by_page(s3: Any, name: str, operation: str, member: str) -> None:
    # WHEN
    pages = s3.get_paginator(operation).paginate(Bucket=name, PaginationConfig={"PageSize": 5})

    # THEN
    assert [[entry["Key"] for entry in page[member]] for page in pages] == [KEYS[:5], KEYS[5:10], KEYS[10:]]


def test_listing_starts_after_a_key(s3: Any, name: str) -> None:
    # WHEN
    listed = s3.list_objects_v2(Bucket=name, StartAfter=KEYS[8], Prefix="orders/year=2026/")

    # THEN
    assert [entry["Key"] for entry in listed["Contents"]] == KEYS[9:]
    assert (listed["StartAfter"], listed["Prefix"], listed["KeyCount"]) == (KEYS[8], "orders/year=2026/", 3)


def test_folders_are_listed_by_their_names(s3: Any, name: str) -> None:
    # WHEN
    listed = s3.list_objects_v2(Bucket=name, Prefix="orders/", Delimiter="/")

    # THEN
    assert listed["CommonPrefixes"] == [{"Prefix": "orders/year=2026/"}]


def test_uploads_under_way_are_listed_by_their_names(s3: Any, name: str) -> None:
    # GIVEN
    upload = s3.create_multipart_upload(Bucket=name, Key=KEYS[0])

    # WHEN
    plain = s3.list_multipart_uploads(Bucket=name)
    encoded = s3.list_multipart_uploads(Bucket=name, EncodingType="url")
    s3.abort_multipart_upload(Bucket=name, Key=KEYS[0], UploadId=upload["UploadId"])

    # THEN
    assert [entry["Key"] for entry in plain["Uploads"]] == [KEYS[0]]
    assert [entry["Key"] for entry in encoded["Uploads"]] == ["orders/year%3D2026/a%20b%2B%C3%BC%25/000.json"]
