"""Finds a port that something else is using before anything starts; standard library only."""

import socket
from collections.abc import Callable

from sandbox.settings import Settings, SettingsError

LOOPBACK = "127.0.0.1"


def port_problem(port: int) -> str | None:
    """Return why a server cannot listen on this port of 127.0.0.1, or None when it can."""
    # Where a bind beside a listener on every address succeeds (macOS), only a connection shows the listener.
    with socket.socket() as client:
        client.settimeout(1)
        if client.connect_ex((LOOPBACK, port)) == 0:
            return "in use"
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, port))
        except PermissionError:
            return "for the superuser only"
        except OSError:
            return "in use"
    return None


def check_ports(settings: Settings, problem: Callable[[int], str | None] = port_problem) -> None:
    """Refuse a port that cannot be listened on.

    Raises:
        SettingsError: names the setting, the port and what to give instead.
    """
    for name, port in (
        ("LOCALSTACK_PORT", settings.localstack_port),
        ("NOTEBOOKS_PORT", settings.notebooks_port),
    ):
        reason = problem(port)
        if reason is not None:
            raise SettingsError(
                f"{name}={port} cannot be used: port {port} of {LOOPBACK} is {reason}; "
                "give a free port from 1 to 65535, or stop what uses it"
            )
