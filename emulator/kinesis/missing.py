"""What is not there: how Kinesis says so of a stream and of a shard."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from emulator.errors import ServiceError

_MAXIMUM_SHARD_INDEX = 2**31 - 1


class NamedStream(Protocol):
    """What a message says of a data stream."""

    @property
    def stream_name(self) -> str:
        """Name of the stream."""

    @property
    def account_id(self) -> str:
        """Account that owns it."""


Found = TypeVar("Found")


class StreamNotFoundError(ServiceError):
    """There is no stream of this name."""

    def __init__(self, stream_name: str, account_id: str) -> None:
        super().__init__(
            "ResourceNotFoundException", f"Stream {stream_name} under account {account_id} not found."
        )
        self.stream_name = stream_name
        self.account_id = account_id


def stream_of_shard(find_stream: Callable[[], Found], shard_id: str) -> Found:
    """Return the stream that is found; one that is not there is told of as a shard that is not, as Kinesis does.

    Raises:
        ServiceError: there is no such stream, or the text cannot be a shard's identifier.
    """
    try:
        return find_stream()
    except StreamNotFoundError as missing:
        raise shard_does_not_exist(missing, resolve_shard_id(missing, shard_id)) from missing


def stream_of_shards(find_stream: Callable[[], Found], *shard_ids: str) -> Found:
    """Return the stream that is found; what cannot be a shard's identifier is refused before, as Kinesis does.

    Raises:
        ServiceError: there is no such stream, or a text cannot be a shard's identifier.
    """
    try:
        return find_stream()
    except StreamNotFoundError as missing:
        for shard_id in shard_ids:
            resolve_shard_id(missing, shard_id)
        raise


def resolve_shard_id(stream: NamedStream, shard_id: str) -> str:
    """Return the full identifier that a shard's number stands for, with any prefix or none, as Kinesis takes it.

    Raises:
        ServiceError: the text does not end in a number that a shard can have.
    """
    _, _, number = shard_id.rpartition("-")
    if not (number.isascii() and number.isdigit()) or int(number) > _MAXIMUM_SHARD_INDEX:
        raise shard_not_found(stream, shard_id)
    return f"shardId-{int(number):012d}"


def shard_not_found(stream: NamedStream, shard_id: str) -> ServiceError:
    """Return the error that says that a stream has no such shard to be resharded, or can have none."""
    return ServiceError(
        "ResourceNotFoundException",
        f"Could not find shard {shard_id} in stream {stream.stream_name} under account {stream.account_id}.",
    )


def shard_does_not_exist(stream: NamedStream, shard_id: str) -> ServiceError:
    """Return the error that says that a stream has no such shard to be read."""
    return ServiceError(
        "ResourceNotFoundException",
        f"Shard {shard_id} in stream {stream.stream_name} under account {stream.account_id} does not exist",
    )
