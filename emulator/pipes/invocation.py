"""Functions and state machines, which take a batch as one JSON array; targets and enrichments call them."""

import json
from collections.abc import Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from emulator.pipes.errors import TargetError
from emulator.pipes.json_data import utf8
from emulator.pipes.target import Exchange, Payload
from emulator.pipes.targets.failure import is_internal


class Invocable(Protocol):
    """Something that takes a JSON array."""

    def invoke(self, array: bytes, exchange: Exchange) -> bytes:
        """Invoke it and return its answer, empty when nobody waits for one.

        Raises:
            TargetError: it could not be invoked, or it failed.
        """


class LambdaFunction:
    """A function; `waits` tells whether it is invoked synchronously.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """

    def __init__(self, client: Any, function_arn: str, *, waits: bool = True) -> None:
        self._client = client
        self._function_arn = function_arn
        self._invocation_type = "RequestResponse" if waits else "Event"

    def invoke(self, array: bytes, exchange: Exchange) -> bytes:
        """Invoke the function; an error that its code raises is the customer's."""
        try:
            response = self._client.invoke(
                FunctionName=self._function_arn, InvocationType=self._invocation_type, Payload=array
            )
            answer = response.get("Payload")
            payload: bytes = b"" if answer is None else answer.read()
        except (ClientError, BotoCoreError) as error:
            exchange.add(array, str(error))
            raise TargetError(str(error), internal=is_internal(error)) from error
        exchange.add(array, payload)
        if function_error := response.get("FunctionError"):
            raise TargetError(f"{self._function_arn}: {function_error}: {payload.decode(errors='replace')}")
        return payload if self._invocation_type == "RequestResponse" else b""


class StateMachine:
    """A state machine; `waits` tells whether it is executed synchronously, which only an Express one can be.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
    """

    def __init__(self, client: Any, state_machine_arn: str, *, waits: bool = True) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn
        self._waits = waits

    def invoke(self, array: bytes, exchange: Exchange) -> bytes:
        """Execute the state machine; an execution that does not succeed is the customer's error."""
        start = self._client.start_sync_execution if self._waits else self._client.start_execution
        try:
            response = start(stateMachineArn=self._state_machine_arn, input=array.decode())
        except (ClientError, BotoCoreError) as error:
            exchange.add(array, str(error))
            raise TargetError(str(error), internal=is_internal(error)) from error
        exchange.add(array, {name: response[name] for name in response if name != "ResponseMetadata"})
        if not self._waits:
            return b""
        if response["status"] != "SUCCEEDED":
            reason = f"{response.get('error', '')} {response.get('cause', '')}".strip()
            raise TargetError(f"{self._state_machine_arn}: {response['status']}: {reason}")
        return utf8(str(response.get("output") or ""))


def json_array(payloads: Sequence[Payload]) -> bytes:
    """Return the payloads as one JSON array; a batch of one is an array as well."""
    return b"[" + b",".join(payload.data for payload in payloads) + b"]"


def json_answer(answer: bytes) -> Any:
    """Return the JSON values of an answer, None for an empty one.

    Raises:
        TargetError: it is not JSON.
    """
    if not answer.strip():
        return None
    try:
        return json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise TargetError(f"The response is not JSON: {error}") from error
