"""What a request to invoke a function may contain, and what the function is told of its caller."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
MAX_EVENT_BYTES = 1024 * 1024
# In base64: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
MAX_CLIENT_CONTEXT_BYTES = 3583
INVOCATION_TYPES = ("Event", "RequestResponse", "DryRun")
LOG_TYPES = ("None", "Tail")


@dataclass(frozen=True)
class InvocationRefusedError(Exception):
    """A request that Lambda refuses, with the code and the message of its answer."""

    code: str
    message: str
    status: HTTPStatus = HTTPStatus.BAD_REQUEST

    def __str__(self) -> str:
        return self.message


def check_invocation_type(invocation_type: str | None, log_type: str | None) -> None:
    """Raise for a value that Lambda does not know.

    Raises:
        InvocationRefusedError: ValidationException, naming the field.
    """
    _check_enumeration("invocationType", invocation_type, INVOCATION_TYPES)
    _check_enumeration("logType", log_type, LOG_TYPES)


def check_payload(payload: bytes, invocation_type: str | None) -> None:
    """Raise unless the payload is a JSON document of a size that Lambda takes; none at all stands for `{}`.

    AWS's message goes on with what its parser says, ours with what Python's says.

    Raises:
        InvocationRefusedError: RequestEntityTooLargeException or InvalidRequestContentException.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise _too_large(
            f"Request must be smaller than {MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation"
        )
    if invocation_type == "Event" and len(payload) > MAX_EVENT_BYTES:
        raise _too_large(
            f"{len(payload)} byte payload is too large for the Event invocation type (limit {MAX_EVENT_BYTES} bytes)"
        )
    if not payload:
        return
    try:
        # A number may have more digits than Python makes one of.
        json.loads(payload.decode(), parse_constant=_refuse_constant, parse_int=str)
    except (ValueError, RecursionError) as error:
        message = f"Could not parse request body into json: Could not parse payload into json: {error}"
        raise InvocationRefusedError("InvalidRequestContentException", message) from error


def read_client_context(encoded: str | None) -> str | None:
    """The client context's JSON, as the runtime gets it.

    AWS's words for one that is too large are not known.

    Raises:
        InvocationRefusedError: InvalidRequestContentException, unless it is an object in up to 3,583 bytes of base64.
    """
    if not encoded:
        return None
    if len(encoded) > MAX_CLIENT_CONTEXT_BYTES:
        raise InvocationRefusedError(
            "InvalidRequestContentException",
            f"Client context must be at most {MAX_CLIENT_CONTEXT_BYTES} bytes of Base64-encoded data.",
        )
    try:
        context = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        context = None
    if not isinstance(context, dict):
        raise InvocationRefusedError(
            "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object."
        )
    return json.dumps(context)


def _too_large(message: str) -> InvocationRefusedError:
    return InvocationRefusedError(
        "RequestEntityTooLargeException", message, HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    )


def _check_enumeration(field: str, value: str | None, values: Sequence[str]) -> None:
    if value is None or value in values:
        return
    raise InvocationRefusedError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{', '.join(values)}]",
    )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
