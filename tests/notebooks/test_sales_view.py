"""`python -m notebooks.sales`, the terminal view, against the chain."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.conftest import Aws
from tests.emulator_process import REPOSITORY
from tests.notebooks.steady_sales import put_steady_sales
from tests.polling import PATIENCE_SECONDS, poll_until

COMMAND = [sys.executable, "-m", "notebooks.sales"]
COUNTS = "written in Kinesis delivered failed dropped dead-letter pending missing"
# A call that fails is repeated, after a pause that grows.
START_SECONDS = PATIENCE_SECONDS


@pytest.fixture(scope="module")
def shop(sold: list[dict[str, str]], aws: Aws) -> None:
    put_steady_sales(aws, datetime.now(UTC))


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": "120", "LINES": "40", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )


@pytest.mark.parametrize("arguments", [["--once"], []], ids=["asked for", "without a terminal"])
def test_one_frame_has_the_sales_and_the_hops(shop: None, arguments: list[str]) -> None:
    # WHEN
    answer = run(*arguments)

    # THEN the steady sales were never written to the table: they are delivered, and no change of it
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = [" ".join(text.split()) for text in answer.stdout.splitlines()]
    starts = {text.split(" ")[0]: text for text in lines if text}
    assert starts["Keyboard"].startswith("Keyboard 22,000 200 110.00 ████████ 95%")
    assert starts["Laptop"].startswith("Laptop 1,001 3 333.66")
    assert starts["All"].startswith("All products 23,091 208 111.01")
    assert lines[lines.index(COUNTS) + 1] == "7 7 7 0 0 0 0 0"
    assert "pipe orders-pipe RUNNING, delivery stream orders-firehose ACTIVE" in lines


def test_without_a_sandbox_it_says_how_to_start_one() -> None:
    # WHEN
    answer = run(
        "--once",
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
        AWS_REGION="eu-north-1",
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
    )

    # THEN
    assert (answer.returncode, answer.stdout) == (2, "")
    assert re.fullmatch(r"sales: S3 does not answer: .*Start the sandbox with `make up`\.\n", answer.stderr)


class Terminal:
    """The command on a terminal of 80 by 24 characters."""

    def __init__(self) -> None:
        self._leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.set_blocking(self._leader, False)
        self.written = ""
        self.process = subprocess.Popen(
            [*COMMAND, "--interval", "0.5"],
            cwd=REPOSITORY,
            env={name: text for name, text in os.environ.items() if name not in ("COLUMNS", "LINES")}
            | {"TERM": "xterm-256color"},
            stdin=follower,
            stdout=follower,
            stderr=follower,
            # A shell starts what runs in the background with Ctrl-C ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        os.close(follower)

    def read(self) -> str:
        """Return everything that was written so far."""
        try:
            while piece := os.read(self._leader, 65536):
                self.written += piece.decode(errors="replace")
        except (BlockingIOError, OSError):
            # Nothing more yet; or the program has ended.
            pass
        return self.written

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._leader)


@pytest.fixture
def terminal(shop: None) -> Iterator[Terminal]:
    running = Terminal()
    yield running
    running.close()


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_on_a_terminal_it_refreshes_until_interrupted_and_puts_the_terminal_back(
    terminal: Terminal, signal_number: signal.Signals
) -> None:
    # GIVEN frames with both parts, more than one
    def frames() -> int:
        return terminal.read().count("orders-firehose")

    poll_until("two frames", lambda: frames() >= 2, timeout_seconds=START_SECONDS)

    # WHEN
    terminal.process.send_signal(signal_number)

    # THEN the alternate screen is left, the cursor is back, and the last frame stays
    poll_until("the end", lambda: terminal.process.poll() is not None and frames())
    assert terminal.process.returncode == 0
    _, _, after = terminal.read().rpartition("\x1b[?1049l")
    assert "\x1b[?25h" in terminal.written
    assert "Keyboard" in after
    assert "orders-firehose" in after
    assert "Traceback" not in terminal.written
