"""Compressed objects.

https://github.com/floci-io/floci/issues/2328 (extensions and encodings seen on AWS)
"""

import gzip
import io
import uuid
import zipfile

import pytest

from emulator.firehose.compression import compress, content_encoding, extension
from emulator.firehose.configuration import CompressionFormat


@pytest.mark.parametrize(
    ("compression_format", "file_extension", "ending", "encoding"),
    [
        ("UNCOMPRESSED", "", "", None),
        ("UNCOMPRESSED", ".json", ".json", None),
        ("GZIP", "", ".gz", "gzip"),
        ("GZIP", ".json", ".json", "gzip"),
        ("ZIP", "", ".zip", "zip"),
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
