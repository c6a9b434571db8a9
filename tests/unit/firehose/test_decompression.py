"""Gzip data.

https://www.rfc-editor.org/rfc/rfc1952 and, for the sample,
https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html
"""

import base64
import gzip
import io
import json
import tracemalloc

import pytest

from emulator.firehose.decompression import DecompressedSizeError, DecompressionError, decompress

# AWS's sample of what a subscription sends.
SUBSCRIPTION_SAMPLE = base64.b64decode(
    "H4sIAAAAAAAAAHWPwQqCQBCGX0Xm7EFtK+smZBEUgXoLCdMhFtKV3akI8d0bLYmibvPPN3wz00CJxmQnTO41whwWQRIctmEc"
    "B6sQbFC3CjW3XW8kxpOpP+OC22d1Wml1qZkQGtoMsScxaczKN3plG8zlaHIta5KqWsozoTYw3/djzwhpLwivWFGHGpAFe7DL68Jl"
    "BUk+l7KSN7tCOEJ4M3/qOI49vMHj+zCKdlFqLaU2ZHV2a4Ct/an0/ivdX8oYc1UVX860fQDQiMdxRQEAAA=="
)
DATA = b'{"order_id": "o-1"}\n' * 50
COMPRESSED = gzip.compress(DATA)


def python_file(data: bytes) -> bytes:
    """Return a member with a file name and a time in its header, as gzip(1) writes it."""
    file = io.BytesIO()
    with gzip.GzipFile("orders.json", "wb", fileobj=file, mtime=1) as member:
        member.write(data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("compressed", "data"),
    [
        pytest.param(COMPRESSED, DATA, id="one member"),
        pytest.param(gzip.compress(b"a") + gzip.compress(b"b"), b"ab", id="two members"),
        pytest.param(gzip.compress(b"") + gzip.compress(b"b"), b"b", id="empty first member"),
        pytest.param(gzip.compress(b""), b"", id="empty"),
        pytest.param(python_file(DATA), DATA, id="header with a name"),
        pytest.param(gzip.compress(b"\x00\xff"), b"\x00\xff", id="not text"),
    ],
)
def test_whole_members_are_decompressed(compressed: bytes, data: bytes) -> None:
    assert decompress(compressed) == data


def test_aws_sample_is_decompressed() -> None:
    assert json.loads(decompress(SUBSCRIPTION_SAMPLE)) == {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789123",
        "logGroup": "testLogGroup",
        "logStream": "testLogStream",
        "subscriptionFilters": ["testFilter"],
        "logEvents": [
            {"id": "eventId1", "timestamp": 1440442987000, "message": "[ERROR] First test message"},
            {"id": "eventId2", "timestamp": 1440442987001, "message": "[ERROR] Second test message"},
        ],
    }


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(DATA, id="not compressed"),
        pytest.param(COMPRESSED[:-1], id="last byte missing"),
        pytest.param(COMPRESSED[:10], id="only a header"),
        pytest.param(COMPRESSED[:-8] + bytes(4) + COMPRESSED[-4:], id="wrong checksum"),
        pytest.param(COMPRESSED[:-4] + b"\x00\x00\x00\x01", id="wrong length"),
        pytest.param(COMPRESSED + b"more", id="followed by something else"),
        pytest.param(COMPRESSED + COMPRESSED[:-1], id="second member cut off"),
        pytest.param(b"\x78\x9c" + COMPRESSED[10:], id="zlib instead of gzip"),
    ],
)
def test_anything_else_is_an_error(damaged: bytes) -> None:
    with pytest.raises(DecompressionError):
        decompress(damaged)


def test_size_limit_counts_all_members() -> None:
    # GIVEN two members of three bytes
    compressed = gzip.compress(b"abc") + gzip.compress(b"def")

    # THEN six bytes are enough and five are not
    assert decompress(compressed, maximum_bytes=6) == b"abcdef"
    with pytest.raises(DecompressedSizeError):
        decompress(compressed, maximum_bytes=5)


def test_data_that_explodes_takes_no_more_memory_than_the_limit() -> None:
    # GIVEN a record of about 100 KB that holds 100 MiB
    bomb = gzip.compress(bytes(100 * 1024 * 1024))

    # WHEN it is decompressed with a limit of 1 MiB
    tracemalloc.start()
    try:
        with pytest.raises(DecompressedSizeError):
            decompress(bomb, maximum_bytes=1024 * 1024)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # THEN a few times that was allocated
    assert peak_bytes < 8 * 1024 * 1024
