"""What a pipe delivers to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from emulator.pipes.event import Event


class Payload(Protocol):
    """What is sent for one event; an event that nothing changes is its own payload.

    Paths in a target's parameters look into `body`, the event after enrichment and before the target's template.
    """

    @property
    def body(self) -> Any:
        """Return the event as JSON values."""

    @property
    def data(self) -> bytes:
        """Return what the target receives, in UTF-8."""


@dataclass(frozen=True, slots=True)
class ChangedPayload:
    """An event that an enrichment or a template has changed."""

    body: Any
    data: bytes


class Exchange:
    """The requests of one invocation and what was answered, for the logs."""

    def __init__(self) -> None:
        self._requests: list[Any] = []
        self._responses: list[Any] = []

    def add(self, request: Any, response: Any) -> None:
        """Note a request and its response."""
        self._requests.append(request)
        self._responses.append(response)

    def request(self) -> str:
        """Return the request as JSON; there are several when a batch had to be cut."""
        return _text(self._requests)

    def response(self) -> str:
        """Return the response as JSON."""
        return _text(self._responses)


class Target(Protocol):
    """Accepts batches of events, one at a time."""

    def send(self, events: Sequence[Event]) -> None:
        """Deliver a batch; returning means that every event was accepted.

        Raises:
            PartialBatchError: some events were accepted.
            TargetError: none was.
        """


class ServiceTarget(Protocol):
    """A service as a target: what comes at the end of an execution.

    `maximum_batch_size` is None where only the size in bytes counts; `takes_json` tells that a payload has to be
    JSON.
    """

    @property
    def maximum_batch_size(self) -> int | None:
        """Return how many payloads one batch may have."""

    @property
    def takes_json(self) -> bool:
        """Return whether each payload has to be JSON."""

    def send(self, payloads: Sequence[Payload], exchange: Exchange | None = None) -> None:
        """Deliver a batch, as `Target.send`; indexes in errors are those of the payloads."""


def _text(values: list[Any]) -> str:
    return json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False, default=_readable)


def _readable(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
