"""The two ways in which DynamoDB refuses a request that it cannot take."""

from emulator.errors import ServiceError


def validation_error(message: str) -> ServiceError:
    """Return the error of a request that says what DynamoDB does not do."""
    return ServiceError("ValidationException", message)


def serialization_error(message: str) -> ServiceError:
    """Return the error of a request whose JSON has another form than the API."""
    return ServiceError("SerializationException", message)
