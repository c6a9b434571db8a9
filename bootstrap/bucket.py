"""The bucket in which the delivery stream's objects land."""

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from bootstrap.aws import Aws
from bootstrap.errors import BootstrapError, error_code
from bootstrap.names import BUCKET_NAME
from bootstrap.resource import Outcome, Resource

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef, PublicAccessBlockConfigurationTypeDef

# The one region that must not be named when a bucket is made.
DEFAULT_REGION: Final = "us-east-1"
BLOCK_ALL: Final["PublicAccessBlockConfigurationTypeDef"] = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def ensure_bucket(aws: Aws) -> Resource:
    """Make the bucket, closed to the public.

    Raises:
        BootstrapError: the name is taken, or the bucket is in another region.
    """
    outcome = Outcome.UNCHANGED
    if not _exists(aws):
        _create(aws)
        outcome = Outcome.CREATED
    if _public_access_block(aws) != BLOCK_ALL:
        aws.s3.put_public_access_block(Bucket=BUCKET_NAME, PublicAccessBlockConfiguration=BLOCK_ALL)
        outcome = Outcome.UPDATED if outcome is Outcome.UNCHANGED else outcome
    return Resource(aws.place.bucket_arn(BUCKET_NAME), outcome)


def delete_bucket(aws: Aws) -> Outcome:
    """Delete every version of every object, then the bucket."""
    if not _exists(aws):
        return Outcome.ABSENT
    paginator = aws.s3.get_paginator("list_object_versions")
    for page in paginator.paginate(Bucket=BUCKET_NAME):
        versions: list[ObjectIdentifierTypeDef] = [
            {"Key": version["Key"], "VersionId": version["VersionId"]}
            for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]
        if versions:
            response = aws.s3.delete_objects(Bucket=BUCKET_NAME, Delete={"Objects": versions, "Quiet": True})
            for failure in response.get("Errors", []):
                raise BootstrapError(
                    f"s3://{BUCKET_NAME}/{failure['Key']} cannot be deleted: {failure['Message']}"
                )
    aws.s3.delete_bucket(Bucket=BUCKET_NAME)
    return Outcome.DELETED


def _exists(aws: Aws) -> bool:
    try:
        response = aws.s3.head_bucket(Bucket=BUCKET_NAME, ExpectedBucketOwner=aws.place.account_id)
    except ClientError as error:
        # A HEAD request has no body, so that the codes are HTTP's.
        if error_code(error) == "404":
            return False
        if error_code(error) == "403":
            raise BootstrapError(_taken()) from error
        raise
    region = response.get("BucketRegion", aws.place.region)
    if region != aws.place.region:
        raise BootstrapError(
            f"bucket {BUCKET_NAME} is in {region}: set AWS_REGION={region}, or delete the bucket"
        )
    return True


def _create(aws: Aws) -> None:
    request: dict[str, Any] = {"Bucket": BUCKET_NAME}
    if aws.place.region != DEFAULT_REGION:
        request["CreateBucketConfiguration"] = {"LocationConstraint": aws.place.region}
    try:
        aws.s3.create_bucket(**request)
    except ClientError as error:
        if error_code(error) == "BucketAlreadyExists":
            raise BootstrapError(_taken()) from error
        raise


def _taken() -> str:
    return (
        f"the bucket name {BUCKET_NAME} belongs to another account, and bucket names are shared by all of AWS: "
        "change BUCKET_NAME in bootstrap/names.py"
    )


def _public_access_block(aws: Aws) -> object:
    try:
        return aws.s3.get_public_access_block(Bucket=BUCKET_NAME)["PublicAccessBlockConfiguration"]
    except ClientError as error:
        if error_code(error) == "NoSuchPublicAccessBlockConfiguration":
            return None
        raise
