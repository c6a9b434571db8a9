"""Whose fault it is when a service does not accept something."""

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from emulator.pipes.choice import INTERNAL_ERROR_CODES


def is_internal(error: ClientError | BotoCoreError) -> bool:
    """Tell whether an error is the service's fault, which uses up no retry attempt."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        return error.response["Error"]["Code"] in INTERNAL_ERROR_CODES or status >= 500
    # What does not answer within an execution's five minutes is the customer's.
    return not isinstance(error, ReadTimeoutError)
