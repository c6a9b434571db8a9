"""Targets with a batch API: one entry per event, and some of them may be refused."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.errors import PartialBatchError, TargetError
from emulator.pipes.target import Exchange, Payload
from emulator.pipes.targets.failure import is_internal

# The position of an entry in a request, an error code with its message, and whether it is the service's fault.
Refusal = tuple[int, str, bool]


class BatchTarget(ABC):
    """Sends a batch with as few requests as the service's limits allow.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
    """

    maximum_batch_size: int
    maximum_request_bytes: int
    takes_json = False

    def send(self, payloads: Sequence[Payload], exchange: Exchange | None = None) -> None:
        """Send a batch; entries that the service refuses are reported, the others stay sent."""
        failed: list[int] = []
        reasons: list[str] = []
        internal = True
        cause: Exception | None = None
        entries: list[tuple[int, dict[str, Any], int]] = []
        for index, payload in enumerate(payloads):
            try:
                entry = self._entry(payload)
            except TargetError as error:
                failed.append(index)
                reasons.append(str(error))
                internal = False
            else:
                entries.append((index, entry, self._size_bytes(payload, entry)))
        for indexes, request in self._requests(entries):
            try:
                response = self._put(request)
            except (ClientError, BotoCoreError) as error:
                failed += indexes
                reasons.append(str(error))
                internal = internal and is_internal(error)
                cause = cause or error
                if exchange is not None:
                    exchange.add(request, str(error))
                continue
            if exchange is not None:
                exchange.add(request, response)
            for position, reason, is_service_fault in self._refusals(response, request):
                failed.append(indexes[position])
                reasons.append(reason)
                internal = internal and is_service_fault
        if failed and len(failed) == len(payloads):
            raise TargetError(reasons[0], internal=internal) from cause
        if failed:
            raise PartialBatchError(reasons[0], sorted(failed), internal=internal) from cause

    @abstractmethod
    def _entry(self, payload: Payload) -> dict[str, Any]:
        """Return the request's entry of an event.

        Raises:
            TargetError: a path in the parameters leads nowhere in this event.
        """

    @abstractmethod
    def _put(self, entries: list[dict[str, Any]]) -> Mapping[str, Any]:
        """Send one request."""

    @abstractmethod
    def _refusals(
        self, response: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
    ) -> Iterator[Refusal]:
        """Return what a response says about the entries that were not accepted."""

    def _size_bytes(self, payload: Payload, entry: Mapping[str, Any]) -> int:
        return len(payload.data)

    def _requests(
        self, entries: Sequence[tuple[int, dict[str, Any], int]]
    ) -> Iterator[tuple[list[int], list[dict[str, Any]]]]:
        """Cut a batch where one request would be too large."""
        indexes: list[int] = []
        request: list[dict[str, Any]] = []
        request_bytes = 0
        for index, entry, size_bytes in entries:
            if request and (
                len(request) == self.maximum_batch_size
                or request_bytes + size_bytes > self.maximum_request_bytes
            ):
                yield indexes, request
                indexes, request, request_bytes = [], [], 0
            indexes.append(index)
            request.append(entry)
            request_bytes += size_bytes
        if request:
            yield indexes, request


def with_ids(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return entries that carry their position as their Id."""
    return [{"Id": str(position), **entry} for position, entry in enumerate(entries)]
