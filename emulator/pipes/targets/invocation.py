"""A Lambda function or a Step Functions state machine as the target."""

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.pipes.errors import PartialBatchError, TargetError
from emulator.pipes.invocation import Invocable, json_answer, json_array
from emulator.pipes.target import Exchange, Payload


class InvocationTarget:
    """The whole batch as one JSON array; the answer may name the events that failed.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
    """

    maximum_batch_size: int | None = None
    takes_json = True

    def __init__(self, invocable: Invocable) -> None:
        self._invocable = invocable

    def send(self, payloads: Sequence[Payload], exchange: Exchange | None = None) -> None:
        """Invoke the target once, and read `batchItemFailures` from its answer."""
        answer = self._invocable.invoke(json_array(payloads), exchange or Exchange())
        identifiers = _failed_identifiers(answer)
        if not identifiers:
            return
        indexes = {source_id(payload.body): index for index, payload in enumerate(payloads)}
        failed: set[int] = set()
        for identifier in identifiers:
            if not isinstance(identifier, str) or identifier not in indexes:
                raise TargetError(f"batchItemFailures names no event of the batch: {identifier!r}")
            failed.add(indexes[identifier])
        if len(failed) == len(payloads):
            raise TargetError("The target reports that every event failed")
        raise PartialBatchError(f"The target reports {len(failed)} failed events", sorted(failed))


def source_id(body: Any) -> str | None:
    """Return the id that an event has from its source; None when it has lost it.

    It is the `eventID` of a stream's record and the `messageId` of a queue's message.
    """
    if not isinstance(body, Mapping):
        return None
    identifier = body.get("messageId") if body.get("eventSource") == "aws:sqs" else body.get("eventID")
    if identifier is None:
        identifier = body.get("messageId")
    return identifier if isinstance(identifier, str) else None


def _failed_identifiers(answer: bytes) -> list[Any]:
    """Return what an answer names as failed; an answer without the field, or that is not JSON, names nothing."""
    try:
        document = json_answer(answer)
    except TargetError:
        return []
    if not isinstance(document, Mapping):
        return []
    failures = document.get("batchItemFailures")
    if not failures:
        return []
    if not isinstance(failures, list):
        raise TargetError("batchItemFailures is not an array")
    return [failure.get("itemIdentifier") if isinstance(failure, Mapping) else None for failure in failures]
