"""What `make reset` drops."""

from pathlib import Path

from sandbox.removal import remove_tree
from tests.ordinary_user import ordinary_user


def test_read_only_directories_are_removed(tmp_path: Path) -> None:
    # GIVEN the code of a function whose emulator was killed
    with ordinary_user(tmp_path) as directory:
        code = directory / "environment" / "task"
        code.mkdir(parents=True)
        (code / "handler.py").touch(mode=0o444)
        code.chmod(0o555)
        (directory / "environment").chmod(0o555)

        # WHEN
        remove_tree(directory / "environment")

        # THEN
        assert not (directory / "environment").exists()


def test_what_a_link_leads_to_stays_as_it_is(tmp_path: Path) -> None:
    # GIVEN
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o555)
    data = tmp_path / "data"
    data.mkdir()
    (data / "link").symlink_to(elsewhere)

    # WHEN
    remove_tree(data)

    # THEN
    assert elsewhere.stat().st_mode & 0o777 == 0o555
