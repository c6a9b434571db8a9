"""`python -m notebooks` from start to stop."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator_process import REPOSITORY, free_port
from tests.polling import poll_until


class NotebookServer:
    """The command as a process; what it prints goes to a file."""

    def __init__(self, directory: Path, **variables: str) -> None:
        self.port = free_port()
        self.log_path = directory / "log"
        own = {
            "NOTEBOOKS_PORT": str(self.port),
            "NOTEBOOKS_TOKEN": "",
            "SANDBOX_DIR": str(directory / "sandbox"),
        }
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "notebooks"],
                cwd=REPOSITORY,
                env={**os.environ, **own, **variables, "HOME": str(directory)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def url(self) -> str:
        """Return the printed address once it is printed."""
        return str(poll_until("the printed address", self._printed_url, timeout_seconds=60))

    def _printed_url(self) -> str | None:
        assert self.process.poll() is None, self.log_path.read_text()
        found = re.search(r"^Notebooks: (\S+)$", self.log_path.read_text(), re.MULTILINE)
        return found.group(1) if found else None

    def get(self, path: str, token: str | None, method: str = "GET") -> Any:
        """Return the JSON answer of Jupyter's API."""
        headers = {} if token is None else {"Authorization": f"token {token}"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers=headers, method=method
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def stop(self) -> int:
        """End the process and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not stop:\n{self.log_path.read_text()}") from None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NotebookServer]:
    running = NotebookServer(tmp_path)
    yield running
    running.stop()


def test_the_server_prints_its_address_asks_for_the_token_and_stops_with_its_kernels(
    server: NotebookServer, tmp_path: Path
) -> None:
    # GIVEN a running server
    address, _, token = server.url().partition("?token=")
    assert address == f"http://127.0.0.1:{server.port}/lab/tree/product_sales.ipynb"
    assert re.fullmatch(r"[0-9a-f]{48}", token)

    # WHEN it is asked without the token
    with pytest.raises(urllib.error.HTTPError) as refusal:
        server.get("/api/contents", token=None)
    refusal.value.close()

    # THEN it refuses; with the token it shows the notebooks, and nothing that is not for reading
    assert refusal.value.code == 403
    names = {entry["name"] for entry in server.get("/api/contents", token)["content"]}
    assert {"product_sales.ipynb", "lake.py"} <= names
    assert not names & {"__init__.py", "__main__.py", "server.py"}

    # WHEN it has a kernel and is asked to stop
    server.get("/api/kernels", token, method="POST")
    connection_files = list((tmp_path / "sandbox" / "notebooks" / "runtime").glob("kernel-*.json"))
    assert len(connection_files) == 1

    # THEN it stops with status 0, its kernel too, and has written nothing outside its own folder
    assert server.stop() == 0
    assert not connection_files[0].exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "sandbox"]


def test_a_given_token_is_the_one_in_force(tmp_path: Path) -> None:
    # GIVEN
    server = NotebookServer(tmp_path, NOTEBOOKS_TOKEN="mine")

    # WHEN / THEN
    try:
        assert server.url().endswith("?token=mine")
        assert "content" in server.get("/api/contents", "mine")
    finally:
        server.stop()


def test_a_port_in_use_is_one_line_that_names_it(server: NotebookServer, tmp_path: Path) -> None:
    # GIVEN
    server.url()

    # WHEN
    second = subprocess.run(
        [sys.executable, "-m", "notebooks"],
        cwd=REPOSITORY,
        env={**os.environ, "NOTEBOOKS_PORT": str(server.port), "SANDBOX_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    # THEN
    assert (second.returncode, second.stdout, second.stderr) == (
        2,
        "",
        f"notebooks: port {server.port} of 127.0.0.1 cannot be used (Address already in use): "
        "set NOTEBOOKS_PORT to a free one\n",
    )
