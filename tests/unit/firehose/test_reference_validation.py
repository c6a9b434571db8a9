"""What is refused because of what other services say.

https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/firehose (texts measured on AWS)
"""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.errors import ServiceError
from emulator.firehose.configuration import TableReference
from emulator.firehose.validation.reference import check_data_stream, check_key_regions, check_table
from tests.unit.firehose.fakes import STREAM_ARN, client_error
from tests.unit.firehose.wire_fakes import ROLE_ARN, destination

LATEST = TableReference(ROLE_ARN, "000000000000", "shop", "orders", "eu-north-1")
KEY_ARN = "arn:aws:kms:eu-west-1:000000000000:key/8a4f0c3e"
ENCRYPTED = {"EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": KEY_ARN}}}


class FakeService:
    """Answers every call with the same, or raises, and keeps the arguments."""

    def __init__(self, answer: dict[str, Any] | None = None, error: Exception | None = None) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answer = answer or {}
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> dict[str, Any]:
            self.calls.append((name, arguments))
            if self._error is not None:
                raise self._error
            return self._answer

        return call


def test_data_stream_that_does_not_exist_is_refused_with_what_kinesis_says() -> None:
    with pytest.raises(ServiceError) as caught:
        check_data_stream(FakeService(error=client_error("ResourceNotFoundException")), STREAM_ARN)

    assert (caught.value.code, caught.value.message) == (
        "InvalidArgumentException",
        "ResourceNotFoundException happened",
    )


@pytest.mark.parametrize(
    ("version_id", "call"),
    [
        (
            "LATEST",
            ("get_table", {"CatalogId": "000000000000", "DatabaseName": "shop", "Name": "orders"}),
        ),
        (
            "3",
            (
                "get_table_version",
                {
                    "CatalogId": "000000000000",
                    "DatabaseName": "shop",
                    "TableName": "orders",
                    "VersionId": "3",
                },
            ),
        ),
    ],
)
def test_table_is_looked_up_in_its_version(version_id: str, call: tuple[str, dict[str, str]]) -> None:
    glue = FakeService()

    check_table(glue, TableReference(ROLE_ARN, "000000000000", "shop", "orders", "eu-north-1", version_id))

    assert glue.calls == [call]


def test_table_that_does_not_exist_is_refused_with_what_glue_says() -> None:
    # GIVEN a catalogue without the table
    error = ClientError(
        {
            "Error": {"Code": "EntityNotFoundException", "Message": "Table orders not found."},
            "ResponseMetadata": {
                "HTTPStatusCode": 400,
                "RequestId": "",
                "HostId": "",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        "GetTable",
    )

    # WHEN it is looked up
    with pytest.raises(ServiceError) as caught:
        check_table(FakeService(error=error), LATEST)

    # THEN the refusal carries Glue's error, as AWS's for a denied access does
    assert caught.value.code == "InvalidArgumentException"
    assert re.fullmatch(
        r"The specified table/database could not be found\. Please ensure that the table/database exists and that "
        r"the values provided in the schema configuration are correct, especially with regards to casing\. "
        r"Table orders not found\. \(Service: AWSGlue; Status Code: 400; Error Code: EntityNotFoundException; "
        r"Request ID: [0-9a-f-]{36}; Proxy: null\)",
        caught.value.message,
    )


@pytest.mark.parametrize("location", ["eu-north-1", None])
def test_key_of_another_region_than_the_bucket_is_refused(location: str | None) -> None:
    with pytest.raises(ServiceError) as caught:
        check_key_regions(FakeService({"LocationConstraint": location}), destination(**ENCRYPTED))

    assert caught.value.message == (
        f"KMS Key {KEY_ARN} does not exist in the same region as the S3 bucket. KMS Key region: eu-west-1. S3 "
        f"Bucket Region: {location or 'us-east-1'}"
    )


@pytest.mark.parametrize(
    ("s3", "wire"),
    [
        (FakeService({"LocationConstraint": "eu-west-1"}), destination(**ENCRYPTED)),
        (FakeService(error=client_error("NoSuchBucket")), destination(**ENCRYPTED)),
        (FakeService(error=AssertionError("asked")), destination()),
    ],
)
def test_key_of_the_buckets_region_is_taken(s3: FakeService, wire: dict[str, Any]) -> None:
    check_key_regions(s3, wire)


def test_key_of_the_backup_is_checked_too() -> None:
    wire = destination(S3BackupConfiguration=destination(**ENCRYPTED))

    with pytest.raises(ServiceError, match="does not exist in the same region"):
        check_key_regions(FakeService({"LocationConstraint": "eu-north-1"}), wire)
