"""Calls operations without a gateway."""

import json
from typing import Any

from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler

from emulator.dynamodb.idempotency import CompletedTransactions
from emulator.dynamodb.item_operations import delete_item, put_item, update_item
from emulator.dynamodb.item_read import get_item, transact_get_items
from emulator.dynamodb.lookup import table_of_items
from emulator.dynamodb.transaction import transact_write_items


class Handler(DynamoHandler):
    """moto's operations on a given backend and request."""

    def __init__(self, backend: Any, body: dict[str, Any]) -> None:
        self._backend = backend
        self._body = body

    @property
    def body(self) -> Any:
        """Return the request."""
        return self._body

    @body.setter
    def body(self, body: Any) -> None:
        self._body = body

    @property
    def dynamodb_backend(self) -> Any:
        """Return the backend."""
        return self._backend


def call(backend: Any, operation: str, **members: Any) -> dict[str, Any]:
    """Carry out an operation and return its answer."""
    if operation == "transact_write_items":
        completed = CompletedTransactions()
        return _as_sent(transact_write_items(members, lambda name: table_of_items(backend, name), completed))
    if operation == "transact_get_items":
        return _as_sent(transact_get_items(members, lambda name: table_of_items(backend, name)))
    if operation in _OPERATIONS:
        return _as_sent(
            _OPERATIONS[operation](lambda: table_of_items(backend, members["TableName"]), members)
        )
    return dict(json.loads(getattr(Handler(backend, members), operation)()))


_OPERATIONS = {
    "get_item": get_item,
    "put_item": put_item,
    "update_item": update_item,
    "delete_item": delete_item,
}


def _as_sent(answer: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(dynamo_json_dump(answer)))
