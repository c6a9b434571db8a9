"""The rules that need to look into other services: what a delivery stream names there."""

import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import ClientError

from emulator.errors import ServiceError
from emulator.firehose.client import GlueClient, KinesisClient
from emulator.firehose.configuration import TableReference
from emulator.firehose.validation.refusal import invalid

_NO_TABLE = (
    "The specified table/database could not be found. Please ensure that the table/database exists and that the "
    "values provided in the schema configuration are correct, especially with regards to casing."
)


class BucketClient(Protocol):
    """Tells where a bucket is."""

    def get_bucket_location(self, *args: Any, **kwargs: Any) -> Mapping[str, Any]: ...


def check_data_stream(kinesis: KinesisClient, stream_arn: str) -> None:
    """Check that a data stream exists.

    Raises:
        ServiceError: Kinesis says that it does not.
    """
    try:
        kinesis.list_shards(StreamARN=stream_arn, MaxResults=1)
    except ClientError as error:
        raise invalid(error.response["Error"]["Message"]) from error


def check_table(glue: GlueClient, table: TableReference) -> None:
    """Check that the table of a format conversion exists, in the version that is asked for.

    Raises:
        ServiceError: Glue says that it does not.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
    """
    where = {"CatalogId": table.catalog_id, "DatabaseName": table.database_name}
    try:
        if table.version_id == "LATEST":
            glue.get_table(**where, Name=table.table_name)
        else:
            glue.get_table_version(**where, TableName=table.table_name, VersionId=table.version_id)
    except ClientError as error:
        raise _table_refusal(error) from error


def check_key_regions(s3: BucketClient, wire: Mapping[str, Any]) -> None:
    """Check that objects are encrypted with keys of their buckets' regions; a missing bucket is no fault yet.

    Raises:
        ServiceError: a key is in another region.
    """
    for destination in (wire, wire.get("S3BackupConfiguration") or {}):
        kms = (destination.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig")
        if not kms:
            continue
        try:
            location = s3.get_bucket_location(Bucket=destination["BucketARN"].rpartition(":")[2])
        except ClientError:
            continue
        bucket_region = location.get("LocationConstraint") or "us-east-1"
        key_arn: str = kms["AWSKMSKeyARN"]
        key_region = key_arn.split(":")[3]
        if key_region != bucket_region:
            raise invalid(
                f"KMS Key {key_arn} does not exist in the same region as the S3 bucket. KMS Key region: "
                f"{key_region}. S3 Bucket Region: {bucket_region}"
            )


def _table_refusal(error: ClientError) -> ServiceError:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    explanation = f"{_NO_TABLE} " if code == "EntityNotFoundException" else ""
    return invalid(
        f"{explanation}{message} (Service: AWSGlue; Status Code: "
        f"{error.response['ResponseMetadata']['HTTPStatusCode']}; Error Code: {code}; Request ID: {uuid.uuid4()}; "
        "Proxy: null)"
    )
