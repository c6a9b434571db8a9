"""Dead letters and failure records of asynchronous invocations, where LocalStack's lack what AWS says in them."""

import dataclasses
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from localstack.services.lambda_.invocation.event_manager import Poller, SQSInvocation
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.utils.aws import dead_letter_queue
from localstack.utils.patch import Patch

ERROR_MESSAGE_BYTES = 1024
# What an invocation that never ran fails with, as Invoke answers it.
THROTTLED_CODE = "429"
THROTTLED_MESSAGE = "Rate Exceeded."

_event: ContextVar[tuple[SQSInvocation, InvocationResult] | None] = ContextVar("event", default=None)


def complete_dead_letters() -> None:
    """Name the invocation in its dead letter, and send one for an event that was never run.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    Patch.function(Poller.process_dead_letter_queue, _process_dead_letter_queue).apply()
    Patch.function(Poller.process_failure_destination, _process_failure_destination).apply()
    prepare: Callable[..., list[dict[str, Any]]] = dead_letter_queue._prepare_messages_to_dlq

    def prepare_messages(source_arn: str, event: Any, error: Any) -> list[dict[str, Any]]:
        current = _event.get()
        messages = prepare(source_arn, event, error)
        if current is not None:
            for message in messages:
                _complete(message["MessageAttributes"], *current)
        return messages

    Patch(dead_letter_queue, "_prepare_messages_to_dlq", prepare_messages).apply()


def _process_dead_letter_queue(
    original: Callable[..., None], poller: Poller, event: SQSInvocation, result: InvocationResult
) -> None:
    # LocalStack reads the error's text from the payload, which an event that was not run does not have.
    readable = dataclasses.replace(result, payload=b"{}") if result.payload is None else result
    token = _event.set((event, result))
    try:
        original(poller, event, readable)
    finally:
        _event.reset(token)


def _process_failure_destination(
    original: Callable[..., None],
    poller: Poller,
    event: SQSInvocation,
    result: InvocationResult,
    event_invoke_config: Any,
    failure_cause: str,
) -> None:
    """Tell the destination of an event that got too old without being run; LocalStack fails over it."""
    readable = dataclasses.replace(result, payload=b"null") if result.payload is None else result
    original(poller, event, readable, event_invoke_config, failure_cause)


def _complete(attributes: dict[str, Any], event: SQSInvocation, result: InvocationResult) -> None:
    attributes["RequestID"]["StringValue"] = event.invocation.request_id
    message = attributes["ErrorMessage"]
    if result.payload is None:
        attributes["ErrorCode"]["StringValue"] = THROTTLED_CODE
        message["StringValue"] = THROTTLED_MESSAGE
    first = message["StringValue"].encode()[:ERROR_MESSAGE_BYTES]
    message["StringValue"] = first.decode(errors="ignore")
