"""Runs a notebook and reads what its cells show."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, cast

import nbformat

from tests.emulator_process import REPOSITORY

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read(path: Path) -> Any:
    """Return a notebook."""
    # nbformat's functions carry no types.
    return cast(Any, nbformat).read(path, as_version=4)


def run(path: Path, executed_path: Path) -> subprocess.CompletedProcess[str]:
    """Run a notebook, which may fail; the copy is written however far it came."""
    return subprocess.run(
        [sys.executable, "-m", "tests.notebooks.execute", str(path), str(executed_path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def execute(path: Path, executed_path: Path) -> Any:
    """Run a notebook and return the executed copy."""
    answer = run(path, executed_path)
    assert answer.returncode == 0, f"{answer.stderr}\nThe copy as far as it came: {executed_path}"
    return read(executed_path)


def outputs(notebook: Any, cell_id: str) -> list[Any]:
    """Return the outputs of one cell."""
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    return list(cell.outputs)


def table(notebook: Any, cell_id: str) -> list[dict[str, str]]:
    """Return the table that a cell shows, as text."""
    html = outputs(notebook, cell_id)[-1].data["text/html"]
    element = ElementTree.fromstring(html[html.index("<table") : html.index("</table>") + len("</table>")])
    heading, *lines = [[cell.text or "" for cell in row] for row in element.iter("tr")]
    # The first column is the number of the line.
    return [dict(zip(heading[1:], line[1:], strict=True)) for line in lines]
