"""The pipe: made once, changed where it differs, made anew where it cannot be changed."""

import pytest

from bootstrap.errors import BootstrapError
from bootstrap.pipe import delete_pipe, ensure_pipe
from bootstrap.resource import Outcome, Resource
from bootstrap.table import ensure_table
from tests.unit.bootstrap.fake_aws import FakeDynamoDB, FakePipes, make_aws

NOT_YET = "Cannot access stream arn:1. Please ensure the customer role can perform actions on source stream"


@pytest.fixture
def dynamodb() -> FakeDynamoDB:
    dynamodb = FakeDynamoDB()
    ensure_table(make_aws(dynamodb=dynamodb))
    return dynamodb


def test_pipe_is_the_documented_one(dynamodb: FakeDynamoDB) -> None:
    # WHEN the pipe is made
    pipes = FakePipes()
    resource = ensure_pipe(make_aws(dynamodb=dynamodb, pipes=pipes))

    # THEN it is what design and contract say
    assert resource == Resource("arn:orders-pipe", Outcome.CREATED)
    assert pipes.calls == [
        (
            "create",
            {
                "RoleArn": "arn:aws:iam::000000000000:role/orders-pipe-role",
                "Source": "arn:OrderTable/stream/1",
                "SourceParameters": {
                    "DynamoDBStreamParameters": {
                        "StartingPosition": "LATEST",
                        "BatchSize": 1,
                        "MaximumRetryAttempts": 185,
                        "MaximumRecordAgeInSeconds": 82_800,
                        "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-north-1:000000000000:orders-pipe-dlq"},
                    }
                },
                "Target": "arn:aws:kinesis:eu-north-1:000000000000:stream/kinesis-orderstream",
                "TargetParameters": {
                    "KinesisStreamParameters": {"PartitionKey": "$.dynamodb.Keys.orderid.S"}
                },
                "DesiredState": "RUNNING",
            },
        )
    ]


def test_second_run_changes_nothing(dynamodb: FakeDynamoDB) -> None:
    # GIVEN a pipe
    pipes = FakePipes()
    aws = make_aws(dynamodb=dynamodb, pipes=pipes)
    ensure_pipe(aws)

    # WHEN it is made again, THEN nothing is called
    assert ensure_pipe(aws).outcome is Outcome.UNCHANGED
    assert [call for call, _ in pipes.calls] == ["create"]


def test_stopped_pipe_is_started(dynamodb: FakeDynamoDB) -> None:
    # GIVEN a pipe that somebody stopped
    pipes = FakePipes()
    aws = make_aws(dynamodb=dynamodb, pipes=pipes)
    ensure_pipe(aws)
    assert pipes.pipe is not None
    pipes.pipe |= {"CurrentState": "STOPPED", "DesiredState": "STOPPED"}

    # WHEN it is made again, THEN it is started, which keeps its place in the stream
    assert ensure_pipe(aws).outcome is Outcome.UPDATED
    assert [call for call, _ in pipes.calls] == ["create", "start"]


def test_other_parameters_are_an_update_without_the_starting_position(dynamodb: FakeDynamoDB) -> None:
    # GIVEN a pipe with another batch size
    pipes = FakePipes()
    aws = make_aws(dynamodb=dynamodb, pipes=pipes)
    ensure_pipe(aws)
    assert pipes.pipe is not None
    pipes.pipe["SourceParameters"] = {
        "DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 100}
    }

    # WHEN it is made again
    outcome = ensure_pipe(aws).outcome

    # THEN it is updated, and what cannot be changed is not sent
    assert outcome is Outcome.UPDATED
    operation, request = pipes.calls[-1]
    assert operation == "update"
    assert request["SourceParameters"]["DynamoDBStreamParameters"] == {
        "BatchSize": 1,
        "MaximumRetryAttempts": 185,
        "MaximumRecordAgeInSeconds": 82_800,
        "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-north-1:000000000000:orders-pipe-dlq"},
    }


def test_pipe_of_another_stream_is_made_anew(dynamodb: FakeDynamoDB) -> None:
    # GIVEN a pipe, and a stream that was enabled anew since
    pipes = FakePipes()
    aws = make_aws(dynamodb=dynamodb, pipes=pipes)
    ensure_pipe(aws)
    assert dynamodb.table is not None
    dynamodb.table["LatestStreamArn"] = "arn:OrderTable/stream/2"

    # WHEN it is made again
    outcome = ensure_pipe(aws).outcome

    # THEN it reads the new stream
    assert outcome is Outcome.UPDATED
    assert [call for call, _ in pipes.calls] == ["create", "delete", "create"]
    assert pipes.calls[-1][1]["Source"] == "arn:OrderTable/stream/2"


def test_creation_that_comes_too_early_for_its_role_is_repeated(dynamodb: FakeDynamoDB) -> None:
    # GIVEN a role that has no effect for a while
    pipes = FakePipes(failures=[NOT_YET, NOT_YET])

    # WHEN the pipe is made
    resource = ensure_pipe(make_aws(dynamodb=dynamodb, pipes=pipes))

    # THEN it is made in the end
    assert resource.outcome is Outcome.CREATED
    assert [call for call, _ in pipes.calls] == ["create", "delete", "create", "delete", "create"]


def test_creation_that_stays_too_early_fails_in_time(dynamodb: FakeDynamoDB) -> None:
    # GIVEN a role that never has an effect
    aws = make_aws(dynamodb=dynamodb, pipes=FakePipes(failures=[NOT_YET] * 1_000))

    # WHEN the pipe is made, THEN it fails after three minutes with AWS's reason
    with pytest.raises(BootstrapError, match="orders-pipe cannot be created: Cannot access stream"):
        ensure_pipe(aws)
    assert 180 <= aws.wait.now() < 200


def test_other_failure_of_the_creation_is_passed_on(dynamodb: FakeDynamoDB) -> None:
    # GIVEN a pipe that cannot be
    aws = make_aws(dynamodb=dynamodb, pipes=FakePipes(failures=["no luck"]))

    # WHEN it is made, THEN it fails at once
    with pytest.raises(BootstrapError, match="orders-pipe cannot be created: no luck"):
        ensure_pipe(aws)
    assert aws.wait.now() < 10


def test_deleting_is_idempotent(dynamodb: FakeDynamoDB) -> None:
    # GIVEN a pipe
    aws = make_aws(dynamodb=dynamodb, pipes=FakePipes())
    ensure_pipe(aws)

    # WHEN it is deleted twice, THEN the second time it is absent
    assert [delete_pipe(aws) for _ in range(2)] == [Outcome.DELETED, Outcome.ABSENT]
