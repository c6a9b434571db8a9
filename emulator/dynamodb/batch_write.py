"""BatchWriteItem: the whole request is checked, then its writes are made in their order."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.dynamodb.models.dynamo_type import Item

from emulator.dynamodb import attribute_value, consumption, item_store
from emulator.dynamodb.key_schema import Attributes, KeySchema
from emulator.dynamodb.refusal import serialization_error, validation_error

MAXIMUM_REQUESTS = 25
_ENUMERATIONS = {
    "ReturnConsumedCapacity": ("INDEXES", "TOTAL", "NONE"),
    "ReturnItemCollectionMetrics": ("SIZE", "NONE"),
}
_PARTS = {"PutRequest": "Item", "DeleteRequest": "Key"}


@dataclass(slots=True)
class Write:
    """A put, or a delete when there is no item."""

    keys: item_store.Keys
    attributes: Attributes
    item: Item | None


@dataclass(slots=True)
class TableWrites:
    """What a request writes to one table, under the name that the request gives it."""

    name: str
    table: Any
    writes: list[Write] = field(default_factory=list)


def batch_write_item(
    request: Mapping[str, Any], find_table: Callable[[str], Any], request_bytes: float = math.inf
) -> dict[str, Any]:
    """Carry a request out and return the answer; no write is ever left unprocessed.

    The caller keeps others away from the tables. The order of the writes, and so of their change records, is the
    request's, which AWS does not promise. `request_bytes` is how long the request's JSON is.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    """
    # 1. The request by itself, 2. with the tables it names, 3. the writes: what is refused has written nothing.
    requests = _checked(request)
    batches = [
        _writes(name, find_table(name), of_table, request_bytes) for name, of_table in requests.items()
    ]
    usage = [consumption.Usage(batch.name, batch.table) for batch in batches]
    for batch, used in zip(batches, usage, strict=True):
        for write in batch.writes:
            old = batch.table.get_item(*write.keys)
            item_store.replace(batch.table, write.keys, old, write.item, write.attributes)
            used.add(write.attributes, write.item, old)
    return {"UnprocessedItems": {}, **consumption.answer(request, usage)}


def _checked(request: Mapping[str, Any]) -> dict[str, list[tuple[str, Attributes]]]:
    """Return the kinds and attributes of the write requests of each table."""
    faults = []
    for name, known in _ENUMERATIONS.items():
        value = request.get(name)
        if value is not None and value not in known:
            faults.append(
                f"Value '{value}' at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(known)}]"
            )
    faults += _faults(request.get("RequestItems"))
    if faults:
        plural = "s" if len(faults) > 1 else ""
        raise validation_error(f"{len(faults)} validation error{plural} detected: {'; '.join(faults)}")
    requests: dict[str, list[dict[str, Any]]] = request["RequestItems"]
    if sum(len(of_table) for of_table in requests.values()) > MAXIMUM_REQUESTS:
        raise validation_error("Too many items requested for the BatchWriteItem call")
    return {name: [_named_attributes(one) for one in of_table] for name, of_table in requests.items()}


def _faults(requests: Any) -> list[str]:
    """Return what is missing in the write requests."""
    if requests is None:
        return ["Value null at 'requestItems' failed to satisfy constraint: Member must not be null"]
    if not isinstance(requests, dict):
        raise serialization_error("Unexpected field type")
    if not requests:
        return [
            "Value '{}' at 'requestItems' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"
        ]
    return [fault for name, of_table in requests.items() for fault in _faults_of_table(name, of_table)]


def _faults_of_table(name: str, requests: Any) -> list[str]:
    """Return what is missing in the write requests of one table."""
    if not isinstance(requests, list):
        raise serialization_error("Unexpected field type")
    if not requests:
        return [
            f"Value '{{{name}=[]}}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
            "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"
        ]
    faults = []
    for number, one in enumerate(requests, start=1):
        if not isinstance(one, dict):
            raise serialization_error("Unexpected value type in payload")
        for kind, part in _PARTS.items():
            given = one.get(kind)
            if given is None:
                continue
            if not isinstance(given, dict):
                raise serialization_error("Unexpected field type")
            if given.get(part) is None:
                faults.append(
                    f"Value null at 'requestItems.{name}.member.{number}.member.{kind[0].lower()}{kind[1:]}."
                    f"{part.lower()}' failed to satisfy constraint: Member must not be null"
                )
    return faults


def _named_attributes(one: Mapping[str, Any]) -> tuple[str, Attributes]:
    """Return which of the two a write request is, and its item or key."""
    kinds = [kind for kind in _PARTS if one.get(kind) is not None]
    if len(kinds) != 1:
        raise validation_error(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    attributes = one[kinds[0]][_PARTS[kinds[0]]]
    attribute_value.check_form(attributes)
    attribute_value.check_all(attributes)
    return kinds[0], attributes


def _writes(
    name: str, table: Any, requests: list[tuple[str, Attributes]], request_bytes: float
) -> TableWrites:
    """Return the writes to one table, once it is certain that it takes all of them."""
    schema = KeySchema.of(table)
    batch = TableWrites(name, table)
    seen = set()
    for kind, attributes in requests:
        item = None
        if kind == "PutRequest":
            schema.check_item(attributes)
            item = item_store.new_item(table, attributes)
            if request_bytes > attribute_value.MAXIMUM_ITEM_BYTES:  # no item counts more than its JSON
                attribute_value.check_size(attributes)
        else:
            schema.check_key(attributes)
        keys = (item.hash_key, item.range_key) if item is not None else item_store.keys_of(table, attributes)
        batch.writes.append(Write(keys, attributes, item))
        seen.add(schema.identity(attributes))
        if len(seen) < len(batch.writes):
            raise validation_error("Provided list of item keys contains duplicates")
    return batch
