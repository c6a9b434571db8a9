"""What can go wrong in a pipe, and whose fault it is."""

from collections.abc import Sequence


class PipeError(Exception):
    """Base of everything a pipe's data plane raises.

    `retriable` tells whether trying the same again can succeed.
    """

    retriable = True


class SourceError(PipeError):
    """The source did not answer; the position in the shard is unchanged."""


class ExpiredIteratorError(SourceError):
    """The shard iterator is too old; a new one can be had from the last sequence number."""


class TrimmedDataError(SourceError):
    """The sequence number asked for is older than the oldest record kept."""

    retriable = False


class StreamNotFoundError(SourceError):
    """The source stream, or the shard, does not exist."""

    retriable = False


class SourceAccessError(PipeError):
    """The pipe cannot be brought into the desired state; the message is its StateReason."""

    retriable = False


class TargetError(PipeError):
    """The target did not accept a batch.

    A customer invocation error (a missing resource, a refused record) uses up a retry attempt. An internal
    error (a throttle, a failure of the target's service) does not:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html
    """

    def __init__(self, message: str, *, internal: bool = False) -> None:
        super().__init__(message)
        self.internal = internal


class PartialBatchError(TargetError):
    """The target accepted the batch except for the events at `failed_indexes` (ascending, not empty)."""

    def __init__(self, message: str, failed_indexes: Sequence[int], *, internal: bool = False) -> None:
        super().__init__(message, internal=internal)
        self.failed_indexes = tuple(failed_indexes)


class CheckpointError(PartialBatchError):
    """The target accepted everything before the first of `failed_indexes`, and names where to go on from."""


class DeadLetterError(PipeError):
    """The dead-letter queue did not accept a message."""


class JsonPathError(PipeError):
    """A JSON path leads nowhere in an event."""

    retriable = False
