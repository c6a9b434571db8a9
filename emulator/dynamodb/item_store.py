"""Puts items into moto's tables and takes them out, and leaves a change record of each."""

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from emulator.dynamodb.key_schema import Attributes
from emulator.dynamodbstreams.number import canonical

_SCALARS = frozenset({"S", "N", "B", "BOOL", "NULL"})

Keys = tuple[DynamoType, DynamoType | None]


def new_item(table: Table, attributes: Attributes) -> Item:
    """Return moto's item; its dictionary would add up all sizes again for every attribute."""
    values = {name: _stored(value) for name, value in attributes.items()}
    # Keys never change, so the item and its place in the table can share them.
    item = Item(
        values[table.hash_key_attr], values[table.range_key_attr] if table.range_key_attr else None, {}
    )
    item.attrs = LimitedSizeDict(values)
    return item


def item_of(keys: Keys, attributes: Mapping[str, DynamoType]) -> Item:
    """Return moto's item with attributes that are moto's already."""
    item = Item(*keys, {})
    item.attrs = LimitedSizeDict(attributes)
    return item


def replace(
    table: Table, keys: Keys, old: Item | None, new: Item | None, image: Attributes | None = None
) -> None:
    """Store an item in place of another, and leave a change record; None where there is none.

    `image` is the new item as the request has it, where the request has all of it.
    """
    if new is not None:
        _replace(table, new)
        feed: Any = table.stream_shard
        if feed is not None and feed.is_followed:
            feed.record(
                old.to_json()["Attributes"] if old is not None else None,
                image if image is not None else new.to_json()["Attributes"],
            )
    elif old is not None:
        table.delete_item(*keys)


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


def keys_of(table: Table, attributes: Attributes) -> Keys:
    """Return the key of an item, whose attributes have been checked."""
    return (
        DynamoType(attributes[table.hash_key_attr]),
        DynamoType(attributes[table.range_key_attr]) if table.range_key_attr is not None else None,
    )
