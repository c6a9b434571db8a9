"""Lists a bucket."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from .errors import LakeError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it is listed; what has the same key, size and ETag has the same content."""

    key: str
    size_bytes: int
    etag: str
    modified: datetime

    def is_same(self, other: "StoredObject") -> bool:
        """Return whether both listings are of the same content."""
        return (self.key, self.size_bytes, self.etag) == (other.key, other.size_bytes, other.etag)


_HIDDEN = (".", "_")


def list_objects(client: "S3Client", bucket_name: str) -> list[StoredObject]:
    """Return the objects of a bucket, the oldest first.

    Folder markers are none, nor is what begins with a dot or an underscore (`_SUCCESS`), which Athena hides, too.

    Raises:
        LakeError: S3 does not answer or refuses; the message says what to do.
    """
    try:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket_name)
        listed = [
            StoredObject(item["Key"], item["Size"], item["ETag"].strip('"'), item["LastModified"])
            for page in pages
            for item in page.get("Contents", [])
            if not item["Key"].rpartition("/")[2].startswith(_HIDDEN) and not _is_folder(item)
        ]
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise LakeError(
            f"s3://{bucket_name} cannot be read: {code}. Is the sandbox up (`make up`)?"
        ) from error
    except BotoCoreError as error:
        raise LakeError(f"S3 does not answer: {error}. Start the sandbox with `make up`.") from error
    return sorted(listed, key=lambda stored: (stored.modified, stored.key))


def _is_folder(item: "ObjectTypeDef") -> bool:
    return item["Key"].endswith("/") and item["Size"] == 0
