"""The function at the end of a mapping."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.errors import CheckpointError, TargetError
from emulator.pipes.event import Event

# What a mapping shows as its LastProcessingResult.
SUCCEEDED = "OK"
FAILED = "PROBLEM: Function call failed"
TOO_LARGE = "RequestEntityTooLargeException"


@dataclass(frozen=True, slots=True)
class FailedInvocation:
    """What is known of an invocation that did not process its batch."""

    request_id: str
    status_code: int
    executed_version: str
    function_error: str | None


class FunctionTarget:
    """Invokes a function with each batch; `last_failure` is for the destination of what is given up.

    An invocation that did not take place (a throttle, a function that does not exist) uses up no retry attempt, unless
    it is refused because the record is too large for any.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    """

    def __init__(
        self,
        client: Any,
        function_arn: str,
        *,
        reports_item_failures: bool,
        on_result: Callable[[str], None],
    ) -> None:
        self._client = client
        self._function_arn = function_arn
        self._reports_item_failures = reports_item_failures
        self._on_result = on_result
        self.last_failure: FailedInvocation | None = None

    def send(self, events: Sequence[Event]) -> None:
        """Invoke the function with a batch, and read what it reports.

        Raises:
            CheckpointError: what comes before an event of the batch was processed.
            TargetError: nothing was.
        """
        try:
            self._invoke(events)
        except TargetError:
            self._on_result(FAILED)
            raise
        self._on_result(SUCCEEDED)

    def _invoke(self, events: Sequence[Event]) -> None:
        try:
            response = self._client.invoke(
                FunctionName=self._function_arn,
                InvocationType="RequestResponse",
                Payload=self._payload(events),
            )
            answer: bytes = response["Payload"].read()
        except (ClientError, BotoCoreError) as error:
            is_too_large = isinstance(error, ClientError) and error.response["Error"]["Code"] == TOO_LARGE
            if is_too_large:
                self.last_failure = None
            raise TargetError(str(error), internal=not is_too_large) from error
        function_error = response.get("FunctionError")
        first_failed = 0 if function_error else self._first_failed(events, answer)
        if first_failed is None:
            self.last_failure = None
            return
        self.last_failure = FailedInvocation(
            response["ResponseMetadata"]["RequestId"],
            response["StatusCode"],
            response.get("ExecutedVersion", "$LATEST"),
            function_error,
        )
        if function_error:
            raise TargetError(f"{self._function_arn}: {function_error}: {answer.decode(errors='replace')}")
        message = f"{self._function_arn} reports failed items, or not what it has to"
        if first_failed == 0:
            raise TargetError(message)
        raise CheckpointError(message, range(first_failed, len(events)))

    def _payload(self, events: Sequence[Event]) -> bytes:
        return b'{"Records":[' + b",".join(event.data for event in events) + b"]}"

    def _first_failed(self, events: Sequence[Event], answer: bytes) -> int | None:
        if not self._reports_item_failures:
            return None
        return first_failed_index(answer, [event.sequence_number for event in events])


def first_failed_index(answer: bytes, sequence_numbers: Sequence[str]) -> int | None:
    """Return where a batch has to be tried again from; None when all of it was processed.

    Of several failed items, the one with the lowest sequence number counts. An answer that cannot be read, or
    that names no item of the batch, fails the whole batch.

    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
    """
    try:
        document = json.loads(answer) if answer.strip() else None
    except (ValueError, RecursionError):
        return 0
    if not document:
        return None
    if not isinstance(document, dict):
        return 0
    failures = document.get("batchItemFailures")
    if not failures:
        return None
    if not isinstance(failures, list):
        return 0
    indexes = {number: index for index, number in enumerate(sequence_numbers)}
    failed = [
        indexes.get(failure["itemIdentifier"], 0)
        if isinstance(failure, dict) and isinstance(failure.get("itemIdentifier"), str)
        else 0
        for failure in failures
    ]
    return min(failed)
