"""The Kinesis stream between the pipe and the delivery stream."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from bootstrap.aws import Aws
from bootstrap.errors import error_code
from bootstrap.names import STREAM_NAME
from bootstrap.resource import Outcome, Resource

if TYPE_CHECKING:
    from mypy_boto3_kinesis.type_defs import StreamDescriptionSummaryTypeDef

SHARD_COUNT: Final = 1
TIMEOUT_SECONDS: Final = 300.0


def ensure_stream(aws: Aws, before_creation: Callable[[], None]) -> Resource:
    """Make the stream, after `before_creation`; one that was resharded since is left as it is."""
    outcome = Outcome.UNCHANGED
    if _describe(aws) is None:
        before_creation()
        aws.kinesis.create_stream(
            StreamName=STREAM_NAME,
            ShardCount=SHARD_COUNT,
            StreamModeDetails={"StreamMode": "PROVISIONED"},
        )
        outcome = Outcome.CREATED
    return Resource(_wait_until_active(aws)["StreamARN"], outcome)


def delete_stream(aws: Aws) -> Outcome:
    """Delete the stream and wait until it is gone."""
    if _describe(aws) is None:
        return Outcome.ABSENT
    _wait_until_settled(aws)
    aws.kinesis.delete_stream(StreamName=STREAM_NAME, EnforceConsumerDeletion=True)
    aws.wait.until(
        f"stream {STREAM_NAME} to be gone", lambda: _describe(aws) is None or None, TIMEOUT_SECONDS
    )
    return Outcome.DELETED


def _describe(aws: Aws) -> "StreamDescriptionSummaryTypeDef | None":
    try:
        return aws.kinesis.describe_stream_summary(StreamName=STREAM_NAME)["StreamDescriptionSummary"]
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise


def _wait_until_settled(aws: Aws) -> None:
    """Return when the stream is ACTIVE, or was deleted by somebody else."""

    def settled() -> bool | None:
        found = _describe(aws)
        return True if found is None or found["StreamStatus"] == "ACTIVE" else None

    aws.wait.until(f"stream {STREAM_NAME} to be ACTIVE or gone", settled, TIMEOUT_SECONDS)


def _wait_until_active(aws: Aws) -> "StreamDescriptionSummaryTypeDef":
    def active() -> "StreamDescriptionSummaryTypeDef | None":
        stream = _describe(aws)
        return stream if stream is not None and stream["StreamStatus"] == "ACTIVE" else None

    return aws.wait.until(f"stream {STREAM_NAME} to be ACTIVE", active, TIMEOUT_SECONDS)
