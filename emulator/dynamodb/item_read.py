"""GetItem and TransactGetItems.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from emulator.dynamodb import attribute_value, constraints, consumption, item_store, transaction
from emulator.dynamodb.expressions.paths import Path
from emulator.dynamodb.expressions.placeholders import Placeholders, check_presence
from emulator.dynamodb.expressions.projections import attributes_to_get, parse_projection
from emulator.dynamodb.item_write import FindTable, Request, is_reserved
from emulator.dynamodb.key_schema import Attributes, KeySchema
from emulator.dynamodb.refusal import serialization_error
from emulator.dynamodb.stored_value import plain_at, plain_attributes

_ENUMERATIONS = {"ReturnConsumedCapacity": ("INDEXES", "TOTAL", "NONE")}


@dataclass(frozen=True, slots=True)
class ItemRead:
    """A read of one item that has been checked; without paths, of the whole item."""

    table: Table
    key: Attributes
    paths: list[Path] | None

    def carry_out(self) -> tuple[dict[str, Any], Attributes]:
        """Return the answer, with an Item if there is one, and all attributes of the item."""
        item = self.table.get_item(*item_store.keys_of(self.table, self.key))
        if item is None:
            return {}, {}
        attributes = plain_attributes(item.attrs)
        return {"Item": attributes if self.paths is None else plain_at(self.paths, item.attrs)}, attributes


def get_item(find_table: FindTable, request: Request) -> dict[str, Any]:
    """Carry a GetItem out and return the answer.

    Raises:
        ServiceError: DynamoDB refuses the request.
    """
    constraints.refuse(_faults(request))
    check_presence(request, ("ProjectionExpression",), ("AttributesToGet",))
    answer, attributes = _prepared(find_table, request).carry_out()
    size = attribute_value.size_bytes(attributes) if request.get("ReturnConsumedCapacity") else 0
    return {**answer, **consumption.answer_of_read(request, size)}


def transact_get_items(request: Request, find_table: Callable[[str], Table]) -> dict[str, Any]:
    """Carry a TransactGetItems out and return the answer; the caller keeps others away from the tables.

    Raises:
        ServiceError: DynamoDB refuses the request.
        TransactionCanceledException: a table does not take a key.
    """
    constraints.refuse(constraints.enumeration_faults(request, _ENUMERATIONS))
    gets = [one.get("Get") for one in transaction.actions_of(request)]
    constraints.refuse(
        fault for number, get in enumerate(gets, start=1) for fault in _faults_of_get(number, get)
    )
    for get in gets:
        check_presence(get, ("ProjectionExpression",), ())
    names = [get["TableName"] for get in gets]
    reads = transaction.each_taken(
        partial(_prepared, partial(find_table, name), get) for name, get in zip(names, gets, strict=True)
    )
    transaction.check_distinct([(read.table, read.key) for read in reads])
    responses, sizes = [], []
    for read in reads:
        answer, attributes = read.carry_out()
        responses.append(answer)
        sizes.append(attribute_value.size_bytes(attributes))
    return {
        "Responses": responses,
        **consumption.answer_of_transaction(request, zip(names, sizes, strict=True)),
    }


def _prepared(find_table: FindTable, request: Request) -> ItemRead:
    key = request["Key"]
    attribute_value.check_all(key)
    paths = attributes_to_get(request)
    placeholders = Placeholders(request, DynamoType, is_reserved)
    if request.get("ProjectionExpression") is not None:
        paths = parse_projection(request["ProjectionExpression"], placeholders)
    placeholders.check_all_used()
    table = find_table()
    KeySchema.of(table).check_key(key)
    return ItemRead(table, key, paths)


def _faults(request: Request) -> Iterator[str]:
    yield from constraints.enumeration_faults(request, _ENUMERATIONS)
    yield from constraints.table_name_faults(request)
    if request.get("Key") is None:
        yield constraints.null_fault("key")


def _faults_of_get(number: int, get: Any) -> Iterator[str]:
    path = f"transactItems.{number}.member.get"
    if get is None:
        yield constraints.null_fault(path)
        return
    if not isinstance(get, dict):
        raise serialization_error("Unexpected field type")
    for name, member in (("TableName", "tableName"), ("Key", "key")):
        if get.get(name) is None:
            yield constraints.null_fault(f"{path}.{member}")
