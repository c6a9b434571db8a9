"""Runs one notebook: `python -m tests.notebooks.execute NOTEBOOK EXECUTED_COPY`.

A process of its own: the event loop and the sockets of the kernel's client end with it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

# Of a cell; of the kernel's start; and of what a cell shows, which may come later than its end.
EXECUTION_SECONDS = 300
STARTUP_SECONDS = 180
OUTPUT_SECONDS = 60


def execute(notebook_path: Path, executed_path: Path) -> None:
    """Run a notebook in its own folder, as JupyterLab does; the copy is written however far it came."""
    # nbformat's functions carry no types.
    untyped = cast(Any, nbformat)
    notebook = untyped.read(notebook_path, as_version=4)
    resources = {"metadata": {"path": str(notebook_path.parent)}}
    with TemporaryDirectory() as sockets:
        # The TCP ports of a kernel are chosen before it starts: until it binds them, another program may get them.
        kernel = {"transport": "ipc", "ip": str(Path(sockets) / "kernel")}
        client = NotebookClient(
            notebook,
            timeout=EXECUTION_SECONDS,
            startup_timeout=STARTUP_SECONDS,
            iopub_timeout=OUTPUT_SECONDS,
            raise_on_iopub_timeout=True,
            resources=resources,
            config=Config({"KernelManager": kernel}),
        )
        try:
            client.execute()
        finally:
            untyped.write(notebook, executed_path)


if __name__ == "__main__":
    execute(Path(sys.argv[1]), Path(sys.argv[2]))
