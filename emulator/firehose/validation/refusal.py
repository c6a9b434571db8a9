"""Refusals of a request, as errors."""

from emulator.errors import ServiceError


def invalid(message: str) -> ServiceError:
    """Return the error for a setting that AWS refuses."""
    return ServiceError("InvalidArgumentException", message)


def unsupported(field: str) -> ServiceError:
    """Return the error for a setting that AWS takes and this emulator does not have yet."""
    return ServiceError("InvalidArgumentException", f"{field} is not supported by this emulator.")
