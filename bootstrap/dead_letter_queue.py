"""The queue for change records that the pipe has to give up."""

from typing import Final

from botocore.exceptions import ClientError

from bootstrap.aws import Aws
from bootstrap.errors import error_code
from bootstrap.names import DEAD_LETTER_QUEUE_NAME
from bootstrap.resource import Outcome, Resource

NOT_FOUND: Final = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
# The longest that SQS keeps a message: 14 days.
RETENTION_SECONDS: Final = 14 * 24 * 60 * 60


def ensure_dead_letter_queue(aws: Aws) -> Resource:
    """Make the queue."""
    queue_url = _find_url(aws)
    if queue_url is None:
        queue_url = aws.sqs.create_queue(
            QueueName=DEAD_LETTER_QUEUE_NAME, Attributes={"MessageRetentionPeriod": str(RETENTION_SECONDS)}
        )["QueueUrl"]
        outcome = Outcome.CREATED
    else:
        outcome = Outcome.UNCHANGED
    attributes = aws.sqs.get_queue_attributes(
        QueueUrl=queue_url, AttributeNames=["QueueArn", "MessageRetentionPeriod"]
    )["Attributes"]
    if int(attributes["MessageRetentionPeriod"]) != RETENTION_SECONDS:
        aws.sqs.set_queue_attributes(
            QueueUrl=queue_url, Attributes={"MessageRetentionPeriod": str(RETENTION_SECONDS)}
        )
        outcome = Outcome.UPDATED
    return Resource(attributes["QueueArn"], outcome)


def delete_dead_letter_queue(aws: Aws) -> Outcome:
    """Delete the queue with its messages."""
    queue_url = _find_url(aws)
    if queue_url is None:
        return Outcome.ABSENT
    aws.sqs.delete_queue(QueueUrl=queue_url)
    return Outcome.DELETED


def _find_url(aws: Aws) -> str | None:
    try:
        return aws.sqs.get_queue_url(QueueName=DEAD_LETTER_QUEUE_NAME)["QueueUrl"]
    except ClientError as error:
        if error_code(error) in NOT_FOUND:
            return None
        raise
