"""Whether a port can be listened on, asked of the operating system."""

import socket

from sandbox.port import port_problem


def test_port_with_a_listener_is_in_use() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert port_problem(listener.getsockname()[1]) == "in use"


def test_port_with_a_listener_on_every_address_is_in_use() -> None:
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        assert port_problem(listener.getsockname()[1]) == "in use"


def test_port_that_nobody_holds_is_free() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    assert port_problem(port) is None
