"""An SNS topic as the target."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.pipes.target import Payload
from emulator.pipes.targets.batch import BatchTarget, Refusal, with_ids
from emulator.pipes.targets.sqs import failed_entries


class SnsTarget(BatchTarget):
    """One message per event, sent with PublishBatch.

    https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
    """

    maximum_batch_size = 10
    maximum_request_bytes = 256 * 1024

    def __init__(self, client: Any, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def _entry(self, payload: Payload) -> dict[str, Any]:
        return {"Message": payload.data.decode()}

    def _put(self, entries: list[dict[str, Any]]) -> Mapping[str, Any]:
        response: Mapping[str, Any] = self._client.publish_batch(
            TopicArn=self._topic_arn, PublishBatchRequestEntries=with_ids(entries)
        )
        return response

    def _refusals(
        self, response: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
    ) -> Iterator[Refusal]:
        return failed_entries(response)
