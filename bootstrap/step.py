"""The resources in the order in which they are made, and how one of them is made or deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from botocore.exceptions import ClientError

from bootstrap import names
from bootstrap.aws import Aws, Wait
from bootstrap.bucket import delete_bucket, ensure_bucket
from bootstrap.dead_letter_queue import delete_dead_letter_queue, ensure_dead_letter_queue
from bootstrap.delivery_stream import delete_delivery_stream, ensure_delivery_stream
from bootstrap.errors import error_code
from bootstrap.function import delete_function, ensure_function
from bootstrap.log_group import delete_log_group, ensure_log_group
from bootstrap.pipe import delete_pipe, ensure_pipe, pause_pipe
from bootstrap.policy import (
    delivery_stream_policy,
    delivery_stream_trust_policy,
    function_policy,
    function_trust_policy,
    pipe_policy,
    pipe_trust_policy,
)
from bootstrap.resource import Outcome, Resource
from bootstrap.role import delete_role, ensure_role
from bootstrap.stream import delete_stream, ensure_stream
from bootstrap.table import delete_table, ensure_table
from sandbox.settings import Settings

T = TypeVar("T")

CONFLICT_TIMEOUT_SECONDS: Final = 120.0
# Somebody else makes, changes or deletes the same resource, between our looking and our acting: looking again shows
# what is left to do.
CONFLICT_CODES: Final = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "AWS.SimpleQueueService.QueueDeletedRecently",
        "BucketAlreadyOwnedByYou",
        "BucketNotEmpty",
        "ConcurrentModification",
        "ConcurrentModificationException",
        "ConflictException",
        "EntityAlreadyExists",
        "NoSuchBucket",
        "NoSuchEntity",
        "NotFoundException",
        "OperationAborted",
        "QueueAlreadyExists",
        "QueueDeletedRecently",
        "QueueDoesNotExist",
        "ResourceAlreadyExistsException",
        "ResourceConflictException",
        "ResourceInUseException",
        "ResourceNotFoundException",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One resource: what it is, its name, and the functions that make and delete it."""

    kind: str
    name: str
    ensure: Callable[[Aws, Settings], Resource]
    delete: Callable[[Aws], Outcome]


def make_way_for_stream(aws: Aws) -> None:
    """Take away what knows a Kinesis stream that was deleted, so that a new one of its name loses nothing.

    A delivery stream goes on in the stream that it was made for only. A new one begins at the tip: until it is there,
    the pipe must not write.
    """
    pause_pipe(aws)
    delete_delivery_stream(aws)


# Deleting goes the other way. The delivery stream begins to read the Kinesis stream at its tip, so it is there
# before the pipe writes.
STEPS: Final = (
    Step("bucket", names.BUCKET_NAME, lambda aws, _: ensure_bucket(aws), delete_bucket),
    Step("table", names.TABLE_NAME, lambda aws, _: ensure_table(aws), delete_table),
    Step(
        "stream",
        names.STREAM_NAME,
        lambda aws, _: ensure_stream(aws, lambda: make_way_for_stream(aws)),
        delete_stream,
    ),
    Step(
        "dead-letter queue",
        names.DEAD_LETTER_QUEUE_NAME,
        lambda aws, _: ensure_dead_letter_queue(aws),
        delete_dead_letter_queue,
    ),
    Step(
        "log group",
        names.FUNCTION_LOG_GROUP,
        lambda aws, _: ensure_log_group(aws, names.FUNCTION_LOG_GROUP),
        lambda aws: delete_log_group(aws, names.FUNCTION_LOG_GROUP),
    ),
    Step(
        "log group",
        names.DELIVERY_STREAM_LOG_GROUP,
        lambda aws, _: ensure_log_group(
            aws, names.DELIVERY_STREAM_LOG_GROUP, (names.DESTINATION_LOG_STREAM, names.BACKUP_LOG_STREAM)
        ),
        lambda aws: delete_log_group(aws, names.DELIVERY_STREAM_LOG_GROUP),
    ),
    Step(
        "role",
        names.FUNCTION_ROLE_NAME,
        lambda aws, _: ensure_role(aws, names.FUNCTION_ROLE_NAME, function_trust_policy, function_policy),
        lambda aws: delete_role(aws, names.FUNCTION_ROLE_NAME),
    ),
    Step(
        "role",
        names.DELIVERY_STREAM_ROLE_NAME,
        lambda aws, _: ensure_role(
            aws, names.DELIVERY_STREAM_ROLE_NAME, delivery_stream_trust_policy, delivery_stream_policy
        ),
        lambda aws: delete_role(aws, names.DELIVERY_STREAM_ROLE_NAME),
    ),
    Step(
        "role",
        names.PIPE_ROLE_NAME,
        lambda aws, _: ensure_role(aws, names.PIPE_ROLE_NAME, pipe_trust_policy, pipe_policy),
        lambda aws: delete_role(aws, names.PIPE_ROLE_NAME),
    ),
    Step("function", names.FUNCTION_NAME, lambda aws, _: ensure_function(aws), delete_function),
    Step("delivery stream", names.DELIVERY_STREAM_NAME, ensure_delivery_stream, delete_delivery_stream),
    Step("pipe", names.PIPE_NAME, lambda aws, _: ensure_pipe(aws), delete_pipe),
)


def until_no_conflict(wait: Wait, action: Callable[[], T]) -> T:
    """Run an action again while somebody else is at the same resource, or a new role has no effect yet.

    Every action here looks before it acts, so running it again does what is left to do.
    """
    deadline = wait.now() + CONFLICT_TIMEOUT_SECONDS
    pause = 0.2
    while True:
        try:
            return action()
        except ClientError as error:
            if not is_conflict(error) or wait.now() >= deadline:
                raise
        wait.sleep(pause)
        pause = min(pause * 2, 5.0)


def is_conflict(error: ClientError) -> bool:
    """Return whether the same call can succeed a moment later."""
    if error_code(error) in CONFLICT_CODES:
        return True
    # Lambda, Firehose and Pipes each say in their own words that they cannot assume a role made just now.
    return "assume" in error.response["Error"].get("Message", "")
