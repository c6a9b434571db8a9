"""`python -m notebooks` from start to stop."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.emulator_process import REPOSITORY, free_port
from tests.notebooks.running_server import NotebookServer
from tests.polling import PATIENCE_SECONDS, poll_until


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

    # THEN it refuses; with the token it shows the notebooks, and nothing else
    assert refusal.value.code == 403
    names = {entry["name"] for entry in server.get("/api/contents", token)["content"]}
    assert names == {path.name for path in (REPOSITORY / "notebooks").glob("*.ipynb")}

    # WHEN it has a kernel and is asked to stop
    server.get("/api/kernels", token, method="POST")
    connection_files = list((tmp_path / "sandbox" / "notebooks" / "runtime").glob("kernel-*.json"))
    assert len(connection_files) == 1

    # THEN it stops with status 0, its kernel too, and has written nothing outside its own folder
    assert server.stop() == 0
    assert not connection_files[0].exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "sandbox"]


def test_the_printed_address_can_be_opened_at_once(tmp_path: Path) -> None:
    # GIVEN a server whose output is read line by line
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "notebooks"],
        cwd=REPOSITORY,
        env={**os.environ, "NOTEBOOKS_PORT": str(port), "SANDBOX_DIR": str(tmp_path), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        # WHEN
        assert server.stdout is not None
        with server.stdout as output:
            while not (line := output.readline()).startswith("Notebooks: "):
                assert line, f"the server ended with status {server.wait()}"

            # THEN
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS).close()
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


# Who gets a signal is the system's choice: here it is never the thread that runs the event loop.
SIGNALLED_IN_ANOTHER_THREAD = """
import signal, sys, threading
from notebooks.__main__ import main
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
sys.exit(main([]))
"""
SIGNALLED_BEFORE_THE_EVENT_LOOP = """
import os, signal, sys
from jupyter_server.serverapp import ServerApp
from notebooks.__main__ import main
start = ServerApp.start
def start_later(self):
    os.kill(os.getpid(), signal.SIGTERM)
    start(self)
ServerApp.start = start_later
sys.exit(main([]))
"""


def test_a_stop_that_comes_while_the_event_loop_waits_is_seen(tmp_path: Path) -> None:
    # GIVEN a server that has started and has nothing to do
    server = NotebookServer(tmp_path, SIGNALLED_IN_ANOTHER_THREAD)
    server.url()
    process = psutil.Process(server.process.pid)

    def waits() -> bool:
        before = process.cpu_times()
        time.sleep(1)
        return bool(process.cpu_times() == before)

    poll_until("the server to have nothing to do", waits)

    # WHEN / THEN
    assert server.stop() == 0


def test_a_stop_that_comes_before_the_event_loop_runs_is_seen(tmp_path: Path) -> None:
    # GIVEN
    server = NotebookServer(tmp_path, SIGNALLED_BEFORE_THE_EVENT_LOOP)

    # WHEN / THEN
    assert server.wait() == 0


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
