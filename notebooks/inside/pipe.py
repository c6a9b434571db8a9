"""Stops the pipe for a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bootstrap import names

from .clients import Clients
from .errors import InsideError
from .polling import wait_until

TIMEOUT_SECONDS = 60.0


@contextmanager
def stopped_pipe(clients: Clients, meanwhile: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Stop the pipe, and start it again at the end; `meanwhile` is called again and again while that takes.

    Raises:
        InsideError: the pipe does not run, so there is nothing to stop.
    """
    state = clients.pipes.describe_pipe(Name=names.PIPE_NAME)["CurrentState"]
    if state != "RUNNING":
        raise InsideError(f"pipe {names.PIPE_NAME} is {state}: start it with `awslocal pipes start-pipe`")
    try:
        clients.pipes.stop_pipe(Name=names.PIPE_NAME)
        _wait_for(clients, "STOPPED", meanwhile)
        yield
    finally:
        clients.pipes.start_pipe(Name=names.PIPE_NAME)
        _wait_for(clients, "RUNNING", meanwhile)


def _wait_for(clients: Clients, state: str, meanwhile: Callable[[], object]) -> None:
    wait_until(
        f"pipe {names.PIPE_NAME} to be {state}",
        lambda: clients.pipes.describe_pipe(Name=names.PIPE_NAME)["CurrentState"] == state,
        TIMEOUT_SECONDS,
        meanwhile,
    )
