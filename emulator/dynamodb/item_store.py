"""Puts items into moto's tables and takes them out, as moto's PutItem and DeleteItem do without a condition."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from emulator.dynamodb.key_schema import Attributes
from emulator.dynamodbstreams.number import canonical

# What moto lets an item count when it copies it; DynamoDB's 400 KB by moto's way of counting.
MAXIMUM_ITEM_BYTES = 405_000
_SCALARS = frozenset({"S", "N", "B", "BOOL", "NULL"})


def new_item(table: Table, attributes: Attributes) -> Item:
    """Return moto's item; its dictionary would add up all sizes again for every attribute."""
    values = {name: _stored(value) for name, value in attributes.items()}
    # Keys never change, so the item and its place in the table can share them.
    item = Item(
        values[table.hash_key_attr], values[table.range_key_attr] if table.range_key_attr else None, {}
    )
    item.attrs = LimitedSizeDict(values)
    return item


def put(table: Table, item: Item, attributes: Attributes) -> Item | None:
    """Store an item, leave a change record and return the item that was there."""
    old = table.get_item(item.hash_key, item.range_key)
    _replace(table, item)
    feed: Any = table.stream_shard
    if feed is not None and feed.is_followed:
        feed.record(old.to_json()["Attributes"] if old is not None else None, attributes)
    return old


def delete(table: Table, key: Attributes) -> Item | None:
    """Remove an item, leave a change record and return the item; None when there is none."""
    return table.delete_item(*_keys(table, key))


@contextmanager
def unchanged_on_failure(table: Table | None, key: Attributes) -> Iterator[None]:
    """Put an item back as it was when its update fails; moto changes items in place, one action after the other."""
    is_known = table is not None and all(name in key for name in table.table_key_attrs)
    if table is None or not is_known:
        yield  # moto refuses it
        return
    keys = _keys(table, key)
    before = copy.deepcopy(table.get_item(*keys))
    try:
        yield
    except Exception:
        if before is not None:
            _replace(table, before)
        elif table.get_item(*keys) is not None:
            table.delete_item(*keys)
        raise


def _stored(value: Mapping[str, Any]) -> DynamoType:
    """Return moto's value of a checked one; most are made here without what moto's constructor asks of each."""
    ((kind, content),) = value.items()
    if kind not in _SCALARS:
        return DynamoType(value)
    stored = DynamoType.__new__(DynamoType)
    stored.type = kind
    stored.value = canonical(content) if kind == "N" else content
    return stored


def _replace(table: Table, item: Item) -> None:
    if item.range_key is None:
        table.items[item.hash_key] = item  # as moto stores it
    else:
        table.items[item.hash_key][item.range_key] = item


def _keys(table: Table, attributes: Attributes) -> tuple[DynamoType, DynamoType | None]:
    return (
        DynamoType(attributes[table.hash_key_attr]),
        DynamoType(attributes[table.range_key_attr]) if table.range_key_attr is not None else None,
    )
