"""A CloudWatch log group as the target."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from botocore.exceptions import ClientError

from emulator.pipes.clock import Clock
from emulator.pipes.dynamic_path import dynamic_text, dynamic_value
from emulator.pipes.errors import TargetError
from emulator.pipes.target import Payload
from emulator.pipes.target_parameters import LogGroupParameters
from emulator.pipes.targets.batch import BatchTarget, Refusal

# What PutLogEvents adds to the size of each event.
EVENT_OVERHEAD_BYTES = 26

# CloudWatch Logs takes events of the last 14 days and of the next two hours.
OLDEST_MILLISECONDS = 14 * 24 * 3600 * 1000
NEWEST_MILLISECONDS = 2 * 3600 * 1000
# An event this near to the second limit may have been refused while the request was under way.
_SLACK_MILLISECONDS = 60 * 1000

_STREAM = "stream"


class LogGroupTarget(BatchTarget):
    """One log event per event, written with PutLogEvents in the order of their times, as CloudWatch Logs asks.

    The log stream is made where it is missing. AWS does not document what it does then, nor which one it writes to
    when the pipe names none; here that has the pipe's name.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetCloudWatchLogsParameters.html
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
    """

    maximum_batch_size = 10_000
    maximum_request_bytes = 1024 * 1024

    def __init__(
        self, client: Any, group_arn: str, parameters: LogGroupParameters, *, pipe_name: str, clock: Clock
    ) -> None:
        self._client = client
        self._group_name = group_arn.split(":log-group:", 1)[-1].removesuffix(":*")
        self._stream = dynamic_text("LogStreamName", parameters.log_stream_name or pipe_name, 256)
        self._timestamp = None
        if parameters.timestamp is not None:
            self._timestamp = dynamic_value("Timestamp", parameters.timestamp)
        self._clock = clock

    def _entry(self, payload: Payload) -> dict[str, Any]:
        moment = self._clock.now() * 1000 if self._timestamp is None else self._timestamp(payload)
        return {
            _STREAM: self._stream(payload),
            "timestamp": _milliseconds(moment),
            "message": payload.data.decode(),
        }

    def _size_bytes(self, payload: Payload, entry: Mapping[str, Any]) -> int:
        return len(payload.data) + EVENT_OVERHEAD_BYTES

    def _requests(
        self, entries: Sequence[tuple[int, dict[str, Any], int]]
    ) -> Iterator[tuple[list[int], list[dict[str, Any]]]]:
        """Give each log stream requests of its own."""
        streams: dict[str, list[tuple[int, dict[str, Any], int]]] = defaultdict(list)
        for each in entries:
            streams[each[1][_STREAM]].append(each)
        for part in streams.values():
            yield from super()._requests(part)

    def _put(self, entries: list[dict[str, Any]]) -> Mapping[str, Any]:
        stream = entries[0][_STREAM]
        events = [
            {name: entry[name] for name in ("timestamp", "message")}
            for entry in sorted(entries, key=itemgetter("timestamp"))
        ]
        try:
            return self._write(stream, events)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
        self._create(stream)
        return self._write(stream, events)

    def _write(self, stream: str, events: list[dict[str, Any]]) -> Mapping[str, Any]:
        response: Mapping[str, Any] = self._client.put_log_events(
            logGroupName=self._group_name, logStreamName=stream, logEvents=events
        )
        return response

    def _create(self, stream: str) -> None:
        """Make a log stream, unless another shard just has."""
        try:
            self._client.create_log_stream(logGroupName=self._group_name, logStreamName=stream)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise

    def _refusals(
        self, response: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
    ) -> Iterator[Refusal]:
        """Return the events that are too old or too new.

        The times tell which ones: moto's indexes in the answer mean something else than AWS's.
        """
        if not response.get("rejectedLogEventsInfo"):
            return
        now = self._clock.now() * 1000
        for position, entry in enumerate(entries):
            if entry["timestamp"] < now - OLDEST_MILLISECONDS:
                yield position, "the log event is too old", False
            elif entry["timestamp"] > now + NEWEST_MILLISECONDS - _SLACK_MILLISECONDS:
                yield position, "the log event is too new", False


def _milliseconds(value: Any) -> int:
    """Return a time given as a number of milliseconds since 1970, or as its text."""
    problem = f"Timestamp: {value} is not a number of milliseconds since 1970"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TargetError(problem)
    try:
        return int(float(value))
    except (ValueError, OverflowError) as error:
        raise TargetError(problem) from error
