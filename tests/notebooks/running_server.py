"""`python -m notebooks` as a process of a test."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.emulator_process import REPOSITORY, free_port
from tests.polling import PATIENCE_SECONDS, poll_until


def write_settings(folder: Path) -> None:
    """Have JupyterLab keep every cell in the page, not only those in sight, so that all can be looked at."""
    settings = folder / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"autoStartDefaultKernel": True, "windowingMode": "none"}))


class NotebookServer:
    """The command as a process, or a program that calls its `main`; what it prints goes to a file."""

    def __init__(self, directory: Path, program: str | None = None, **variables: str) -> None:
        write_settings(directory / "sandbox" / "notebooks" / "settings")
        self.port = free_port()
        self.log_path = directory / "log"
        own = {
            "NOTEBOOKS_PORT": str(self.port),
            "NOTEBOOKS_TOKEN": "",
            "SANDBOX_DIR": str(directory / "sandbox"),
        }
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *(["-m", "notebooks"] if program is None else ["-c", program])],
                cwd=REPOSITORY,
                env={**os.environ, **own, **variables, "HOME": str(directory)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def url(self) -> str:
        """Return the printed address once it is printed."""
        return str(poll_until("the printed address", self._printed_url))

    def _printed_url(self) -> str | None:
        assert self.process.poll() is None, self.log_path.read_text()
        found = re.search(r"^Notebooks: (\S+)$", self.log_path.read_text(), re.MULTILINE)
        return found.group(1) if found else None

    def notebook_url(self, name: str) -> str:
        """Return the address that opens one notebook, in a workspace of its own.

        In one workspace JupyterLab opens, before the one that is asked for, what was open the last time.
        """
        return (
            f"http://127.0.0.1:{self.port}/lab/workspaces/{Path(name).stem}/tree/{name}?token={self.token()}"
        )

    def token(self) -> str:
        """Return the token of the printed address."""
        return self.url().partition("?token=")[2]

    def file(self, name: str) -> Any:
        """Return a served notebook as it was saved last: its `content`, and when it was `last_modified`."""
        return self.get(f"/api/contents/{name}", self.token())

    def code_cells(self, name: str) -> list[str]:
        """Return what is written in each code cell of a notebook."""
        cells = self.file(name)["content"]["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]

    def kernel(self, name: str) -> Any:
        """Return what the server knows of a notebook's kernel, or None when it has none."""
        sessions = self.get("/api/sessions", self.token())
        return next((session["kernel"] for session in sessions if session["path"] == name), None)

    def log_tail(self, lines: int = 60) -> str:
        """Return the end of what the server printed."""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def get(self, path: str, token: str | None, method: str = "GET") -> Any:
        """Return the JSON answer of Jupyter's API."""
        headers = {} if token is None else {"Authorization": f"token {token}"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers=headers, method=method
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def stop(self) -> int:
        """End the process and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Return the exit status once the process has ended."""
        try:
            return self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not stop:\n{self.log_path.read_text()}") from None
