"""What counts against EphemeralStorage.Size."""

import os
from pathlib import Path

from emulator.lambda_.ephemeral_storage import EphemeralStorage, used_bytes

KIBIBYTE = 1024


def write(path: Path, kibibytes: int) -> None:
    path.write_bytes(os.urandom(kibibytes * KIBIBYTE))


def test_files_of_every_folder_count_once_and_holes_do_not(tmp_path: Path) -> None:
    # GIVEN
    (tmp_path / "folder").mkdir()
    write(tmp_path / "one", 64)
    write(tmp_path / "folder" / "two", 128)
    (tmp_path / "again").hardlink_to(tmp_path / "one")
    (tmp_path / "link").symlink_to("/usr")
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(1024 * KIBIBYTE)

    # WHEN / THEN
    # A file system may round up, or keep what describes a file beside it.
    assert 192 * KIBIBYTE <= used_bytes(tmp_path) < 256 * KIBIBYTE


def test_no_directory_takes_no_space(tmp_path: Path) -> None:
    assert used_bytes(tmp_path / "missing") == 0


def test_excess_counts_once_it_grows(tmp_path: Path) -> None:
    # GIVEN
    storage = EphemeralStorage(tmp_path, 100 * KIBIBYTE)
    write(tmp_path / "one", 64)
    storage.begin()
    answers = [storage.exceeded()]

    # WHEN
    write(tmp_path / "two", 64)
    answers.append(storage.exceeded())
    storage.begin()
    answers.append(storage.exceeded())
    write(tmp_path / "three", 64)
    answers.append(storage.exceeded())

    # THEN
    assert answers == [False, True, False, True]
