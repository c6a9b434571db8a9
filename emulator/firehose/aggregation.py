"""Records that the Kinesis Producer Library packed into one."""

import hashlib
from collections.abc import Iterator

_MAGIC = b"\xf3\x89\x9a\xc2"
_DIGEST_BYTES = 16
# As many as 64 bits take.
_MAXIMUM_VARINT_BYTES = 10
# Field numbers of the aggregate and of each record in it.
_PARTITION_KEY_TABLE, _RECORDS = 1, 3
_PARTITION_KEY_INDEX, _DATA = 1, 3


class _MalformedError(ValueError):
    """The bytes are not a protocol buffer message of the kind that is looked for."""


def deaggregate(data: bytes) -> list[tuple[str, bytes]] | None:
    """Return partition key and bytes of every record in an aggregate; None if `data` is not one.

    Bytes that begin like an aggregate but do not check out, or hold no record, are an ordinary record.

    https://docs.aws.amazon.com/streams/latest/dev/kinesis-kpl-consumer-deaggregation.html
    """
    if not data.startswith(_MAGIC) or len(data) < len(_MAGIC) + _DIGEST_BYTES:
        return None
    message, digest = data[len(_MAGIC) : -_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if hashlib.md5(message, usedforsecurity=False).digest() != digest:
        return None
    try:
        return _records(message) or None
    except (_MalformedError, IndexError, UnicodeDecodeError):
        return None


def _records(message: bytes) -> list[tuple[str, bytes]]:
    partition_keys: list[str] = []
    packed: list[bytes] = []
    for number, value in _fields(message):
        if number == _PARTITION_KEY_TABLE and isinstance(value, bytes):
            partition_keys.append(value.decode())
        elif number == _RECORDS and isinstance(value, bytes):
            packed.append(value)
    records: list[tuple[str, bytes]] = []
    for each in packed:
        fields = dict(_fields(each))
        index, data = fields.get(_PARTITION_KEY_INDEX), fields.get(_DATA)
        if not isinstance(index, int) or not isinstance(data, bytes):
            raise _MalformedError("a record lacks its partition key or its data")
        records.append((partition_keys[index], data))
    return records


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        match tag & 7:
            case 0:
                value, position = _varint(message, position)
                yield tag >> 3, value
                continue
            case 2:
                length, position = _varint(message, position)
            case 1:
                length = 8
            case 5:
                length = 4
            case _:
                raise _MalformedError("unknown wire type")
        if position + length > len(message):
            raise _MalformedError("a field is cut off")
        yield tag >> 3, message[position : position + length]
        position += length


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index in range(_MAXIMUM_VARINT_BYTES):
        byte = message[position + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, position + index + 1
    raise _MalformedError("a number is too long")
