"""Shard iterators that live in their own text, so that one that is dropped costs nothing."""

import base64
import binascii
import json
from dataclasses import astuple, dataclass


class InvalidShardIteratorError(ValueError):
    """The text is not a shard iterator that this emulator gave out."""


@dataclass(frozen=True, slots=True)
class ShardIterator:
    """A place in a shard: reading goes on after `position`. `issued_at` is in epoch seconds."""

    stream: str
    shard_id: str
    position: int
    issued_at: float

    def encode(self) -> str:
        """Return the opaque text that stands for this iterator."""
        return base64.b64encode(json.dumps(astuple(self)).encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "ShardIterator":
        """Read an iterator back from its text.

        Raises:
            InvalidShardIteratorError: the text was not made by `encode`.
        """
        try:
            stream, shard_id, position, issued_at = json.loads(base64.b64decode(text, validate=True))
            return cls(str(stream), str(shard_id), int(position), float(issued_at))
        except (binascii.Error, ValueError, TypeError) as error:
            raise InvalidShardIteratorError(text) from error

    def expired(self, now: float, lifetime_seconds: float) -> bool:
        """Tell whether more than `lifetime_seconds` have passed since the iterator was given out."""
        return now - self.issued_at > lifetime_seconds
