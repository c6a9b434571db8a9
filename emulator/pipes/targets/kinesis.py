"""A Kinesis data stream as the target."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.pipes.choice import INTERNAL_ERROR_CODES
from emulator.pipes.dynamic_path import dynamic_text
from emulator.pipes.target import Payload
from emulator.pipes.targets.batch import BatchTarget, Refusal


class KinesisTarget(BatchTarget):
    """One record per event, written with PutRecords; the data is the event as UTF-8 JSON.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
    """

    maximum_batch_size = 500
    # PutRecords takes 5 MiB with the partition keys; a stream takes more only after its limit was raised.
    maximum_request_bytes = 5 * 1024 * 1024

    def __init__(self, client: Any, stream_arn: str, partition_key: str) -> None:
        self._client = client
        self._stream_arn = stream_arn
        self._partition_key = dynamic_text("PartitionKey", partition_key, 256)

    def _entry(self, payload: Payload) -> dict[str, Any]:
        return {"Data": payload.data, "PartitionKey": self._partition_key(payload)}

    def _size_bytes(self, payload: Payload, entry: Mapping[str, Any]) -> int:
        return len(payload.data) + len(entry["PartitionKey"].encode())

    def _put(self, entries: list[dict[str, Any]]) -> Mapping[str, Any]:
        response: Mapping[str, Any] = self._client.put_records(StreamARN=self._stream_arn, Records=entries)
        return response

    def _refusals(
        self, response: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
    ) -> Iterator[Refusal]:
        if response.get("FailedRecordCount", 0):
            for position, result in enumerate(response["Records"]):
                if code := result.get("ErrorCode"):
                    reason = f"{code}: {result.get('ErrorMessage', '')}"
                    yield position, reason, code in INTERNAL_ERROR_CODES
