"""Calls of the processor function, and what went wrong with them in Firehose's words."""

import threading
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from emulator.firehose.client import LambdaClient
from emulator.firehose.record import Failed

# A function may take this long; Firehose then counts the attempt as failed.
MAXIMUM_INVOCATION_SECONDS = 300.0

FUNCTION_ERROR = Failed(
    "Lambda.FunctionError", "The Lambda function was successfully invoked but it returned an error result."
)
TIMED_OUT = Failed("Lambda.FunctionTimeout", "The Lambda function did not answer within five minutes.")
_THROTTLING = ("TooManyRequestsException", "ThrottlingException", "Throttling", "EC2ThrottledException")
_CODES = {
    "AccessDeniedException": "Lambda.InvokeAccessDenied",
    "AccessDenied": "Lambda.InvokeAccessDenied",
    "ResourceNotFoundException": "Lambda.ResourceNotFound",
    "RequestTooLargeException": "Lambda.RequestTooLarge",
} | dict.fromkeys(_THROTTLING, "Lambda.InvokeLimitExceeded")
# https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
_MESSAGES = {
    "Lambda.InvokeAccessDenied": "Access was denied. Ensure that the access policy allows access to the Lambda "
    "function.",
    "Lambda.InvokeLimitExceeded": "The Lambda concurrent execution limit is exceeded. Increase the concurrent "
    "execution limit.",
    "Lambda.ResourceNotFound": "The specified Lambda function does not exist. Use a different function that does "
    "exist.",
}

Result = TypeVar("Result")


class InvocationError(Exception):
    """An attempt to invoke the function failed for all of its records; it may be repeated."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.error_message)
        self.failed = failed


def invoke(client: LambdaClient, lambda_arn: str, event: bytes) -> bytes:
    """Invoke the function and return its answer.

    Raises:
        InvocationError: the function raised, was not found, not permitted, throttled, or took too long.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
    """

    def call() -> bytes:
        response = client.invoke(FunctionName=lambda_arn, InvocationType="RequestResponse", Payload=event)
        payload: bytes = response["Payload"].read()
        if response.get("FunctionError"):
            raise InvocationError(FUNCTION_ERROR)
        return payload

    try:
        return within(MAXIMUM_INVOCATION_SECONDS, call)
    except (TimeoutError, ReadTimeoutError) as error:
        raise InvocationError(TIMED_OUT) from error
    except ClientError as error:
        lambda_error = error.response["Error"]
        code = _CODES.get(lambda_error["Code"], f"Lambda.{lambda_error['Code']}")
        raise InvocationError(Failed(code, _MESSAGES.get(code, lambda_error["Message"]))) from error
    except BotoCoreError as error:
        raise InvocationError(Failed("Lambda.InvokeFailed", str(error))) from error


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return what `call` returns, raise what it raises, or stop waiting for it after `seconds`.

    Raises:
        TimeoutError: the call has not ended; it is left to end by itself.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001  # handed to the waiting thread
            errors.append(error)

    thread = threading.Thread(target=run, name=threading.current_thread().name + "-call", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"no answer within {seconds:g} seconds")
    return results[0]
