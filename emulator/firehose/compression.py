"""Object bodies: compression, file extension and content encoding."""

import gzip
import io
import struct
import uuid
import zipfile
from collections.abc import Iterator

from emulator.firehose.configuration import CompressionFormat

# Snappy and HADOOP_SNAPPY share an extension and differ in the content encoding, as observed on AWS; the
# documentation says .hsnappy for the latter.
_EXTENSIONS: dict[CompressionFormat, str] = {
    "UNCOMPRESSED": "",
    "GZIP": ".gz",
    "ZIP": ".zip",
    "Snappy": ".snappy",
    "HADOOP_SNAPPY": ".snappy",
}
_CONTENT_ENCODINGS: dict[CompressionFormat, str] = {
    "GZIP": "gzip",
    "ZIP": "zip",
    "Snappy": "snappy-java",
    "HADOOP_SNAPPY": "hadoop-snappy",
}
# Magic bytes, version and the oldest version that can read it.
_SNAPPY_JAVA_HEADER = struct.pack(">8sII", b"\x82SNAPPY\x00", 1, 1)
_SNAPPY_JAVA_BLOCK_BYTES = 32 * 1024
# Hadoop's reader has a buffer of 256 KiB for compressed data too, so its writer leaves room for data that
# grows when it is compressed.
_HADOOP_BUFFER_BYTES = 256 * 1024
_HADOOP_BLOCK_BYTES = _HADOOP_BUFFER_BYTES - (_HADOOP_BUFFER_BYTES // 6 + 32)


def compress(body: bytes, compression_format: CompressionFormat) -> bytes:
    """Return the body as it is stored; a ZIP archive holds one entry named by a UUID."""
    match compression_format:
        case "GZIP":
            return gzip.compress(body, compresslevel=6)
        case "ZIP":
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as entries:
                entries.writestr(str(uuid.uuid4()), body)
            return archive.getvalue()
        case "Snappy":
            return _snappy_java(body)
        case "HADOOP_SNAPPY":
            return _hadoop_snappy(body)
        case _:
            return body


def extension(compression_format: CompressionFormat, file_extension: str) -> str:
    """Return what an object's name ends in: a configured extension replaces the compression's.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
    """
    return file_extension or _EXTENSIONS[compression_format]


def content_encoding(compression_format: CompressionFormat) -> str | None:
    """Return the object's Content-Encoding; None when it is stored as it is."""
    return _CONTENT_ENCODINGS.get(compression_format)


def _snappy_java(body: bytes) -> bytes:
    """Return a stream of snappy-java: a header, then blocks that begin with their compressed length."""
    parts = [_SNAPPY_JAVA_HEADER]
    for _, compressed in _snappy_blocks(body, _SNAPPY_JAVA_BLOCK_BYTES):
        parts += [len(compressed).to_bytes(4), compressed]
    return b"".join(parts)


def _hadoop_snappy(body: bytes) -> bytes:
    """Return blocks of Hadoop's SnappyCodec: the length of the data, then its one chunk with its own length."""
    parts = []
    for size, compressed in _snappy_blocks(body, _HADOOP_BLOCK_BYTES):
        parts += [size.to_bytes(4), len(compressed).to_bytes(4), compressed]
    return b"".join(parts)


def _snappy_blocks(body: bytes, block_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Yield the size of each block of the body, and the block in raw Snappy."""
    # Loaded by those who use it only: idle memory counts.
    import cramjam

    for start in range(0, len(body), block_bytes):
        block = body[start : start + block_bytes]
        yield len(block), bytes(cramjam.snappy.compress_raw(block))
