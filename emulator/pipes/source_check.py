"""Checking the source of a pipe, with AWS's reasons for a pipe that cannot run."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.clock import Clock
from emulator.pipes.errors import SourceAccessError, SourceError, StreamNotFoundError
from emulator.pipes.kinesis_source import KinesisSource
from emulator.pipes.pipe import Pipe, PipeDefinition, QueueParameters
from emulator.pipes.queue_source import QueueSource
from emulator.pipes.source import DynamoDBStreamSource, StreamSource
from emulator.pipes.starting_position import resolve_starting_position

# Service name to a boto3-shaped client for the pipe's account and region.
Clients = Callable[[str], Any]

STREAM_NOT_FOUND = "Stream not found. To resume processing please delete the pipe and create a new one."


def stream_source(clients: Clients, definition: PipeDefinition, identity: str | None) -> StreamSource:
    """Return the stream that a pipe reads; `identity` is that of the one it has read so far."""
    if definition.source_arn.split(":")[2] == "kinesis":
        return KinesisSource(clients("kinesis"), definition.source_arn, definition.role_arn, identity)
    return DynamoDBStreamSource(clients("dynamodbstreams"), definition.source_arn)


def queue_source(clients: Clients, definition: PipeDefinition) -> QueueSource:
    """Return the queue that a pipe reads."""
    return QueueSource(clients("sqs"), definition.source_arn)


class SourceCheck:
    """Checks source and role as AWS does; the target is not checked.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
    """

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock

    def create(self, pipe: Pipe, definition: PipeDefinition, stopping: Callable[[], bool]) -> None:
        """Check the source of a pipe that has never run, and settle its starting position.

        Raises:
            SourceAccessError: the role or the source does not exist, or the source is another account's.
        """
        progress = pipe.progress
        parameters = definition.source_parameters
        if definition.source_arn.split(":")[4] != pipe.account_id:
            raise SourceAccessError(cannot_access(definition.source_arn))
        self._check_role(definition)
        try:
            if isinstance(parameters, QueueParameters):
                queue_source(self._clients, definition).check()
                progress.starting_position_resolved = True
                return
            source = stream_source(self._clients, definition, None)
            source.is_enabled()
            progress.stream_identity = source.identity()
            resolve_starting_position(source, progress, parameters, self._clock.now(), stopping)
        except SourceError as error:
            raise SourceAccessError(cannot_access(definition.source_arn)) from error

    def check(self, pipe: Pipe, definition: PipeDefinition) -> None:
        """Check the source of a pipe that exists; one whose stream was disabled or replaced is of no more use.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html

        Raises:
            SourceAccessError: the role is gone, or the source is gone or disabled.
        """
        self._check_role(definition)
        self.check_source(pipe)

    def check_source(self, pipe: Pipe) -> None:
        """Raise SourceAccessError when the source is gone or disabled."""
        definition = pipe.definition
        try:
            if isinstance(definition.source_parameters, QueueParameters):
                queue_source(self._clients, definition).check()
                return
            source = stream_source(self._clients, definition, pipe.progress.stream_identity)
            known = pipe.progress.stream_identity
            usable = source.is_enabled() and known in (None, source.identity())
        except StreamNotFoundError as error:
            is_queue = isinstance(definition.source_parameters, QueueParameters)
            reason = cannot_access(definition.source_arn) if is_queue else STREAM_NOT_FOUND
            raise SourceAccessError(reason) from error
        except SourceError as error:
            raise SourceAccessError(cannot_access(definition.source_arn)) from error
        if not usable:
            raise SourceAccessError(STREAM_NOT_FOUND)

    def _check_role(self, definition: PipeDefinition) -> None:
        try:
            self._clients("iam").get_role(RoleName=definition.role_arn.rpartition("/")[2])
        except (ClientError, BotoCoreError) as error:
            raise SourceAccessError(cannot_access(definition.source_arn)) from error


def cannot_access(source_arn: str) -> str:
    """Return the reason that AWS gives when the role cannot reach the source, or there is no such source."""
    cause = (
        "The provided customer role does not have permissions to call ReceiveMessage on SQS"
        if source_arn.split(":")[2] == "sqs"
        else f"Cannot access stream {source_arn}. "
        "Please ensure the customer role can perform actions on source stream"
    )
    return f"Input parameter is invalid from the request due to : {cause}"
