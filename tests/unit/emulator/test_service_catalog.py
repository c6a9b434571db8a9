"""The catalogue of AWS services is made once for an installation."""

import subprocess
from pathlib import Path

import pytest

from emulator.service_catalog import provide


class Maker:
    """Makes a catalogue of two lines, and counts how often."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, file: Path) -> None:
        self.count += 1
        file.write_text("services\n")


def test_the_first_emulator_makes_it_and_the_next_ones_copy_it(tmp_path: Path) -> None:
    make, shared = Maker(), tmp_path / "installation" / "catalogue"

    for name in ("first", "second"):
        provide(tmp_path / name / "cache" / "catalogue", shared, make)

    assert make.count == 1
    for name in ("first", "second"):
        assert (tmp_path / name / "cache" / "catalogue").read_text() == "services\n"
    assert [path.name for path in shared.parent.iterdir()] == ["catalogue"]


def test_what_an_emulator_has_already_is_left_alone(tmp_path: Path) -> None:
    make, own = Maker(), tmp_path / "catalogue"
    own.write_text("of its own\n")

    provide(own, tmp_path / "installation" / "catalogue", make)

    assert (make.count, own.read_text()) == (0, "of its own\n")
    assert not (tmp_path / "installation").exists()


def test_an_installation_that_cannot_be_written_costs_each_data_directory_its_own(tmp_path: Path) -> None:
    # GIVEN a folder that cannot be made
    (tmp_path / "installation").write_text("a file in its place")
    make, own = Maker(), tmp_path / "own" / "catalogue"

    provide(own, tmp_path / "installation" / "catalogue", make)

    assert (make.count, own.read_text()) == (1, "services\n")


def test_a_catalogue_that_could_not_be_made_leaves_nothing_half_done(tmp_path: Path) -> None:
    def fail(file: Path) -> None:
        file.write_text("serv")
        raise subprocess.CalledProcessError(1, "make")

    own, shared = tmp_path / "own" / "catalogue", tmp_path / "installation" / "catalogue"

    with pytest.raises(subprocess.CalledProcessError):
        provide(own, shared, fail)

    assert not own.exists()
    assert list(shared.parent.iterdir()) == []
