"""What bootstrap cannot go on from, and the error codes it can."""

from botocore.exceptions import ClientError


class BootstrapError(Exception):
    """A resource cannot be made; the message says why and what to do."""


class WaitTimeoutError(BootstrapError):
    """Something did not come about in time."""


def error_code(error: ClientError) -> str:
    """Return the code of an error that AWS answered."""
    return error.response["Error"].get("Code", "")
