"""Reads the body of an object: as much as is needed, decompressed."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .listing import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Smaller objects are read whole. Of larger ones the beginning and the end are, as a crawler of AWS Glue samples.
WHOLE_BYTES = 1024 * 1024
HEAD_BYTES = 256 * 1024
TAIL_BYTES = 64 * 1024

# What DuckDB reads where it lies.
READABLE_COMPRESSIONS = ("uncompressed", "gzip")

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_UNREADABLE_COMPRESSIONS = {
    b"\x82SNAPPY\x00": "Snappy",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x04\x22\x4d\x18": "LZ4",
}
# Raw blocks with their lengths: nothing in the body itself tells Hadoop's framing.
_UNREADABLE_ENCODINGS = {"hadoop-snappy": "Hadoop-Snappy", "snappy-java": "Snappy", "snappy": "Snappy"}
_SNAPPY_NAME = re.compile(r"\.h?snappy$")


class UnreadableBodyError(Exception):
    """The body is in a form that cannot be read; the message says which."""


@dataclass(frozen=True, slots=True)
class Body:
    """The content of an object, decompressed; `tail` is what was read of its end where `head` is not all of it."""

    head: bytes
    tail: bytes = b""
    is_whole: bool = True
    compression: str = "uncompressed"
    problem: str | None = None


def read_body(client: "S3Client", bucket_name: str, stored: StoredObject, whole_bytes: int) -> Body:
    """Read an object as it was listed.

    Raises:
        UnreadableBodyError: its compression cannot be read.
        ClientError: S3 refuses; the object has vanished or changed since it was listed.
    """

    def get(first: int, last: int) -> tuple[bytes, str]:
        answer = client.get_object(
            Bucket=bucket_name, Key=stored.key, IfMatch=f'"{stored.etag}"', Range=f"bytes={first}-{last}"
        )
        return answer["Body"].read(), answer.get("ContentEncoding", "")

    is_small = stored.size_bytes <= whole_bytes
    head, encoding = get(0, (stored.size_bytes if is_small else HEAD_BYTES) - 1)
    _refuse_compression(head, encoding, stored.key)
    if head.startswith((_GZIP, _ZIP)) and len(head) < stored.size_bytes:
        head += get(len(head), stored.size_bytes - 1)[0]
    if head.startswith(_GZIP):
        return _gunzip(head)
    if head.startswith(_ZIP):
        return _unzip(head)
    if is_small:
        return Body(head)
    return Body(
        head, _tail(lambda first: get(first, stored.size_bytes - 1)[0], stored.size_bytes), is_whole=False
    )


def _tail(get: Callable[[int], bytes], size_bytes: int) -> bytes:
    """Return the end of an object; of Parquet, the whole footer."""
    tail = get(max(0, size_bytes - TAIL_BYTES))
    if tail.endswith(b"PAR1"):
        footer_bytes = int.from_bytes(tail[-8:-4], "little") + 8
        if len(tail) < footer_bytes <= size_bytes:
            return get(size_bytes - footer_bytes)
    return tail


def _refuse_compression(head: bytes, encoding: str, key: str) -> None:
    for magic, name in _UNREADABLE_COMPRESSIONS.items():
        if head.startswith(magic):
            raise UnreadableBodyError(f"compressed with {name}, which cannot be read here")
    framing = _UNREADABLE_ENCODINGS.get(encoding.lower())
    # Firehose's two Snappy framings share an extension.
    if framing is None and _SNAPPY_NAME.search(key) and not head.startswith((b"{", b"[")):
        framing = "Snappy"
    if framing is not None:
        raise UnreadableBodyError(f"compressed with {framing}, which cannot be read here")


def _gunzip(body: bytes) -> Body:
    """Decompress every member of a GZIP file, as far as it goes."""
    parts: list[bytes] = []
    rest = body
    try:
        while rest.strip(b"\x00"):
            member = zlib.decompressobj(wbits=31)
            parts.append(member.decompress(rest))
            if not member.eof:
                return _cut(b"".join(parts), "truncated: the GZIP data ends early")
            rest = member.unused_data
    except zlib.error as error:
        return _cut(b"".join(parts), f"damaged: the GZIP data cannot be read to its end ({error})")
    return Body(b"".join(parts), compression="gzip")


def _cut(content: bytes, problem: str) -> Body:
    if not content:
        raise UnreadableBodyError(problem)
    return Body(content, compression="damaged", problem=problem)


def _unzip(body: bytes) -> Body:
    """Join the entries of a ZIP archive; Firehose writes one."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [archive.read(entry) for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UnreadableBodyError(f"damaged: the ZIP archive cannot be read ({error})") from error
    except (NotImplementedError, RuntimeError) as error:
        raise UnreadableBodyError(f"a ZIP archive of a kind that cannot be read here ({error})") from error
    return Body(b"\n".join(parts), compression="zip")
