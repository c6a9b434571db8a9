"""Refusals of S3 in the words of AWS's page on monitoring with CloudWatch Logs."""

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from emulator.firehose.s3_refusal import refusal_of
from tests.unit.firehose.fakes import client_error

INTERNAL_ERROR = (
    "InternalError",
    "An internal error occurred while attempting to deliver data. Delivery will be retried; if the error persists, "
    "then it will be reported to AWS for resolution.",
)


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (
            client_error("NoSuchBucket"),
            (
                "S3.NoSuchBucket",
                "The specified bucket does not exist. Create the bucket or use a different bucket that does exist.",
            ),
        ),
        (
            client_error("KMS.NotFoundException"),
            (
                "S3.KMS.NotFoundException",
                "The provided AWS KMS key was not found. If you are using what you believe to be a valid AWS KMS key "
                "with the correct role, check if there is a problem with the account to which the AWS KMS key is "
                "attached.",
            ),
        ),
        (client_error("InternalError"), INTERNAL_ERROR),
        (EndpointConnectionError(endpoint_url="here"), INTERNAL_ERROR),
    ],
    ids=["bucket", "key", "error of S3", "no answer"],
)
def test_refusal_is_told_in_the_words_of_aws(
    error: ClientError | BotoCoreError, refusal: tuple[str, str]
) -> None:
    assert refusal_of(error) == refusal


def test_refusal_that_aws_does_not_list_has_the_message_of_s3() -> None:
    # WHEN
    code, message = refusal_of(client_error("SlowDown"))

    # THEN
    assert code == "S3.SlowDown"
    assert message.startswith("Delivery to S3 failed and will be retried: An error occurred (SlowDown)")
