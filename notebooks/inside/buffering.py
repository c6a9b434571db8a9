"""Changes how the delivery stream buffers, for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from bootstrap import names

from .clients import Clients
from .polling import wait_until

if TYPE_CHECKING:
    from mypy_boto3_firehose.type_defs import DeliveryStreamDescriptionTypeDef

TIMEOUT_SECONDS = 60.0
INTERVAL_PARAMETER = "BufferIntervalInSeconds"
# AWS's defaults.
TRANSFORM_INTERVAL_SECONDS = 60
S3_INTERVAL_SECONDS = 300


@contextmanager
def buffering_hints(
    clients: Clients, interval_in_seconds: int, transform_interval_in_seconds: int = 1
) -> Iterator[None]:
    """Set the interval of the buffer before S3, and that of the one before the function; put both back at the end.

    The second one is short by default, so that what is seen is the work of the first.
    """
    before = _destination(clients)
    hints = {**before["BufferingHints"], "IntervalInSeconds": interval_in_seconds}
    processing = _with_interval(before.get("ProcessingConfiguration", {}), transform_interval_in_seconds)
    try:
        _update(
            clients,
            {"BufferingHints": hints, **({"ProcessingConfiguration": processing} if processing else {})},
        )
        yield
    finally:
        changed = ("BufferingHints", "ProcessingConfiguration")
        _update(clients, {name: before[name] for name in changed if name in before})


def intervals(clients: Clients) -> tuple[int, int]:
    """Return the intervals of both buffers, in seconds: before the function, and before S3."""
    destination = _destination(clients)
    transform = [
        int(parameter["ParameterValue"])
        for processor in destination.get("ProcessingConfiguration", {}).get("Processors", [])
        for parameter in processor.get("Parameters", [])
        if parameter["ParameterName"] == INTERVAL_PARAMETER
    ]
    hints = destination.get("BufferingHints", {})
    return max(transform, default=TRANSFORM_INTERVAL_SECONDS), hints.get(
        "IntervalInSeconds", S3_INTERVAL_SECONDS
    )


def _with_interval(processing: dict[str, Any], interval_in_seconds: int) -> dict[str, Any]:
    changed = deepcopy(processing)
    for processor in changed.get("Processors", []):
        if processor["Type"] == "Lambda":
            parameters = [
                each for each in processor["Parameters"] if each["ParameterName"] != INTERVAL_PARAMETER
            ]
            interval = {"ParameterName": INTERVAL_PARAMETER, "ParameterValue": str(interval_in_seconds)}
            processor["Parameters"] = [*parameters, interval]
    return changed


def _describe(clients: Clients) -> "DeliveryStreamDescriptionTypeDef":
    answer = clients.firehose.describe_delivery_stream(DeliveryStreamName=names.DELIVERY_STREAM_NAME)
    return answer["DeliveryStreamDescription"]


def _destination(clients: Clients) -> dict[str, Any]:
    return {**_describe(clients)["Destinations"][0].get("ExtendedS3DestinationDescription", {})}


def _update(clients: Clients, destination: dict[str, Any]) -> None:
    described = _describe(clients)
    clients.firehose.update_destination(
        DeliveryStreamName=names.DELIVERY_STREAM_NAME,
        CurrentDeliveryStreamVersionId=described["VersionId"],
        DestinationId=described["Destinations"][0]["DestinationId"],
        ExtendedS3DestinationUpdate=destination,  # type: ignore[arg-type]
    )
    wait_until(
        f"delivery stream {names.DELIVERY_STREAM_NAME} to be ACTIVE",
        lambda: _describe(clients)["DeliveryStreamStatus"] == "ACTIVE",
        TIMEOUT_SECONDS,
    )
