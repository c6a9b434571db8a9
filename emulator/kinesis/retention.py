"""How long a data stream keeps its records."""

from typing import Protocol

from emulator.errors import ServiceError

MINIMUM_HOURS = 24
MAXIMUM_HOURS = 8760


class Retaining(Protocol):
    """A data stream whose retention can be set."""

    retention_period_hours: int

    @property
    def stream_name(self) -> str:
        """Name of the stream."""


def increase(stream: Retaining, hours: int) -> None:
    """Make a stream keep its records longer.

    Raises:
        ServiceError: the period is out of range or shorter than the present one.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html
    """
    _check_range(hours)
    if hours < stream.retention_period_hours:
        raise _wrong_way(stream, hours, "shorter", "DecreaseRetentionPeriod")
    stream.retention_period_hours = hours


def decrease(stream: Retaining, hours: int) -> None:
    """Make a stream keep its records less long; what is older goes at the next put or get.

    Raises:
        ServiceError: the period is out of range or longer than the present one.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html
    """
    _check_range(hours)
    if hours > stream.retention_period_hours:
        raise _wrong_way(stream, hours, "longer", "IncreaseRetentionPeriod")
    stream.retention_period_hours = hours


def _check_range(hours: int) -> None:
    for refused, edge, limit, what in (
        (hours < MINIMUM_HOURS, "Minimum", MINIMUM_HOURS, "short"),
        (hours > MAXIMUM_HOURS, "Maximum", MAXIMUM_HOURS, "long"),
    ):
        if refused:
            raise ServiceError(
                "InvalidArgumentException",
                f"{edge} allowed retention period is {limit} hours. "
                f"Requested retention period ({hours} hours) is too {what}.",
            )


def _wrong_way(stream: Retaining, hours: int, what: str, remedy: str) -> ServiceError:
    return ServiceError(
        "InvalidArgumentException",
        f"Requested retention period ({hours} hours) for stream {stream.stream_name} can not be {what} than existing "
        f"retention period ({stream.retention_period_hours} hours). Use {remedy} API.",
    )
