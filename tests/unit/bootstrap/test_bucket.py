"""The bucket, whose name is shared by all of AWS."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from bootstrap.aws import Place
from bootstrap.bucket import BLOCK_ALL, delete_bucket, ensure_bucket
from bootstrap.errors import BootstrapError
from bootstrap.resource import Outcome, Resource
from tests.unit.bootstrap.fake_aws import PLACE, make_aws

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HEAD = {"Bucket": "product-sales", "ExpectedBucketOwner": "000000000000"}
BUCKET = {"Bucket": "product-sales"}


@pytest.fixture(scope="module")
def client() -> "S3Client":
    return boto3.client(
        "s3", region_name="eu-north-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


@pytest.fixture
def stubber(client: "S3Client") -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("region", "request_of_region"),
    [
        ("eu-north-1", {"CreateBucketConfiguration": {"LocationConstraint": "eu-north-1"}}),
        ("us-east-1", {}),
    ],
)
def test_new_bucket_is_made_in_its_region_and_closed_to_the_public(
    client: "S3Client", stubber: Stubber, region: str, request_of_region: dict[str, object]
) -> None:
    # GIVEN no bucket
    stubber.add_client_error("head_bucket", "404", "Not Found", 404, expected_params=HEAD)
    stubber.add_response("create_bucket", {}, {**BUCKET, **request_of_region})
    stubber.add_client_error("get_public_access_block", "NoSuchPublicAccessBlockConfiguration")
    stubber.add_response(
        "put_public_access_block", {}, {**BUCKET, "PublicAccessBlockConfiguration": BLOCK_ALL}
    )

    # WHEN it is made, THEN these are the calls
    resource = ensure_bucket(make_aws(Place("aws", region, "000000000000"), s3=client))
    assert resource == Resource("arn:aws:s3:::product-sales", Outcome.CREATED)


def test_second_run_changes_nothing(client: "S3Client", stubber: Stubber) -> None:
    # GIVEN the bucket
    stubber.add_response("head_bucket", {"BucketRegion": "eu-north-1"}, HEAD)
    stubber.add_response("get_public_access_block", {"PublicAccessBlockConfiguration": BLOCK_ALL}, BUCKET)

    # WHEN it is made again, THEN it is only looked at
    assert ensure_bucket(make_aws(s3=client)).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("taken_at", ["head", "create"])
def test_name_taken_by_another_account_says_what_to_do(
    client: "S3Client", stubber: Stubber, taken_at: str
) -> None:
    # GIVEN a bucket of this name that is not ours
    if taken_at == "head":
        stubber.add_client_error("head_bucket", "403", "Forbidden", 403)
    else:
        stubber.add_client_error("head_bucket", "404", "Not Found", 404)
        stubber.add_client_error("create_bucket", "BucketAlreadyExists")

    # WHEN it is made, THEN the message says what to do
    with pytest.raises(BootstrapError, match=r"product-sales belongs to another account.*change BUCKET_NAME"):
        ensure_bucket(make_aws(s3=client))


def test_bucket_in_another_region_says_what_to_do(client: "S3Client", stubber: Stubber) -> None:
    # GIVEN the bucket in Ireland
    stubber.add_response("head_bucket", {"BucketRegion": "eu-west-1"}, HEAD)

    # WHEN it is made, THEN the message says what to do
    with pytest.raises(BootstrapError, match="product-sales is in eu-west-1: set AWS_REGION=eu-west-1"):
        ensure_bucket(make_aws(s3=client))


def test_every_version_is_deleted_before_the_bucket(client: "S3Client", stubber: Stubber) -> None:
    # GIVEN a bucket with a version and a delete marker
    stubber.add_response("head_bucket", {}, HEAD)
    stubber.add_response(
        "list_object_versions",
        {
            "Versions": [{"Key": "orders/a", "VersionId": "1"}],
            "DeleteMarkers": [{"Key": "orders/a", "VersionId": "2"}],
        },
        BUCKET,
    )
    versions = [{"Key": "orders/a", "VersionId": "1"}, {"Key": "orders/a", "VersionId": "2"}]
    stubber.add_response("delete_objects", {}, {**BUCKET, "Delete": {"Objects": versions, "Quiet": True}})
    stubber.add_response("delete_bucket", {}, BUCKET)

    # WHEN it is deleted, THEN these are the calls
    assert delete_bucket(make_aws(PLACE, s3=client)) is Outcome.DELETED


def test_absent_bucket_needs_no_deleting(client: "S3Client", stubber: Stubber) -> None:
    # GIVEN no bucket
    stubber.add_client_error("head_bucket", "404", "Not Found", 404)

    # WHEN it is deleted, THEN it is absent
    assert delete_bucket(make_aws(s3=client)) is Outcome.ABSENT
