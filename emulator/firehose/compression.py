"""Object bodies: compression, file extension and content encoding."""

import gzip
import io
import uuid
import zipfile

from emulator.firehose.configuration import CompressionFormat

_EXTENSIONS: dict[CompressionFormat, str] = {"UNCOMPRESSED": "", "GZIP": ".gz", "ZIP": ".zip"}
_CONTENT_ENCODINGS: dict[CompressionFormat, str] = {"GZIP": "gzip", "ZIP": "zip"}


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
