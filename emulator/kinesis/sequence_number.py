"""Kinesis sequence numbers: 56 digits, strictly increasing within a shard and from a parent to its children."""

from typing import NamedTuple

_VERSION = 2 << 184
_CREATED_SHIFT, _CREATED_BITS = 132, 52
_POSITION_SHIFT, _POSITION_BITS = 68, 64
_SHARD_SHIFT, _SHARD_BITS = 36, 32


class SequenceNumberParts(NamedTuple):
    """What a sequence number is made of."""

    created_microseconds: int
    shard_index: int
    position: int


def sequence_number(created_microseconds: int, shard_index: int, position: int) -> str:
    """Return the sequence number of the record at `position` of a shard created at that epoch time."""
    number = (
        _VERSION
        | (created_microseconds & (1 << _CREATED_BITS) - 1) << _CREATED_SHIFT
        | (position & (1 << _POSITION_BITS) - 1) << _POSITION_SHIFT
        | (shard_index & (1 << _SHARD_BITS) - 1) << _SHARD_SHIFT
    )
    return str(number)


def sequence_number_parts(number: str) -> SequenceNumberParts:
    """Take a sequence number apart.

    Raises:
        ValueError: `number` is not one that `sequence_number` makes.
    """
    if not (number.isascii() and number.isdigit()):
        raise ValueError(number)
    parts = SequenceNumberParts(
        created_microseconds=(int(number) >> _CREATED_SHIFT) & (1 << _CREATED_BITS) - 1,
        shard_index=(int(number) >> _SHARD_SHIFT) & (1 << _SHARD_BITS) - 1,
        position=(int(number) >> _POSITION_SHIFT) & (1 << _POSITION_BITS) - 1,
    )
    if sequence_number(*parts) != number:
        raise ValueError(number)
    return parts
