"""An EventBridge event bus as the target."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from emulator.pipes.choice import INTERNAL_ERROR_CODES
from emulator.pipes.dynamic_path import dynamic_text, dynamic_value
from emulator.pipes.errors import TargetError
from emulator.pipes.target import Payload
from emulator.pipes.target_parameters import EventBusParameters
from emulator.pipes.targets.batch import BatchTarget, Refusal


class EventBusTarget(BatchTarget):
    """One event per event, sent with PutEvents; what the pipe delivers is the detail.

    The defaults are what pipes on AWS send: `Event from aws:dynamodb` as the detail type and `Pipe <name>` as the
    source. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
    """

    maximum_batch_size = 10
    maximum_request_bytes = 256 * 1024

    def __init__(
        self,
        client: Any,
        bus_arn: str,
        parameters: EventBusParameters,
        *,
        pipe_name: str,
        source_service: str,
    ) -> None:
        self._client = client
        self._bus_arn = bus_arn
        detail_type = parameters.detail_type or f"Event from aws:{source_service}"
        self._detail_type = dynamic_text("DetailType", detail_type, 128)
        self._source = dynamic_text("Source", parameters.source or f"Pipe {pipe_name}", 256)
        self._resources = [dynamic_text("Resources", resource, 2048) for resource in parameters.resources]
        self._time = dynamic_value("Time", parameters.time) if parameters.time else None

    def _entry(self, payload: Payload) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "EventBusName": self._bus_arn,
            "DetailType": self._detail_type(payload),
            "Source": self._source(payload),
            "Detail": payload.data.decode(),
        }
        if self._resources:
            entry["Resources"] = [find(payload) for find in self._resources]
        if self._time is not None:
            entry["Time"] = _moment(self._time(payload))
        return entry

    def _put(self, entries: list[dict[str, Any]]) -> Mapping[str, Any]:
        response: Mapping[str, Any] = self._client.put_events(Entries=entries)
        return response

    def _refusals(
        self, response: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
    ) -> Iterator[Refusal]:
        if response.get("FailedEntryCount", 0):
            for position, result in enumerate(response["Entries"]):
                if code := result.get("ErrorCode"):
                    reason = f"{code}: {result.get('ErrorMessage', '')}"
                    yield position, reason, code in INTERNAL_ERROR_CODES


def _moment(value: Any) -> datetime:
    """Return a time given as RFC 3339 text, or as epoch seconds, which is what DynamoDB's events have."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        return datetime.fromisoformat(value)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise TargetError(f"Time: {value} is not a time as of RFC 3339") from error
