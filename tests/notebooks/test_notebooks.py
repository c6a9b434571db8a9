"""Every committed notebook is committed without outputs, and has a module of tests that runs it."""

import subprocess
from pathlib import Path

import nbformat
import pytest

from tests.emulator_process import REPOSITORY
from tests.notebooks.executed import read


def committed_notebooks() -> list[Path]:
    """Return the notebooks that git knows, or those of the folder where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.ipynb"],
            cwd=REPOSITORY,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = []
    return sorted({REPOSITORY / name for name in listed} or (REPOSITORY / "notebooks").glob("*.ipynb"))


NOTEBOOKS = committed_notebooks()
for_each_notebook = pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=[str(path.relative_to(REPOSITORY)) for path in NOTEBOOKS]
)


@for_each_notebook
def test_a_notebook_is_committed_without_outputs_and_for_any_python_3(path: Path) -> None:
    # WHEN
    notebook = read(path)

    # THEN
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    assert code[-1].source.startswith("assert ")


@for_each_notebook
def test_a_notebook_has_tests_that_run_it(path: Path) -> None:
    # WHEN
    tests = (Path(__file__).parent / f"test_{path.stem}.py").read_text()

    # THEN
    assert path.name in tests or path.stem in tests
    assert "execute(" in tests
