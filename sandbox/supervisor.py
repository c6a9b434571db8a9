"""A client of the process manager's XML-RPC interface over its Unix socket; standard library only."""

import http.client
import socket
import xmlrpc.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANSWER_SECONDS = 30.0


class SupervisorError(Exception):
    """The process manager does not answer, or refused the request."""


@dataclass(frozen=True, slots=True)
class Process:
    """One supervised process; `state` is supervisor's word for it.

    See http://supervisord.org/subprocess.html#process-states
    """

    name: str
    state: str
    pid: int
    exit_status: int
    started: int
    stopped: int

    @property
    def is_up(self) -> bool:
        return self.state in ("STARTING", "RUNNING", "BACKOFF")

    @property
    def has_succeeded(self) -> bool:
        return self.state == "EXITED" and self.exit_status == 0


class Supervisor:
    """The process manager behind one socket."""

    def __init__(self, socket_path: Path) -> None:
        self._socket_path = socket_path

    def processes(self) -> dict[str, Process]:
        """Return every process by its name.

        Raises:
            SupervisorError: the process manager does not answer.
        """
        with self._proxy() as proxy:
            rows: Any = proxy.supervisor.getAllProcessInfo()
        return {row["name"]: _process(row) for row in rows}

    def start(self, name: str) -> None:
        with self._proxy() as proxy:
            proxy.supervisor.startProcess(name, False)

    def stop(self, name: str) -> None:
        """Stop a process and wait until it is gone."""
        with self._proxy() as proxy:
            proxy.supervisor.stopProcess(name, True)

    def shutdown(self) -> None:
        """Ask the process manager to stop everything and itself."""
        with self._proxy() as proxy:
            proxy.supervisor.shutdown()

    @contextmanager
    def _proxy(self) -> Iterator[xmlrpc.client.ServerProxy]:
        transport = _UnixTransport(self._socket_path)
        try:
            with xmlrpc.client.ServerProxy("http://localhost/RPC2", transport=transport) as proxy:
                yield proxy
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
            raise SupervisorError(f"the process manager at {self._socket_path}: {error}") from error


def _process(row: Mapping[str, Any]) -> Process:
    return Process(
        name=row["name"],
        state=row["statename"],
        pid=row["pid"],
        exit_status=row["exitstatus"],
        started=row["start"],
        stopped=row["stop"],
    )


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _UnixConnection(self._path)
