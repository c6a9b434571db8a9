"""Zips the transform package, always into the same bytes.

`python -m bootstrap.archive` writes them to standard output, for the bucket that template.yaml reads them from.
"""

import base64
import hashlib
import io
import sys
import zipfile
from importlib.resources import files
from typing import Final

PACKAGE: Final = "transform"
# A zip file has no earlier time than this.
FIRST_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
UNIX: Final = 3


def transform_archive() -> bytes:
    """Return the function's zip file: the package's modules, in order, stored with a fixed time and mode.

    They are not compressed, because libraries for compressing differ in the bytes that they make.
    """
    modules = sorted(
        (file for file in files(PACKAGE).iterdir() if file.name.endswith(".py")), key=lambda file: file.name
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zip_file:
        for module in modules:
            member = zipfile.ZipInfo(f"{PACKAGE}/{module.name}", FIRST_ZIP_TIME)
            member.create_system = UNIX
            member.external_attr = 0o100644 << 16
            zip_file.writestr(member, module.read_bytes().replace(b"\r\n", b"\n"))
    return archive.getvalue()


def code_sha256(archive: bytes) -> str:
    """Return the hash by which Lambda names a zip file's content."""
    return base64.b64encode(hashlib.sha256(archive).digest()).decode()


if __name__ == "__main__":
    sys.stdout.buffer.write(transform_archive())
