"""A jq query in a process of its own, which is ended when it takes too long."""

import json
import os
import select
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

_WORKER = Path(__file__).with_name("jq_worker.py")
_READ_BYTES = 64 * 1024
# A busy machine takes its time to start a process; that is not the query's.
_START_SECONDS = 30.0


class QueryProcess:
    """Applies a query to one text after the other; safe for threads.

    The process is started when it is first needed and again after it was ended. It has no environment, and
    ends by itself when this process does.
    """

    def __init__(self, query: str, timeout_seconds: float = 5.0) -> None:
        self._query = query
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Callable[[], object] | None = None

    def results(self, text: str) -> list[Any]:
        """Return the first two results for a JSON text, or fewer if it has no more.

        Raises:
            ValueError: jq says that it cannot, or it did not answer in time.
        """
        with self._lock:
            try:
                answer = json.loads(self._ask(json.dumps(text).encode() + b"\n"))
            except (OSError, EOFError, TimeoutError) as error:
                if self._end is not None:
                    self._end()
                self._process = None
                raise ValueError(
                    f"the query did not end within {self._timeout_seconds:g} seconds"
                    if isinstance(error, TimeoutError)
                    else "the query ended its process"
                ) from error
        if "error" in answer:
            raise ValueError(answer["error"])
        results: list[Any] = answer["results"]
        return results

    def _ask(self, line: bytes) -> bytes:
        process = self._process or self._start()
        requests = cast(IO[bytes], process.stdin)
        requests.write(line)
        requests.flush()
        return _read_line(process, self._timeout_seconds)

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = process = subprocess.Popen(
            [sys.executable, "-I", str(_WORKER), self._query],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
        self._end = weakref.finalize(self, _end, process)
        _read_line(process, _START_SECONDS)
        return process


def _read_line(process: subprocess.Popen[bytes], timeout_seconds: float) -> bytes:
    answers = cast(IO[bytes], process.stdout)
    deadline = time.monotonic() + timeout_seconds
    answer = b""
    while not answer.endswith(b"\n"):
        if not select.select([answers], [], [], max(deadline - time.monotonic(), 0.0))[0]:
            raise TimeoutError
        part = os.read(answers.fileno(), _READ_BYTES)
        if not part:
            raise EOFError
        answer += part
    return answer


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    # Closes both pipes, and leaves no zombie behind.
    process.communicate()
