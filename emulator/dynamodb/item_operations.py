"""PutItem, UpdateItem and DeleteItem: one write, and the answer that its request asks for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import Item

from emulator.dynamodb import constraints, consumption, item_write
from emulator.dynamodb.expressions.paths import Path
from emulator.dynamodb.item_write import FindTable, ItemWrite, Request
from emulator.dynamodb.stored_value import plain_at, plain_attributes

_ENUMERATIONS = {
    "ReturnValues": ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
    "ReturnItemCollectionMetrics": ("SIZE", "NONE"),
}


def put_item(find_table: FindTable, request: Request) -> dict[str, Any]:
    """Carry a PutItem out and return the answer.

    Raises:
        ServiceError: DynamoDB refuses the request.
        ConditionalCheckFailed: its condition does not hold.
    """
    return _carry_out(find_table, request, item_write.put, "Item")


def delete_item(find_table: FindTable, request: Request) -> dict[str, Any]:
    """Carry a DeleteItem out and return the answer.

    Raises:
        ServiceError: DynamoDB refuses the request.
        ConditionalCheckFailed: its condition does not hold.
    """
    return _carry_out(find_table, request, item_write.delete, "Key")


def update_item(find_table: FindTable, request: Request) -> dict[str, Any]:
    """Carry an UpdateItem out and return the answer.

    Raises:
        ServiceError: DynamoDB refuses the request, or the item cannot be changed so.
        ConditionalCheckFailed: its condition does not hold.
    """
    return _carry_out(find_table, request, item_write.update, "Key")


def _carry_out(
    find_table: FindTable, request: Request, prepare: Callable[[FindTable, Request], ItemWrite], needed: str
) -> dict[str, Any]:
    constraints.refuse(_faults(request, needed))
    wanted = request.get("ReturnValues") or "NONE"
    write = prepare(find_table, request)
    old, new = write.carry_out()
    answer: dict[str, Any] = {}
    if attributes := _returned(wanted, old, new, write.updated_paths):
        answer["Attributes"] = attributes
    used = consumption.Usage(request["TableName"], write.table)
    used.add(plain_attributes(new.attrs) if new is not None else write.key, new, old)
    return {**answer, **consumption.answer_of_one(request, used)}


def _faults(request: Request, needed: str) -> Iterator[str]:
    yield from constraints.enumeration_faults(
        request, {"ReturnConsumedCapacity": ("INDEXES", "TOTAL", "NONE")}
    )
    yield from constraints.table_name_faults(request)
    if request.get(needed) is None:
        yield constraints.null_fault(needed.lower())
    yield from constraints.enumeration_faults(request, _ENUMERATIONS)


def _returned(wanted: str, old: Item | None, new: Item | None, paths: list[Path]) -> Mapping[str, Any]:
    if wanted == "NONE":
        return {}
    item = old if wanted.endswith("_OLD") else new
    if item is None:
        return {}
    return plain_attributes(item.attrs) if wanted.startswith("ALL_") else plain_at(paths, item.attrs)
