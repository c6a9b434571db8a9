"""What a producer hands in, and what makes it a record that no stream takes."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from emulator.errors import ServiceError
from emulator.kinesis.missing import NamedStream
from emulator.kinesis.sequence_number import sequence_number_parts
from emulator.kinesis.shard import Shard

_HASH_KEYS = 2**128
_HASH_KEY_PATTERN = r"0|([1-9]\d{0,38})"


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record that a producer hands in."""

    partition_key: str
    data: bytes
    explicit_hash_key: str | None = None
    # SequenceNumberForOrdering, which PutRecord alone has.
    ordered_after: str | None = None

    @property
    def size_bytes(self) -> int:
        """What counts towards every limit: the data and the partition key."""
        return len(self.data) + len(self.partition_key.encode())


def hash_key(record: NewRecord) -> int:
    """Return the 128-bit key that places a record in a shard's hash key range."""
    if record.explicit_hash_key is not None:
        return int(record.explicit_hash_key)
    return int.from_bytes(hashlib.md5(record.partition_key.encode(), usedforsecurity=False).digest(), "big")


def check_keys(record: NewRecord, path: str) -> None:
    """Refuse keys that cannot be, `path` being where the request has them.

    Raises:
        ServiceError: they are too long, too short or no numbers of 128 bits.
    """
    if not 1 <= len(record.partition_key) <= 256:
        edge = "less than or equal to 256" if record.partition_key else "greater than or equal to 1"
        raise ServiceError(
            "ValidationException",
            f"1 validation error detected: Value '{record.partition_key}' at '{path}partitionKey' failed to "
            f"satisfy constraint: Member must have length {edge}",
        )
    explicit = record.explicit_hash_key
    if explicit is None:
        return
    if not re.fullmatch(_HASH_KEY_PATTERN, explicit, re.ASCII):
        raise ServiceError(
            "ValidationException",
            f"1 validation error detected: Value '{explicit}' at '{path}explicitHashKey' failed to satisfy "
            f"constraint: Member must satisfy regular expression pattern: {_HASH_KEY_PATTERN}",
        )
    if int(explicit) >= _HASH_KEYS:
        raise _invalid(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
            f"Specified value was {explicit}"
        )


def too_long(path: str, maximum: int) -> ServiceError:
    """Return the error that says that a member has more bytes or elements than it may."""
    return ServiceError(
        "ValidationException",
        f"1 validation error detected: Value at '{path}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {maximum}",
    )


def check_order(stream: NamedStream, shards: Iterable[Shard], number: str, now: float) -> None:
    """Refuse a SequenceNumberForOrdering that no record of any of a stream's shards can have yet.

    Raises:
        ServiceError: it is one.
    """
    # The children of a reshard begin a second later than it is.
    latest = max(now, *(shard.created_second for shard in shards))
    try:
        valid = sequence_number_parts(number).arrived_second <= latest
    except ValueError:
        valid = False
    if not valid:
        raise _invalid(
            f"ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream {stream.stream_name} under account "
            f"{stream.account_id} is invalid."
        )


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidArgumentException", message)
