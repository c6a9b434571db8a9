"""A delivery stream as the target."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.pipes.choice import INTERNAL_ERROR_CODES
from emulator.pipes.target import Payload
from emulator.pipes.targets.batch import BatchTarget, Refusal


class FirehoseTarget(BatchTarget):
    """One record per event, written with PutRecordBatch; no newline is added.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
    """

    maximum_batch_size = 500
    maximum_request_bytes = 4 * 1024 * 1024

    def __init__(self, client: Any, delivery_stream_arn: str) -> None:
        self._client = client
        self._name = delivery_stream_arn.rpartition("/")[2]

    def _entry(self, payload: Payload) -> dict[str, Any]:
        return {"Data": payload.data}

    def _put(self, entries: list[dict[str, Any]]) -> Mapping[str, Any]:
        response: Mapping[str, Any] = self._client.put_record_batch(
            DeliveryStreamName=self._name, Records=entries
        )
        return response

    def _refusals(
        self, response: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
    ) -> Iterator[Refusal]:
        if response.get("FailedPutCount", 0):
            for position, result in enumerate(response["RequestResponses"]):
                if code := result.get("ErrorCode"):
                    reason = f"{code}: {result.get('ErrorMessage', '')}"
                    yield position, reason, code in INTERNAL_ERROR_CODES
