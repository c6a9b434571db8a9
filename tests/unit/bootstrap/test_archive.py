"""The function's zip file."""

import importlib
import io
import sys
import zipfile
from pathlib import Path

import pytest

import transform
from bootstrap.archive import code_sha256, transform_archive


def test_archive_is_always_the_same_bytes() -> None:
    # WHEN the archive is made twice, THEN Lambda sees the same code
    assert code_sha256(transform_archive()) == code_sha256(transform_archive())


def test_archive_has_the_packages_modules_with_fixed_attributes() -> None:
    # GIVEN the package's modules
    source = Path(transform.__path__[0])
    modules = sorted(path.name for path in source.glob("*.py"))

    # WHEN they are zipped
    with zipfile.ZipFile(io.BytesIO(transform_archive())) as archive:
        members = archive.infolist()
        contents = [archive.read(member) for member in members]

    # THEN nothing else is in the archive, and nothing of this machine or this moment
    assert [member.filename for member in members] == [f"transform/{name}" for name in modules]
    assert {(member.date_time, member.external_attr, member.compress_type) for member in members} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644 << 16, zipfile.ZIP_STORED)
    }
    assert contents == [(source / name).read_bytes() for name in modules]


def test_handler_can_be_imported_from_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN the archive unpacked where Lambda unpacks it
    with zipfile.ZipFile(io.BytesIO(transform_archive())) as archive:
        archive.extractall(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "transform"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))

    # WHEN the configured handler is looked up there
    handler = importlib.import_module("transform.handler")

    # THEN it is found in the archive and works by itself
    assert Path(handler.__file__ or "").parent == tmp_path / "transform"
    assert handler.lambda_handler({"records": []}, None) == {"records": []}
