"""The EventBridge pipe from the table's stream to the Kinesis stream."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from bootstrap.aws import Aws
from bootstrap.errors import BootstrapError, error_code
from bootstrap.names import DEAD_LETTER_QUEUE_NAME, PIPE_NAME, PIPE_ROLE_NAME, STREAM_NAME
from bootstrap.resource import Outcome, Resource
from bootstrap.table import find_stream_arn

if TYPE_CHECKING:
    from mypy_boto3_pipes.type_defs import (
        DescribePipeResponseTypeDef,
        UpdatePipeSourceDynamoDBStreamParametersTypeDef,
    )

TIMEOUT_SECONDS: Final = 300.0
TRANSITIONS: Final = frozenset({"CREATING", "UPDATING", "STARTING", "STOPPING", "DELETING"})
# The most that AWS's console takes. Most failures are outages of the target: the shard waits, its order is kept, and
# the outage passes. A record that no try can save must not hold the shard up until it expires, as by AWS's default
# (-1): it goes to the dead-letter queue.
MAXIMUM_RETRY_ATTEMPTS: Final = 185
# One hour before the stream forgets a record, so that what is in the queue can still be read back from it.
MAXIMUM_RECORD_AGE_SECONDS: Final = 23 * 60 * 60
# One order's changes stay in one shard, in order.
PARTITION_KEY: Final = "$.dynamodb.Keys.orderid.S"
# AWS needs a while to give a new role, or a new stream, its effect.
NOT_YET_REASON: Final = "Cannot access stream"
NOT_YET_TIMEOUT_SECONDS: Final = 180.0


def ensure_pipe(aws: Aws) -> Resource:
    """Make the pipe and start it."""
    request = _request(aws)
    pipe = _settled(aws)
    outcome = Outcome.CREATED
    if pipe is not None:
        if pipe["CurrentState"] != "CREATE_FAILED" and pipe["Source"] == request["Source"]:
            return _update_where_different(aws, pipe, request)
        # The source of a pipe cannot be changed, and a stream that was enabled anew is another source.
        _delete(aws)
        outcome = Outcome.UPDATED
    return Resource(_create(aws, request)["Arn"], outcome)


def pause_pipe(aws: Aws) -> None:
    """Stop the pipe, if there is one that runs; `ensure_pipe` starts it again where it left off."""
    pipe = _settled(aws)
    if pipe is not None and pipe["CurrentState"] == "RUNNING":
        aws.pipes.stop_pipe(Name=PIPE_NAME)
        _settled(aws)


def delete_pipe(aws: Aws) -> Outcome:
    """Delete the pipe and wait until it is gone."""
    if _settled(aws) is None:
        return Outcome.ABSENT
    _delete(aws)
    return Outcome.DELETED


def _request(aws: Aws) -> dict[str, Any]:
    return {
        "RoleArn": aws.place.role_arn(PIPE_ROLE_NAME),
        "Source": find_stream_arn(aws),
        "SourceParameters": {
            "DynamoDBStreamParameters": {"StartingPosition": "LATEST", **_changeable_source_parameters(aws)}
        },
        "Target": aws.place.arn("kinesis", f"stream/{STREAM_NAME}"),
        "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": PARTITION_KEY}},
        "DesiredState": "RUNNING",
    }


def _changeable_source_parameters(aws: Aws) -> "UpdatePipeSourceDynamoDBStreamParametersTypeDef":
    """Return what can be set of the source again and again; where a pipe began to read cannot."""
    return {
        "BatchSize": 1,
        "MaximumRetryAttempts": MAXIMUM_RETRY_ATTEMPTS,
        "MaximumRecordAgeInSeconds": MAXIMUM_RECORD_AGE_SECONDS,
        "DeadLetterConfig": {"Arn": aws.place.arn("sqs", DEAD_LETTER_QUEUE_NAME)},
    }


def is_in_force(wanted: Mapping[str, Any], described: Mapping[str, Any]) -> bool:
    """Return whether a described pipe has everything that is wanted of it, however deep."""
    return all(
        is_in_force(value, described.get(name, {}))
        if isinstance(value, Mapping)
        else described.get(name) == value
        for name, value in wanted.items()
    )


def _create(aws: Aws, request: dict[str, Any]) -> "DescribePipeResponseTypeDef":
    deadline = aws.wait.now() + NOT_YET_TIMEOUT_SECONDS
    while True:
        aws.pipes.create_pipe(Name=PIPE_NAME, **request)
        pipe = _settled(aws)
        if pipe is not None and pipe["CurrentState"] == "RUNNING":
            return pipe
        reason = pipe.get("StateReason", "no reason given") if pipe else "it is gone again"
        if NOT_YET_REASON not in reason or aws.wait.now() >= deadline:
            raise BootstrapError(f"pipe {PIPE_NAME} cannot be created: {reason}")
        _delete(aws)
        aws.wait.sleep(5.0)


def _update_where_different(
    aws: Aws, pipe: "DescribePipeResponseTypeDef", request: dict[str, Any]
) -> Resource:
    if pipe["CurrentState"] == "RUNNING" and is_in_force(request, pipe):
        return Resource(pipe["Arn"], Outcome.UNCHANGED)
    if is_in_force(request, {**pipe, "DesiredState": "RUNNING"}):
        aws.pipes.start_pipe(Name=PIPE_NAME)
    else:
        aws.pipes.update_pipe(
            Name=PIPE_NAME,
            RoleArn=request["RoleArn"],
            SourceParameters={"DynamoDBStreamParameters": _changeable_source_parameters(aws)},
            Target=request["Target"],
            TargetParameters=request["TargetParameters"],
            DesiredState="RUNNING",
        )
    updated = _settled(aws)
    if updated is None or updated["CurrentState"] != "RUNNING":
        reason = updated.get("StateReason", "no reason given") if updated else "it is gone"
        raise BootstrapError(f"pipe {PIPE_NAME} cannot be updated: {reason}")
    return Resource(pipe["Arn"], Outcome.UPDATED)


def _describe(aws: Aws) -> "DescribePipeResponseTypeDef | None":
    try:
        return aws.pipes.describe_pipe(Name=PIPE_NAME)
    except ClientError as error:
        if error_code(error) == "NotFoundException":
            return None
        raise


def _settled(aws: Aws) -> "DescribePipeResponseTypeDef | None":
    """Return the pipe once it is in no state of transition, or None when there is none."""

    def settled() -> "tuple[DescribePipeResponseTypeDef | None] | None":
        pipe = _describe(aws)
        return None if pipe is not None and pipe["CurrentState"] in TRANSITIONS else (pipe,)

    return aws.wait.until(f"pipe {PIPE_NAME} to be ready", settled, TIMEOUT_SECONDS)[0]


def _delete(aws: Aws) -> None:
    aws.pipes.delete_pipe(Name=PIPE_NAME)
    aws.wait.until(f"pipe {PIPE_NAME} to be gone", lambda: _describe(aws) is None or None, TIMEOUT_SECONDS)
