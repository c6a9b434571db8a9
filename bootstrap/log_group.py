"""The CloudWatch log groups of the function and of the delivery stream."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from bootstrap.aws import Aws
from bootstrap.errors import error_code
from bootstrap.resource import Outcome, Resource

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import LogGroupTypeDef

RETENTION_DAYS: Final = 14


def ensure_log_group(aws: Aws, log_group_name: str, log_stream_names: tuple[str, ...] = ()) -> Resource:
    """Make a log group, and the log streams that its service does not make for itself."""
    outcome = Outcome.UNCHANGED
    log_group = _describe(aws, log_group_name)
    if log_group is None:
        aws.logs.create_log_group(logGroupName=log_group_name)
        outcome = Outcome.CREATED
    if log_group is None or log_group.get("retentionInDays") != RETENTION_DAYS:
        aws.logs.put_retention_policy(logGroupName=log_group_name, retentionInDays=RETENTION_DAYS)
        outcome = Outcome.UPDATED if outcome is Outcome.UNCHANGED else outcome
    for log_stream_name in log_stream_names:
        if _create_log_stream(aws, log_group_name, log_stream_name) and outcome is Outcome.UNCHANGED:
            outcome = Outcome.UPDATED
    return Resource(aws.place.arn("logs", f"log-group:{log_group_name}"), outcome)


def delete_log_group(aws: Aws, log_group_name: str) -> Outcome:
    """Delete a log group with what is in it."""
    try:
        aws.logs.delete_log_group(logGroupName=log_group_name)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return Outcome.ABSENT
        raise
    return Outcome.DELETED


def _describe(aws: Aws, log_group_name: str) -> "LogGroupTypeDef | None":
    response = aws.logs.describe_log_groups(logGroupNamePrefix=log_group_name)
    # The name itself is the first of those that begin with it.
    groups = [group for group in response["logGroups"] if group["logGroupName"] == log_group_name]
    return groups[0] if groups else None


def _create_log_stream(aws: Aws, log_group_name: str, log_stream_name: str) -> bool:
    try:
        aws.logs.create_log_stream(logGroupName=log_group_name, logStreamName=log_stream_name)
    except ClientError as error:
        if error_code(error) == "ResourceAlreadyExistsException":
            return False
        raise
    return True
