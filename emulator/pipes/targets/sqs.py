"""An SQS queue as the target."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.pipes.choice import INTERNAL_ERROR_CODES
from emulator.pipes.dynamic_path import dynamic_text
from emulator.pipes.target import Payload
from emulator.pipes.target_parameters import QueueTargetParameters
from emulator.pipes.targets.batch import BatchTarget, Refusal, with_ids

MAXIMUM_ID_LENGTH = 128


class SqsTarget(BatchTarget):
    """One message per event, sent with SendMessageBatch.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetSqsQueueParameters.html
    """

    maximum_batch_size = 10
    maximum_request_bytes = 256 * 1024

    def __init__(self, client: Any, queue_arn: str, parameters: QueueTargetParameters) -> None:
        self._client = client
        self._queue_arn = queue_arn
        self._queue_url: str | None = None
        self._fields = {
            name: dynamic_text(name, value, MAXIMUM_ID_LENGTH)
            for name, value in (
                ("MessageGroupId", parameters.message_group_id),
                ("MessageDeduplicationId", parameters.message_deduplication_id),
            )
            if value
        }

    def _entry(self, payload: Payload) -> dict[str, Any]:
        fields = {name: find(payload) for name, find in self._fields.items()}
        return {"MessageBody": payload.data.decode(), **fields}

    def _put(self, entries: list[dict[str, Any]]) -> Mapping[str, Any]:
        if self._queue_url is None:
            _, account_id, name = self._queue_arn.rsplit(":", 2)
            answer = self._client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account_id)
            self._queue_url = str(answer["QueueUrl"])
        response: Mapping[str, Any] = self._client.send_message_batch(
            QueueUrl=self._queue_url, Entries=with_ids(entries)
        )
        return response

    def _refusals(
        self, response: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
    ) -> Iterator[Refusal]:
        return failed_entries(response)


def failed_entries(response: Mapping[str, Any]) -> Iterator[Refusal]:
    """Return the failed entries in the form that SQS and SNS share."""
    for entry in response.get("Failed") or ():
        # LocalStack does not call a message with characters that SQS refuses the sender's fault.
        is_service_fault = entry.get("Code") in INTERNAL_ERROR_CODES or (
            not entry.get("SenderFault") and entry.get("Code") != "InvalidMessageContents"
        )
        yield int(entry["Id"]), f"{entry.get('Code')}: {entry.get('Message', '')}", is_service_fault
