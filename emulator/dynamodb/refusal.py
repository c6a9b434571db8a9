"""The ways in which DynamoDB refuses a request that it cannot take."""

from emulator.errors import ServiceError


class ItemFault(ServiceError):
    """What is wrong with an item or key: a transaction tells of it as the reason of one of its members."""


def item_fault(message: str) -> ItemFault:
    """Return the error of an item or key that a table does not take."""
    return ItemFault("ValidationException", message)


def validation_error(message: str) -> ServiceError:
    """Return the error of a request that says what DynamoDB does not do."""
    return ServiceError("ValidationException", message)


def serialization_error(message: str) -> ServiceError:
    """Return the error of a request whose JSON has another form than the API."""
    return ServiceError("SerializationException", message)
