"""Calls moto's operations without a gateway."""

import json
from typing import Any

from moto.dynamodb.responses import DynamoHandler


class Handler(DynamoHandler):
    """moto's operations on a given backend and request."""

    def __init__(self, backend: Any, body: dict[str, Any]) -> None:
        self._backend = backend
        self._body = body

    @property
    def body(self) -> Any:
        """Return the request."""
        return self._body

    @property
    def dynamodb_backend(self) -> Any:
        """Return the backend."""
        return self._backend


def call(backend: Any, operation: str, **members: Any) -> dict[str, Any]:
    """Carry out an operation and return its answer."""
    return dict(json.loads(getattr(Handler(backend, members), operation)()))
