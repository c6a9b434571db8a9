"""The error that a data plane raises when a caller's request cannot be served."""

from typing import Any

from botocore.exceptions import ClientError


class ServiceError(Exception):
    """An AWS error: its code, message and HTTP status."""

    def __init__(self, code: str, message: str, status_code: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status_code = status_code

    def as_client_error(self, operation_name: str) -> ClientError:
        """Return what boto3 raises for this error."""
        response: Any = {
            "Error": {"Code": self.code, "Message": self.message},
            "ResponseMetadata": {"HTTPStatusCode": self.status_code},
        }
        return ClientError(response, operation_name)
