"""An SQS queue as a pipe reads it."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.errors import SourceError, StreamNotFoundError
from emulator.pipes.event import Event
from emulator.pipes.queue_event import queue_event
from emulator.pipes.source import source_errors

_MISSING: dict[str, type[SourceError]] = {
    "AWS.SimpleQueueService.NonExistentQueue": StreamNotFoundError,
    "QueueDoesNotExist": StreamNotFoundError,
}


class QueueSource:
    """Receives and deletes messages through a boto3-shaped client; every method raises SourceError."""

    # What one ReceiveMessage or DeleteMessageBatch takes.
    MAXIMUM_MESSAGES = 10

    def __init__(self, client: Any, queue_arn: str) -> None:
        self._client = client
        self._queue_arn = queue_arn
        self._url: str | None = None
        self.is_fifo = queue_arn.endswith(".fifo")

    def check(self) -> None:
        """Raise SourceError when the queue cannot be found."""
        self._queue_url()

    def receive(self, maximum: int, wait_seconds: int) -> list[Event]:
        """Receive messages as events, waiting for the first one."""
        with source_errors(_MISSING):
            answer = self._client.receive_message(
                QueueUrl=self._queue_url(),
                MaxNumberOfMessages=min(maximum, self.MAXIMUM_MESSAGES),
                WaitTimeSeconds=wait_seconds,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return [queue_event(message, self._queue_arn) for message in answer.get("Messages") or ()]

    def delete(self, receipt_handles: Sequence[str]) -> list[str]:
        """Delete messages; return why some could not be deleted."""
        reasons: list[str] = []
        for entries in self._entries(receipt_handles):
            try:
                answer = self._client.delete_message_batch(QueueUrl=self._queue_url(), Entries=entries)
            except (ClientError, BotoCoreError) as error:
                reasons.append(str(error))
                continue
            reasons += [
                f"{failed['Code']}: {failed.get('Message', '')}" for failed in answer.get("Failed") or ()
            ]
        return reasons

    def give_back(self, receipt_handles: Sequence[str]) -> None:
        """Make messages visible again at once."""
        for entries in self._entries(receipt_handles):
            with source_errors(_MISSING):
                self._client.change_message_visibility_batch(
                    QueueUrl=self._queue_url(),
                    Entries=[{**entry, "VisibilityTimeout": 0} for entry in entries],
                )

    def _entries(self, receipt_handles: Sequence[str]) -> list[list[dict[str, str]]]:
        entries = [
            {"Id": str(index), "ReceiptHandle": handle} for index, handle in enumerate(receipt_handles)
        ]
        size = self.MAXIMUM_MESSAGES
        return [entries[start : start + size] for start in range(0, len(entries), size)]

    def _queue_url(self) -> str:
        if self._url is None:
            account_id, name = self._queue_arn.split(":")[4:6]
            with source_errors(_MISSING):
                answer = self._client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account_id)
            self._url = str(answer["QueueUrl"])
        return self._url
