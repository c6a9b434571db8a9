"""Compressed objects.

https://github.com/floci-io/floci/issues/2328 (extensions and encodings seen on AWS)
https://github.com/xerial/snappy-java#compatibility-notes (the stream of `Snappy`)
https://github.com/kubo/snzip#hadoop-snappy-format (the blocks of `HADOOP_SNAPPY`)
"""

import gzip
import io
import random
import uuid
import zipfile

import pyarrow
import pytest

from emulator.firehose.compression import compress, content_encoding, extension
from emulator.firehose.configuration import CompressionFormat

KIBIBYTE = 1024
BODIES = [
    pytest.param(b"", id="empty"),
    pytest.param(b"order", id="short"),
    pytest.param(b"\xff\x00" * 16 * KIBIBYTE, id="exactly one block of Snappy"),
    pytest.param(b'{"order_id":"1"}\n' * 60_000, id="many blocks"),
    pytest.param(random.Random(1).randbytes(600 * KIBIBYTE), id="does not get smaller"),
]


@pytest.mark.parametrize(
    ("compression_format", "file_extension", "ending", "encoding"),
    [
        ("UNCOMPRESSED", "", "", None),
        ("UNCOMPRESSED", ".json", ".json", None),
        ("GZIP", "", ".gz", "gzip"),
        ("GZIP", ".json", ".json", "gzip"),
        ("ZIP", "", ".zip", "zip"),
        ("Snappy", "", ".snappy", "snappy-java"),
        ("Snappy", ".json", ".json", "snappy-java"),
        ("HADOOP_SNAPPY", "", ".snappy", "hadoop-snappy"),
    ],
)
def test_extension_and_encoding(
    compression_format: CompressionFormat, file_extension: str, ending: str, encoding: str | None
) -> None:
    assert (extension(compression_format, file_extension), content_encoding(compression_format)) == (
        ending,
        encoding,
    )


def test_gzip_body_holds_the_bytes() -> None:
    assert gzip.decompress(compress(b"\xff\x00order", "GZIP")) == b"\xff\x00order"


def test_zip_body_holds_one_entry_named_by_a_uuid() -> None:
    # WHEN a body is zipped
    with zipfile.ZipFile(io.BytesIO(compress(b"order", "ZIP"))) as archive:
        (entry,) = archive.infolist()

        # THEN its only entry is deflated and has a UUID for a name
        assert (archive.read(entry), entry.compress_type) == (b"order", zipfile.ZIP_DEFLATED)
        assert str(uuid.UUID(entry.filename)) == entry.filename


def raw_snappy(block: bytes) -> bytes:
    """Decompress raw Snappy with Arrow's decoder; its length comes first, seven bits to a byte."""
    size = 0
    for position, byte in enumerate(block):
        size |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            break
    return bytes(pyarrow.decompress(block, decompressed_size=size, codec="snappy", asbytes=True))


@pytest.mark.parametrize("body", BODIES)
def test_snappy_is_read_by_a_reader_of_snappy_java_streams(body: bytes) -> None:
    # WHEN
    stream = io.BytesIO(compress(body, "Snappy"))

    # THEN the stream has its header and blocks of at most 32 KiB
    assert stream.read(8) == bytes([0x82]) + b"SNAPPY" + bytes([0])
    assert [int.from_bytes(stream.read(4), "big") for _ in range(2)] == [1, 1]
    blocks = []
    while length := stream.read(4):
        blocks.append(raw_snappy(stream.read(int.from_bytes(length, "big"))))
    assert b"".join(blocks) == body
    assert [len(block) for block in blocks[:-1]] == [32 * KIBIBYTE] * (len(blocks) - 1)


@pytest.mark.parametrize("body", BODIES)
def test_hadoop_snappy_is_read_by_a_reader_with_hadoops_buffers(body: bytes) -> None:
    # WHEN
    stream = io.BytesIO(compress(body, "HADOOP_SNAPPY"))

    # THEN every block has as many bytes as it says, in chunks that fit a buffer of 256 KiB on both sides
    read = []
    while header := stream.read(4):
        missing = int.from_bytes(header, "big")
        while missing:
            chunk = stream.read(int.from_bytes(stream.read(4), "big"))
            data = raw_snappy(chunk)
            assert max(len(chunk), len(data)) <= 256 * KIBIBYTE
            read.append(data)
            missing -= len(data)
    assert b"".join(read) == body
