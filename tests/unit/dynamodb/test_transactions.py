"""What a transaction leaves for those who follow a table's changes."""

from typing import Any

import pytest

from emulator.errors import ServiceError
from tests.unit.dynamodb.handler import call
from tests.unit.dynamodb.records import A1, A2, B, recorded


def update(name: str, value: str, condition: str | None = None) -> dict[str, Any]:
    """Return an update of the attribute `n`."""
    operation: dict[str, Any] = {
        "TableName": "Orders",
        "Key": {"id": {"S": name}},
        "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": {":n": {"S": value}},
    }
    return {"Update": {**operation, **({"ConditionExpression": condition} if condition else {})}}


def transact(backend: Any, *actions: dict[str, Any]) -> None:
    """Carry a transaction out."""
    call(backend, "transact_write_items", TransactItems=list(actions))


def test_updates_and_puts_are_recorded_each(backend: Any) -> None:
    transact(backend, {"Put": {"TableName": "Orders", "Item": B}}, update("a", "2"), update("c", "1"))

    assert recorded(backend) == [
        ("INSERT", None, B),
        ("MODIFY", A1, A2),
        ("INSERT", None, {"id": {"S": "c"}, "n": {"S": "1"}}),
    ]


def test_one_that_fails_leaves_no_record(backend: Any) -> None:
    with pytest.raises(Exception, match="Transaction cancelled"):
        transact(backend, update("a", "2"), update("c", "1", "attribute_exists(id)"))

    assert recorded(backend) == []
    transact(backend, update("a", "2"))
    assert recorded(backend) == [("MODIFY", A1, A2)]


def _of_40_puts(size: int) -> list[dict[str, Any]]:
    """Return actions whose items are of a size in bytes."""
    items = [{"id": {"S": f"{number:02}"}, "x": {"S": "x" * (size - 5)}} for number in range(40)]
    return [{"Put": {"TableName": "Orders", "Item": item}} for item in items]


def test_a_transaction_is_of_4_mb_at_most(backend: Any) -> None:
    with pytest.raises(ServiceError, match="size cannot exceed"):
        call(backend, "transact_write_items", TransactItems=_of_40_puts(4 * 1024 * 1024 // 40 + 1))
    assert recorded(backend) == []

    call(backend, "transact_write_items", TransactItems=_of_40_puts(4 * 1024 * 1024 // 40))

    assert len(list(backend.get_table("Orders").all_items())) == 41
