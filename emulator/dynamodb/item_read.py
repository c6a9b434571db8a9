"""GetItem.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
"""

from collections.abc import Iterator
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from emulator.dynamodb import attribute_value, constraints, consumption, item_store
from emulator.dynamodb.expressions.placeholders import Placeholders, check_presence
from emulator.dynamodb.expressions.projections import attributes_to_get, parse_projection
from emulator.dynamodb.item_write import FindTable, Request, is_reserved
from emulator.dynamodb.key_schema import KeySchema
from emulator.dynamodb.stored_value import plain_at, plain_attributes


def get_item(find_table: FindTable, request: Request) -> dict[str, Any]:
    """Carry a GetItem out and return the answer.

    Raises:
        ServiceError: DynamoDB refuses the request.
    """
    constraints.refuse(_faults(request))
    check_presence(request, ("ProjectionExpression",), ("AttributesToGet",))
    key = request["Key"]
    attribute_value.check_all(key)
    paths = attributes_to_get(request)
    placeholders = Placeholders(request, DynamoType, is_reserved)
    if request.get("ProjectionExpression") is not None:
        paths = parse_projection(request["ProjectionExpression"], placeholders)
    placeholders.check_all_used()
    table = find_table()
    KeySchema.of(table).check_key(key)
    item = table.get_item(*item_store.keys_of(table, key))
    answer: dict[str, Any] = {}
    size = 0
    if item is not None:
        attributes = plain_attributes(item.attrs)
        size = attribute_value.size_bytes(attributes) if request.get("ReturnConsumedCapacity") else 0
        answer["Item"] = attributes if paths is None else plain_at(paths, item.attrs)
    return {**answer, **consumption.answer_of_read(request, size)}


def _faults(request: Request) -> Iterator[str]:
    yield from constraints.enumeration_faults(
        request, {"ReturnConsumedCapacity": ("INDEXES", "TOTAL", "NONE")}
    )
    yield from constraints.table_name_faults(request)
    if request.get("Key") is None:
        yield constraints.null_fault("key")
