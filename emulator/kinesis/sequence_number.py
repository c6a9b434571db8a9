"""Kinesis sequence numbers: 56 digits, strictly increasing within a shard and from a parent to its children."""

_VERSION = 2 << 184
_CREATED_SHIFT, _CREATED_BITS = 132, 52
_POSITION_SHIFT, _POSITION_BITS = 68, 64
_SHARD_SHIFT, _SHARD_BITS = 36, 32


def sequence_number(created_microseconds: int, shard_index: int, position: int) -> str:
    """Return the sequence number of the record at `position` of a shard created at that epoch time."""
    number = (
        _VERSION
        | (created_microseconds & (1 << _CREATED_BITS) - 1) << _CREATED_SHIFT
        | (position & (1 << _POSITION_BITS) - 1) << _POSITION_SHIFT
        | (shard_index & (1 << _SHARD_BITS) - 1) << _SHARD_SHIFT
    )
    return str(number)


def position_of(number: str) -> int:
    """Return the position that a sequence number stands for; 0 for the smallest ones.

    Raises:
        ValueError: `number` is not a decimal number.
    """
    return (int(number) >> _POSITION_SHIFT) & (1 << _POSITION_BITS) - 1
