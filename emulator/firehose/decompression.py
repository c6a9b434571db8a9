"""Gzip data, unpacked within bounds."""

import zlib

# What one record may grow to: AWS names no limit, and a record of 1 MiB can hold a gibibyte.
MAXIMUM_DECOMPRESSED_BYTES = 32 * 1024 * 1024
_GZIP_WINDOW_BITS = 16 + zlib.MAX_WBITS


class DecompressionError(ValueError):
    """The data is not gzip, or is damaged."""


class DecompressedSizeError(DecompressionError):
    """The data would grow beyond what is held in memory for one record."""


def decompress(data: bytes, maximum_bytes: int = MAXIMUM_DECOMPRESSED_BYTES) -> bytes:
    """Return what gzip data of one or several members holds.

    Raises:
        DecompressionError: `data` is anything else but whole members, or holds more than `maximum_bytes`.

    https://www.rfc-editor.org/rfc/rfc1952
    """
    members: list[bytes] = []
    room = maximum_bytes
    rest = data
    while rest or not members:
        member, rest = _member(rest, room)
        members.append(member)
        room -= len(member)
    return members[0] if len(members) == 1 else b"".join(members)


def _member(data: bytes, room: int) -> tuple[bytes, bytes]:
    """Return the content of the first member and what follows it."""
    decompressor = zlib.decompressobj(_GZIP_WINDOW_BITS)
    try:
        # One byte more than there is room for tells a full member from one that is too large.
        content = decompressor.decompress(data, room + 1)
    except zlib.error as error:
        raise DecompressionError("The data is not in gzip format.") from error
    if len(content) > room:
        raise DecompressedSizeError("The decompressed data is too large.")
    if not decompressor.eof:
        raise DecompressionError("The gzip data is cut off.")
    return content, decompressor.unused_data
