"""What is told about a pipe's executions; logs and metrics are made from it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from emulator.pipes.errors import PipeError
from emulator.pipes.event import Event

# Text that is only built when somebody wants it.
Text = Callable[[], str]


class Trace(Protocol):
    """One execution: a batch on its way through enrichment and target."""

    def step(
        self,
        message_type: str,
        *,
        payload: Text | None = None,
        aws_request: Text | None = None,
        aws_response: Text | None = None,
        error: PipeError | None = None,
    ) -> None:
        """Note a step, named as in AWS's logs, for example TARGET_STAGE_ENTERED.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-execution-steps.html
        """


class Observer(Protocol):
    """Is told of every execution of one pipe."""

    def begin(self, events: Sequence[Event]) -> Trace:
        """Note that an execution begins; it notes EXECUTION_STARTED itself."""


class Unobserved:
    """Keeps nothing."""

    def begin(self, events: Sequence[Event]) -> "Unobserved":
        """Return a trace that keeps nothing."""
        return self

    def step(
        self,
        message_type: str,
        *,
        payload: Text | None = None,
        aws_request: Text | None = None,
        aws_response: Text | None = None,
        error: PipeError | None = None,
    ) -> None:
        """Keep nothing."""
