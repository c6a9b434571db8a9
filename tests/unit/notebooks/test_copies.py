"""Which notebooks are served: copies that keep what a person did, and follow the committed ones otherwise."""

from pathlib import Path

import pytest

from notebooks.copies import served_copies


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    """Return a folder with two notebooks beside other files."""
    folder = tmp_path / "committed"
    folder.mkdir()
    for name in ("first.ipynb", "second.ipynb", "server.py"):
        (folder / name).write_text(f"{name}, version 1")
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Return what the files of a folder hold."""
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_every_notebook_is_copied_and_nothing_else(committed: Path, tmp_path: Path) -> None:
    # WHEN
    folder = served_copies(committed, tmp_path / "state")

    # THEN
    assert contents(folder) == {
        "first.ipynb": "first.ipynb, version 1",
        "second.ipynb": "second.ipynb, version 1",
    }


def test_a_copy_follows_its_notebook_until_somebody_worked_on_it(committed: Path, tmp_path: Path) -> None:
    # GIVEN two copies, one of which was worked on
    folder = served_copies(committed, tmp_path / "state")
    (folder / "first.ipynb").write_text("worked on")

    # WHEN both notebooks have changed and the server starts again, twice
    for name in ("first.ipynb", "second.ipynb"):
        (committed / name).write_text(f"{name}, version 2")
    served_copies(committed, tmp_path / "state")
    served_copies(committed, tmp_path / "state")

    # THEN
    assert contents(folder) == {"first.ipynb": "worked on", "second.ipynb": "second.ipynb, version 2"}


def test_a_copy_that_was_deleted_comes_back(committed: Path, tmp_path: Path) -> None:
    # GIVEN
    folder = served_copies(committed, tmp_path / "state")
    (folder / "first.ipynb").unlink()

    # WHEN
    served_copies(committed, tmp_path / "state")

    # THEN
    assert (folder / "first.ipynb").read_text() == "first.ipynb, version 1"
