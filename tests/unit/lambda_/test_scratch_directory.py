"""The directory of an environment: what is copied into it, and that it can be removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.lambda_.left_behind import make_removable
from emulator.lambda_.scratch_directory import WRITABLE, ScratchDirectory, remove_tree
from tests.ordinary_user import ordinary_user


@pytest.fixture
def code(tmp_path: Path) -> Path:
    code = tmp_path / "code"
    (code / "package").mkdir(parents=True)
    (code / "handler.py").write_text("one")
    (code / "package" / "program").write_text("two")
    (code / "package" / "program").chmod(0o755)
    return code


@pytest.fixture
def layers(tmp_path: Path) -> list[Path]:
    layers = [tmp_path / "layer-1", tmp_path / "layer-2"]
    for layer in layers:
        (layer / "python").mkdir(parents=True)
        (layer / "python" / "module.py").write_text(layer.name)
    return layers


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[ScratchDirectory]:
    scratch = ScratchDirectory(tmp_path / "scratch")
    yield scratch
    scratch.remove()


def modes(directory: Path) -> set[int]:
    return {path.stat().st_mode & WRITABLE for path in (directory, *directory.rglob("*"))}


def test_code_and_layers_are_copied_without_write_permission(
    scratch: ScratchDirectory, code: Path, layers: list[Path]
) -> None:
    # WHEN
    scratch.lay_out(code, layers)

    # THEN
    assert (scratch.task_root / "handler.py").read_text() == "one"
    assert (scratch.task_root / "package" / "program").stat().st_mode & 0o777 == 0o555
    assert (scratch.layers / "python" / "module.py").read_text() == "layer-2"
    assert modes(scratch.task_root) == modes(scratch.layers) == {0}
    assert modes(scratch.temporary_directory) == {0o200}
    assert modes(code) != {0}


def test_a_later_layer_wins_over_what_is_read_only(tmp_path: Path) -> None:
    # GIVEN two layers with the same directory and file, and files of their own there
    with ordinary_user(tmp_path) as directory:
        layers = [directory / "one", directory / "two"]
        for layer in layers:
            (layer / "python").mkdir(parents=True)
            for name in ("shared.py", f"{layer.name}.py"):
                (layer / "python" / name).write_text(layer.name)
                (layer / "python" / name).chmod(0o444)
            (layer / "python").chmod(0o555)
        scratch = ScratchDirectory(directory / "scratch")

        # WHEN
        (directory / "empty").mkdir()
        scratch.lay_out(directory / "empty", layers)

        # THEN
        laid_out = {path.name: path.read_text() for path in (scratch.layers / "python").iterdir()}
        assert laid_out == {"shared.py": "two", "one.py": "one", "two.py": "two"}
        assert modes(scratch.layers) == {0}


def test_scratch_directory_is_removed_whatever_its_permissions(
    tmp_path: Path, code: Path, layers: list[Path]
) -> None:
    # GIVEN
    with ordinary_user(tmp_path) as directory:
        scratch = ScratchDirectory(directory / "scratch")
        scratch.lay_out(directory / "code", [directory / layer.name for layer in layers])
        closed = scratch.temporary_directory / "closed"
        closed.mkdir()
        (closed / "file").touch()
        closed.chmod(0)
        elsewhere = directory / "elsewhere"
        elsewhere.mkdir(mode=0o555)
        (scratch.temporary_directory / "link").symlink_to(elsewhere.absolute())

        # WHEN
        scratch.remove()

        # THEN
        assert not (directory / "scratch").exists()
        assert elsewhere.stat().st_mode & 0o777 == 0o555


def test_what_an_emulator_that_was_killed_leaves_can_be_removed_by_its_owner(
    tmp_path: Path, scratch: ScratchDirectory, code: Path, layers: list[Path]
) -> None:
    # GIVEN
    scratch.lay_out(code, layers)

    # WHEN
    make_removable(tmp_path / "scratch")

    # THEN
    assert {path.stat().st_mode & 0o700 for path in (tmp_path / "scratch").rglob("*") if path.is_dir()} == {
        0o700
    }


def test_directory_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_tree(tmp_path / "none")
