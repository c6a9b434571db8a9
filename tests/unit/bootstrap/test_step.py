"""The order of the resources, and doing it again where somebody else was faster."""

import pytest
from botocore.exceptions import ClientError

from bootstrap.step import STEPS, is_conflict, until_no_conflict
from tests.unit.bootstrap.fake_aws import client_error, make_aws, raising


def test_resources_are_made_after_those_they_need() -> None:
    # WHEN the steps are listed
    order = [step.name for step in STEPS]

    # THEN sources, targets, roles and the function come before what uses them, and the writer last
    assert order == [
        "product-sales",
        "OrderTable",
        "kinesis-orderstream",
        "orders-pipe-dlq",
        "/aws/lambda/transformlambda",
        "/aws/kinesisfirehose/orders-firehose",
        "transformlambda-role",
        "orders-firehose-role",
        "orders-pipe-role",
        "transformlambda",
        "orders-firehose",
        "orders-pipe",
    ]


@pytest.mark.parametrize(
    "error",
    [
        client_error("ResourceInUseException"),
        client_error("EntityAlreadyExists"),
        client_error("ConcurrentModificationException"),
        client_error("ResourceConflictException"),
        client_error("BucketAlreadyOwnedByYou"),
        client_error("AWS.SimpleQueueService.QueueDeletedRecently"),
        client_error("NoSuchBucket"),
        client_error("ResourceNotFoundException"),
        client_error(
            "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."
        ),
        client_error(
            "InvalidArgumentException", "Firehose is unable to assume role arn:1. Please check the role."
        ),
    ],
    ids=lambda error: error.response["Error"]["Code"],
)
def test_call_that_comes_in_another_ones_way_is_repeated(error: ClientError) -> None:
    # GIVEN an action that fails twice because of somebody else, or of a role made just now
    aws = make_aws()
    action = raising(error, error, then="done")

    # WHEN it is run, THEN it succeeds in the end
    assert until_no_conflict(aws.wait, action) == "done"


def test_conflict_that_stays_is_passed_on_in_time() -> None:
    # GIVEN an action that always fails
    aws = make_aws()
    action = raising(*[client_error("ResourceInUseException")] * 1_000, then="never")

    # WHEN it is run, THEN it fails after two minutes
    with pytest.raises(ClientError, match="ResourceInUseException"):
        until_no_conflict(aws.wait, action)
    assert 120 <= aws.wait.now() < 130


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException", "LimitExceededException"])
def test_other_errors_are_passed_on_at_once(code: str) -> None:
    # GIVEN an error that repeating does not help
    # WHEN it is judged, THEN it is no conflict
    assert not is_conflict(client_error(code, "no"))
