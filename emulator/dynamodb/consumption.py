"""What reads and writes tell of their cost: consumed capacity, and the item collections it touched."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import Item

from emulator.dynamodb.attribute_value import size_bytes
from emulator.dynamodb.key_schema import Attributes

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
_UNITS_OF_A_TRANSACTION = 2.0


def answer_of_read(request: Mapping[str, Any], size: int) -> dict[str, Any]:
    """Return the members of the answer that a request of one item asks for; `size` is in bytes."""
    detail = request.get("ReturnConsumedCapacity")
    if detail not in ("TOTAL", "INDEXES"):
        return {}
    units = max(math.ceil(size / READ_UNIT_BYTES), 1) * (1.0 if request.get("ConsistentRead") else 0.5)
    capacity: dict[str, Any] = {"TableName": request["TableName"], "CapacityUnits": units}
    if detail == "INDEXES":
        capacity["Table"] = {"CapacityUnits": units}
    return {"ConsumedCapacity": capacity}


def answer_of_transaction(request: Mapping[str, Any], reads: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """Return the members of the answer that a transaction of reads asks for, by table names and sizes in bytes."""
    detail = request.get("ReturnConsumedCapacity")
    if detail not in ("TOTAL", "INDEXES"):
        return {}
    units: dict[str, float] = {}
    for name, size in reads:
        units.setdefault(name, 0.0)
        units[name] += _UNITS_OF_A_TRANSACTION * max(math.ceil(size / READ_UNIT_BYTES), 1)
    capacities: list[dict[str, Any]] = []
    for name, of_table in units.items():
        used = {"CapacityUnits": of_table, "ReadCapacityUnits": of_table}
        capacities.append({"TableName": name, **used, **({"Table": used} if detail == "INDEXES" else {})})
    return {"ConsumedCapacity": capacities}


class Usage:
    """What the writes to one table are remembered by, until somebody asks what they cost."""

    def __init__(self, name: str, table: Any, units_of_a_write: int = 1) -> None:
        self.name = name
        self.table = table
        self._units_of_a_write = units_of_a_write
        self._writes: list[tuple[Attributes, Item | None, Item | None]] = []

    def add(self, attributes: Attributes, item: Item | None, old: Item | None) -> None:
        """Remember a put of an item, or a delete of a key, and the item that was there."""
        self._writes.append((attributes, item, old))

    def capacity_units(self) -> float:
        """Return the write units of the table: one for every kilobyte of the larger of the item before and after,
        twice as many in a transaction.

        What the writes cost in indexes is not added.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
        """
        return float(self._units_of_a_write * sum(self._units(*write) for write in self._writes))

    def item_collections(self) -> list[dict[str, Any]]:
        """Return the item collections, which only tables with local secondary indexes have."""
        if not self.table.indexes:
            return []
        name = self.table.hash_key_attr
        keys = {str(attributes[name]): attributes[name] for attributes, _, _ in self._writes}
        return [
            # The estimate is in whole gigabytes; a sandbox's item collections fill none.
            {"ItemCollectionKey": {name: key}, "SizeEstimateRangeGB": [0.0, 1.0]}
            for key in keys.values()
        ]

    def _units(self, attributes: Attributes, item: Item | None, old: Item | None) -> int:
        after = size_bytes(attributes) if item is not None else 0
        before = size_bytes(old.to_json()["Attributes"]) if old is not None else 0
        return max(math.ceil(max(before, after) / WRITE_UNIT_BYTES), 1)


def answer_of_one(request: Mapping[str, Any], used: Usage) -> dict[str, Any]:
    """Return the members of the answer that a request with a single write asks for."""
    members: dict[str, Any] = {}
    detail = request.get("ReturnConsumedCapacity")
    if detail in ("TOTAL", "INDEXES"):
        members["ConsumedCapacity"] = _capacity(used, detail)
    if request.get("ReturnItemCollectionMetrics") == "SIZE" and (collections := used.item_collections()):
        members["ItemCollectionMetrics"] = collections[0]
    return members


def answer(request: Mapping[str, Any], usage: Iterable[Usage]) -> dict[str, Any]:
    """Return the members of the answer that the request asks for."""
    members: dict[str, Any] = {}
    detail = request.get("ReturnConsumedCapacity")
    if detail in ("TOTAL", "INDEXES"):
        members["ConsumedCapacity"] = [_capacity(used, detail) for used in usage]
    if request.get("ReturnItemCollectionMetrics") == "SIZE":
        collections = {used.name: used.item_collections() for used in usage}
        members["ItemCollectionMetrics"] = {name: of for name, of in collections.items() if of}
    return members


def _capacity(used: Usage, detail: str) -> dict[str, Any]:
    units = used.capacity_units()
    capacity: dict[str, Any] = {"TableName": used.name, "CapacityUnits": units}
    if detail == "INDEXES":
        capacity["Table"] = {"CapacityUnits": units}
    return capacity
