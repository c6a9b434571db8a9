"""What a pipe's definition says about its target, by service.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetParameters.html
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KinesisTargetParameters:
    """A data stream."""

    partition_key: str


@dataclass(frozen=True, slots=True)
class InvocationParameters:
    """A function or a state machine; None for the default, REQUEST_RESPONSE."""

    invocation_type: str | None = None

    @property
    def waits(self) -> bool:
        """Whether the answer is waited for."""
        return self.invocation_type != "FIRE_AND_FORGET"


@dataclass(frozen=True, slots=True)
class QueueTargetParameters:
    """A queue."""

    message_group_id: str | None = None
    message_deduplication_id: str | None = None


@dataclass(frozen=True, slots=True)
class EventBusParameters:
    """An event bus."""

    detail_type: str | None = None
    source: str | None = None
    resources: tuple[str, ...] = ()
    time: str | None = None


@dataclass(frozen=True, slots=True)
class LogGroupParameters:
    """A log group; the time of each event is where the path `timestamp` leads, or now."""

    log_stream_name: str | None = None
    timestamp: str | None = None


@dataclass(frozen=True, slots=True)
class NoParameters:
    """A topic or a delivery stream."""


TargetParameters = (
    KinesisTargetParameters
    | InvocationParameters
    | QueueTargetParameters
    | EventBusParameters
    | LogGroupParameters
    | NoParameters
)
