"""Kinesis sequence numbers: 56 digits, strictly increasing within a shard and from a parent to its children.

AWS calls them opaque; those in its documentation and the Kinesis Client Library's own reader of them agree on the
form of today, written here as hexadecimal digits:

    2 | 9: second of the shard's creation | last digit of the shard's index | 16: index of the record | 00
      | 9: second of the arrival | 8: index of the shard | 2

The index of the record is opaque there too. Here it begins with the microsecond of the shard's creation, which tells
apart two streams of one name that were created within a second.
"""

from typing import NamedTuple

_VERSION = 2
_BITS = 186
_MICROSECONDS = 1_000_000
_CREATED_SHIFT, _SECOND_BITS = 148, 36
_LAST_DIGIT_SHIFT = 144
_INDEX_SHIFT, _INDEX_BITS = 80, 63
_POSITION_BITS = 40
_ARRIVED_SHIFT = 36
_SHARD_SHIFT, _SHARD_BITS = 4, 32
# What Kinesis still takes for a second: the year 2477.
_LAST_SECOND = 16_025_175_000


class SequenceNumberParts(NamedTuple):
    """What a sequence number is made of."""

    created_microseconds: int
    shard_index: int
    position: int
    arrived_second: int


def sequence_number(created_microseconds: int, shard_index: int, position: int, arrived_at: float) -> str:
    """Return the sequence number of the record at `position`, of a shard and an arrival of these epoch times."""
    created_second, microsecond = divmod(created_microseconds, _MICROSECONDS)
    number = (
        _VERSION << _BITS - 2
        | created_second << _CREATED_SHIFT
        | (shard_index & 0xF) << _LAST_DIGIT_SHIFT
        | (microsecond << _POSITION_BITS | position) << _INDEX_SHIFT
        # No record is older than its shard.
        | max(int(arrived_at), created_second) << _ARRIVED_SHIFT
        | shard_index << _SHARD_SHIFT
        | _VERSION
    )
    return str(number)


def ending_sequence_number(created_microseconds: int, shard_index: int, closed_at: float) -> str:
    """Return the sequence number at which a closed shard ends: no record of it has a greater one."""
    number = int(sequence_number(created_microseconds, shard_index, 0, closed_at))
    return str(number | (1 << _INDEX_BITS) - 1 << _INDEX_SHIFT)


def sequence_number_parts(text: str) -> SequenceNumberParts:
    """Take a sequence number apart.

    Raises:
        ValueError: it is not one of today's form.
    """
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    number = int(text)
    index = _field(number, _INDEX_SHIFT, _INDEX_BITS + 1)
    created_second = _field(number, _CREATED_SHIFT, _SECOND_BITS)
    shard_index = _field(number, _SHARD_SHIFT, _SHARD_BITS)
    if (
        number >> _BITS - 2 != _VERSION
        or number & 0xF != _VERSION
        or index >> _INDEX_BITS
        or created_second >= _LAST_SECOND
    ):
        raise ValueError(text)
    return SequenceNumberParts(
        created_microseconds=created_second * _MICROSECONDS + (index >> _POSITION_BITS),
        # Kinesis reads a signed number here.
        shard_index=shard_index - (shard_index >> _SHARD_BITS - 1 << _SHARD_BITS),
        position=index & (1 << _POSITION_BITS) - 1,
        arrived_second=_field(number, _ARRIVED_SHIFT, _SECOND_BITS),
    )


def _field(number: int, shift: int, bits: int) -> int:
    return number >> shift & (1 << bits) - 1
