"""The key attributes of a table and of its indexes, and what an item must have in them."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emulator.dynamodb.refusal import item_fault, validation_error
from emulator.errors import ServiceError

Attributes = dict[str, dict[str, Any]]

MAXIMUM_PARTITION_KEY_BYTES = 2048
MAXIMUM_SORT_KEY_BYTES = 1024
_NO_MATCH = "The provided key element does not match the schema"
_EMPTY = {
    "S": "The AttributeValue for a key attribute cannot contain an empty string value.",
    "B": "The AttributeValue for a key attribute cannot contain an empty binary value.",
}


@dataclass(frozen=True, slots=True)
class KeySchema:
    """Names and types of key attributes: the partition key, then the sort key; and those of indexes."""

    keys: tuple[tuple[str, str], ...]
    index_keys: tuple[tuple[str, str, str], ...] = ()
    # Names, types and positions of all that is a key of an index, keys of the table too.
    index_positions: tuple[tuple[str, str, int], ...] = ()

    @classmethod
    def of(cls, table: Any) -> "KeySchema":
        """Return what one of moto's tables has."""
        types = {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}
        keys = [(table.hash_key_attr, table.hash_key_type)]
        if table.range_key_attr is not None:
            keys.append((table.range_key_attr, table.range_key_type))
        index_keys = {
            (name, types[name], index.name): None
            for index in table.all_indexes()
            for name in index.schema_key_attrs
            if name in types and name not in table.table_key_attrs
        }
        index_positions = {
            (
                element["AttributeName"],
                types[element["AttributeName"]],
                int(element["KeyType"] == "RANGE"),
            ): None
            for index in table.all_indexes()
            for element in index.schema
            if element["AttributeName"] in types
        }
        return cls(tuple(keys), tuple(index_keys), tuple(index_positions))

    def check_put(self, item: Attributes) -> None:
        """Refuse what `check_item` refuses, in the words in which PutItem tells of key attributes."""
        for name, expected in self.keys:
            if name not in item:
                raise item_fault(
                    f"One or more parameter values were invalid: Missing the key {name} in the item"
                )
            if expected not in item[name]:
                raise item_fault(
                    f"One or more parameter values were invalid: Type mismatch for key {name} "
                    f"expected: {expected} actual: {next(iter(item[name]))}"
                )
        self.check_item(item)

    def check_item(self, item: Attributes) -> None:
        """Refuse an item that has not every key attribute, or a key attribute of an index of another type."""
        self._check_keys(item)
        self._check_index_keys(item)

    def check_updated(
        self, paths: Iterable[tuple[str | int, ...]], known_types: Mapping[str | int, str]
    ) -> None:
        """Refuse paths of an update that lead to a key attribute, or into one of an index.

        `known_types` are those of the attributes of which the request says what they become.
        """
        paths = list(paths)
        names = {name for name, _ in self.keys}
        for first, *_ in paths:
            if first in names:
                raise validation_error(
                    f"One or more parameter values were invalid: Cannot update attribute {first}. "
                    "This attribute is part of the key"
                )
        for name, expected, index_name in self.index_keys:
            kind = known_types.get(name, expected)
            if kind != expected:
                raise _index_key_mismatch(name, expected, kind, index_name)
            if any(path[0] == name and len(path) > 1 for path in paths):
                raise validation_error(
                    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                    f"IndexKey: {name}"
                )

    def check_updated_index_keys(self, attributes: Attributes, by_expression: bool) -> None:
        """Refuse attributes after an update that an index cannot have as its keys."""
        if not by_expression:
            self._check_index_keys(attributes)
            return
        for name, expected, _ in self.index_keys:
            if name not in attributes:
                continue
            ((kind, content),) = attributes[name].items()
            if kind != expected:
                raise item_fault(
                    "The update expression attempted to update the secondary index key to unsupported type"
                )
            if content == "":
                raise item_fault(
                    "One or more parameter values are not valid. The update expression attempted to update a "
                    f"secondary index key to a value that is not supported. {_EMPTY[kind]}"
                )
        self._check_index_key_sizes(attributes)

    def check_key(self, key: Attributes) -> None:
        """Refuse a key that has not exactly the key attributes."""
        if len(key) != len(self.keys):
            raise item_fault(_NO_MATCH)
        self._check_keys(key)

    def identity(self, attributes: Attributes) -> tuple[Any, ...]:
        """Return what two items have in common that are the same item; 1 and 1.0 are the same number."""
        return tuple(
            Decimal(attributes[name]["N"]) if kind == "N" else attributes[name][kind]
            for name, kind in self.keys
        )

    def _check_index_keys(self, item: Attributes) -> None:
        for name, expected, index_name in self.index_keys:
            if name not in item:
                continue
            ((kind, content),) = item[name].items()
            if kind != expected:
                raise _index_key_mismatch(name, expected, kind, index_name)
            if content == "":
                raise item_fault(
                    "One or more parameter values are not valid. A value specified for a secondary index key is "
                    f"not supported. {_EMPTY[kind]} IndexName: {index_name}, IndexKey: {name}"
                )
        self._check_index_key_sizes(item)

    def _check_index_key_sizes(self, item: Attributes) -> None:
        for name, kind, position in self.index_positions:
            if name in item and kind != "N":
                _check_size(item[name][kind], kind, position)

    def _check_keys(self, attributes: Attributes) -> None:
        for position, (name, expected) in enumerate(self.keys):
            content = attributes.get(name, {}).get(expected)
            if content is None:
                raise item_fault(_NO_MATCH)
            if content == "":
                raise item_fault(
                    f"One or more parameter values are not valid. {_EMPTY[expected]} Key: {name}"
                )
            if expected != "N":
                _check_size(content, expected, position)


def _index_key_mismatch(name: str, expected: str, actual: str, index_name: str) -> ServiceError:
    return item_fault(
        f"One or more parameter values were invalid: Type mismatch for Index Key {name} "
        f"Expected: {expected} Actual: {actual} IndexName: {index_name}"
    )


def _check_size(content: str, kind: str, position: int) -> None:
    if len(content) * 4 <= MAXIMUM_SORT_KEY_BYTES:  # no character has more bytes
        return
    size = len(content.encode() if kind == "S" else base64.b64decode(content))
    if position == 0 and size > MAXIMUM_PARTITION_KEY_BYTES:
        raise item_fault(
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of"
            "2048 bytes"
        )
    if position == 1 and size > MAXIMUM_SORT_KEY_BYTES:
        raise item_fault(
            "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit "
            "of 1024 bytes"
        )
