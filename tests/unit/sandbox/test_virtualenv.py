"""The virtual environment is made once per locked set."""

import sys
from pathlib import Path

import pytest

from sandbox import virtualenv
from sandbox.errors import SandboxError
from sandbox.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "development.txt").write_text("boto3==1 \\\n    --hash=sha256:0\n")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    return Layout(tmp_path, tmp_path / ".sandbox")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what was made, in place of making it."""
    steps: list[str] = []
    monkeypatch.setattr(virtualenv, "_check_python", lambda: None)

    def create(layout: Layout) -> None:
        steps.append("create")
        layout.python.parent.mkdir(parents=True)
        layout.python.touch()

    monkeypatch.setattr(virtualenv, "_create", create)
    monkeypatch.setattr(virtualenv, "_is_usable", lambda python: python.exists())
    monkeypatch.setattr(virtualenv, "_install", lambda layout: steps.append("install"))
    return steps


def test_environment_is_made_once(layout: Layout, made: list[str]) -> None:
    virtualenv.ensure(layout)
    virtualenv.ensure(layout)
    assert made == ["create", "install"]


def test_changed_locked_set_is_installed_into_the_environment_that_is_there(
    layout: Layout, made: list[str]
) -> None:
    virtualenv.ensure(layout)
    # WHEN
    (layout.root / "requirements" / "development.txt").write_text("boto3==2\n")
    virtualenv.ensure(layout)
    # THEN
    assert made == ["create", "install", "install"]


def test_environment_whose_making_was_interrupted_is_completed(
    layout: Layout, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    def interrupt(layout: Layout) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(virtualenv, "_install", interrupt)
        with pytest.raises(KeyboardInterrupt):
            virtualenv.ensure(layout)
    # WHEN
    virtualenv.ensure(layout)
    # THEN
    assert made == ["create", "install"]


def test_one_requirement_is_taken_with_its_hashes() -> None:
    lines = ["a==1 \\", "    --hash=1", "setuptools==2 \\", "    --hash=2 \\", "    --hash=3", "z==4"]
    assert virtualenv._entry(lines, "setuptools") == ["setuptools==2 \\", "    --hash=2 \\", "    --hash=3"]


def test_python_that_the_locked_set_does_not_run_on_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
    with pytest.raises(SandboxError, match=r"needs CPython 3\.11 to 3\.13"):
        virtualenv._check_python()
