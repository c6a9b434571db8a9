"""What a pipe delivers to."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.choice import INTERNAL_ERROR_CODES
from emulator.pipes.errors import JsonPathError, PartialBatchError, TargetError
from emulator.pipes.event import Event
from emulator.pipes.json_path import JsonPath


class Target(Protocol):
    """Accepts batches of events, one at a time."""

    def send(self, events: Sequence[Event]) -> None:
        """Deliver a batch; returning means that every event was accepted.

        Raises:
            PartialBatchError: some events were accepted.
            TargetError: none was.
        """


class KinesisTarget:
    """One record per event, written with PutRecords; the data is the event as UTF-8 JSON.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
    """

    MAXIMUM_RECORDS = 500
    # PutRecords takes 5 MiB with the partition keys; a stream takes more only after its limit was raised.
    MAXIMUM_REQUEST_BYTES = 5 * 1024 * 1024

    def __init__(self, client: Any, stream_arn: str, partition_key: str) -> None:
        self._client = client
        self._stream_arn = stream_arn
        self._partition_key = _partition_key(partition_key)

    def send(self, events: Sequence[Event]) -> None:
        """Write a batch; records that the stream refuses are reported, the others stay written."""
        failed: list[int] = []
        reasons: list[str] = []
        internal = True
        entries: list[tuple[int, dict[str, Any]]] = []
        for index, event in enumerate(events):
            try:
                entries.append((index, {"Data": event.data, "PartitionKey": self._partition_key(event)}))
            except TargetError as error:
                failed.append(index)
                reasons.append(str(error))
                internal = False
        for request in self._requests(entries):
            try:
                response = self._client.put_records(
                    StreamARN=self._stream_arn, Records=[entry for _, entry in request]
                )
            except (ClientError, BotoCoreError) as error:
                failed += [index for index, _ in request]
                reasons.append(str(error))
                internal = internal and _is_internal(error)
                continue
            if response.get("FailedRecordCount", 0):
                for (index, _), result in zip(request, response["Records"], strict=True):
                    if code := result.get("ErrorCode"):
                        failed.append(index)
                        reasons.append(f"{code}: {result.get('ErrorMessage', '')}")
                        internal = internal and code in INTERNAL_ERROR_CODES
        if len(failed) == len(events):
            raise TargetError(reasons[0], internal=internal)
        if failed:
            raise PartialBatchError(reasons[0], sorted(failed), internal=internal)

    def _requests(
        self, entries: Sequence[tuple[int, dict[str, Any]]]
    ) -> Iterator[list[tuple[int, dict[str, Any]]]]:
        """Cut a batch where one request would be too large."""
        request: list[tuple[int, dict[str, Any]]] = []
        request_bytes = 0
        for index, entry in entries:
            size_bytes = len(entry["Data"]) + len(entry["PartitionKey"].encode())
            if request and (
                len(request) == self.MAXIMUM_RECORDS
                or request_bytes + size_bytes > self.MAXIMUM_REQUEST_BYTES
            ):
                yield request
                request, request_bytes = [], 0
            request.append((index, entry))
            request_bytes += size_bytes
        if request:
            yield request


def _partition_key(partition_key: str) -> Callable[[Event], str]:
    """Return how to find an event's partition key: a constant, or a JSON path that is the entire value.

    AWS does not document what a path does that leads to no text. Here a number or boolean is used as its JSON
    text, and anything else fails the event, which is then retried and dead-lettered as the pipe's settings say.
    """
    if not partition_key.startswith("$"):
        return lambda event: partition_key
    path = JsonPath(partition_key)

    def resolve(event: Event) -> str:
        try:
            value = path.resolve(event.body)
        except JsonPathError as error:
            raise TargetError(f"PartitionKey: {error}") from error
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        if not isinstance(value, str) or not 1 <= len(value) <= 256:
            raise TargetError(f"PartitionKey: {path.path} does not lead to a text of 1 to 256 characters")
        return value

    return resolve


def _is_internal(error: ClientError | BotoCoreError) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        return error.response["Error"]["Code"] in INTERNAL_ERROR_CODES or status >= 500
    return True
