"""The writes of one item: put, update, delete, and the condition check of a transaction.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from emulator.dynamodb import attribute_updates, attribute_value, constraints, item_store
from emulator.dynamodb.attribute_value import MAXIMUM_DEPTH, MAXIMUM_ITEM_BYTES
from emulator.dynamodb.expressions.comparisons import parse_expected
from emulator.dynamodb.expressions.conditions import Condition, parse_condition
from emulator.dynamodb.expressions.paths import Path
from emulator.dynamodb.expressions.placeholders import Placeholders, check_presence
from emulator.dynamodb.expressions.updates import parse_update
from emulator.dynamodb.expressions.values import Attributes as Values
from emulator.dynamodb.expressions.values import Value
from emulator.dynamodb.item_store import Keys
from emulator.dynamodb.key_schema import Attributes, KeySchema
from emulator.dynamodb.refusal import serialization_error, validation_error
from emulator.dynamodb.stored_value import plain_attributes, stored_value

Request = Mapping[str, Any]
FindTable = Callable[[], Table]

_CONDITION = ("ConditionExpression",)
_OLDER = ("Expected",)
_KEEPING = {"ReturnValuesOnConditionCheckFailure": ("ALL_OLD", "NONE")}


@dataclass(frozen=True, slots=True)
class ItemWrite:
    """A write that has been checked as far as it can be without the item it writes.

    `outcome` returns the item after the write, by the item before it; None where there is none.
    """

    table: Table
    keys: Keys
    key: Attributes
    condition: Condition | None
    outcome: Callable[[Item | None], Item | None]
    shows_item_on_failure: bool = False
    updated_paths: list[Path] = field(default_factory=list)

    def find(self) -> Item | None:
        """Return the item as it is."""
        return self.table.get_item(*self.keys)

    def check_condition(self, old: Item | None) -> None:
        """Refuse the write if the item is not as its condition has it.

        Raises:
            ConditionalCheckFailed: it is not.
        """
        if self.condition is None or self.condition(old.attrs if old is not None else None):
            return
        shown = plain_attributes(old.attrs) if self.shows_item_on_failure and old is not None else None
        raise ConditionalCheckFailed(item=shown)

    def carry_out(self) -> tuple[Item | None, Item | None]:
        """Write, leave a change record, and return the item before and after.

        Raises:
            ConditionalCheckFailed: the condition does not hold.
            ServiceError: the item cannot be changed so, or becomes too large.
        """
        old = self.find()
        self.check_condition(old)
        new = self.outcome(old)
        if new is not old:
            item_store.replace(self.table, self.keys, old, new)
        return old, new


def put(find_table: FindTable, request: Request) -> ItemWrite:
    """Return the write of a PutItem, or of a Put of a transaction. The table is asked for last, as DynamoDB does.

    Raises:
        ServiceError: DynamoDB refuses the request.
    """
    item = _member(request, "Item", "item")
    _check_together(request, _CONDITION)
    attribute_value.check_form(item)
    attribute_value.check_all(item)
    _check_returned(request)
    attribute_value.check_size(item)
    condition = _only_condition(request)
    table = find_table()
    schema = KeySchema.of(table)
    schema.check_put(item)
    new = item_store.new_item(table, item)
    return _write(table, schema, item, condition, request, lambda _: new)


def delete(find_table: FindTable, request: Request) -> ItemWrite:
    """Return the write of a DeleteItem, or of a Delete of a transaction.

    Raises:
        ServiceError: DynamoDB refuses the request.
    """
    return _of_key(find_table, request, lambda _: None)


def check(find_table: FindTable, request: Request) -> ItemWrite:
    """Return the ConditionCheck of a transaction, which writes nothing.

    Raises:
        ServiceError: DynamoDB refuses the request.
    """
    if request.get("ConditionExpression") is None:
        raise _null("transactItems.member.conditionCheck.conditionExpression")
    return _of_key(find_table, request, lambda old: old)


def update(find_table: FindTable, request: Request) -> ItemWrite:
    """Return the write of an UpdateItem, or of an Update of a transaction.

    Raises:
        ServiceError: DynamoDB refuses the request.
    """
    key = _member(request, "Key", "key")
    _check_together(request, ("UpdateExpression", "ConditionExpression"), ("AttributeUpdates", "Expected"))
    attribute_value.check_all(key)
    updates = request.get("AttributeUpdates") or {}
    attribute_updates.check(updates)
    expected = parse_expected(request, DynamoType)
    placeholders = Placeholders(request, DynamoType, is_reserved)
    expression = request.get("UpdateExpression")
    parsed = parse_update(expression, placeholders) if expression is not None else None
    condition = _condition(request, placeholders) or expected
    placeholders.check_all_used()
    table = find_table()
    schema = KeySchema.of(table)
    schema.check_key(key)
    paths = parsed.paths if parsed is not None else [Path((name,)) for name in updates]
    schema.check_updated([path.parts for path in paths], parsed.known_types if parsed is not None else {})
    named = [path.parts[0] for path in paths if len(path.parts) == 1]
    keys = item_store.keys_of(table, key)
    makes_none = parsed.removes_only if parsed is not None else attribute_updates.removes_only(updates)

    def outcome(old: Item | None) -> Item | None:
        if old is None and makes_none:
            return None
        before = old.attrs if old is not None else _key_values(table, keys)
        after = parsed.apply(before) if parsed is not None else _updated(before, updates)
        _check_depth(after.values())
        new = item_store.item_of(keys, {name: stored_value(value) for name, value in after.items()})
        plain = plain_attributes(new.attrs)
        schema.check_updated_index_keys(
            {name: plain[name] for name in named if name in plain}, by_expression=parsed is not None
        )
        if attribute_value.size_bytes(plain) > MAXIMUM_ITEM_BYTES:
            raise validation_error("Item size to update has exceeded the maximum allowed size")
        return new

    return _write(table, schema, key, condition, request, outcome, paths)


def _only_condition(request: Request) -> Condition | None:
    """Return what a write depends on, where no other expression uses the request's placeholders."""
    expected = parse_expected(request, DynamoType)
    placeholders = Placeholders(request, DynamoType, is_reserved)
    condition = _condition(request, placeholders) or expected
    placeholders.check_all_used()
    return condition


def _of_key(
    find_table: FindTable, request: Request, outcome: Callable[[Item | None], Item | None]
) -> ItemWrite:
    key = _member(request, "Key", "key")
    _check_together(request, _CONDITION)
    attribute_value.check_all(key)
    _check_returned(request)
    condition = _only_condition(request)
    table = find_table()
    schema = KeySchema.of(table)
    schema.check_key(key)
    return _write(table, schema, key, condition, request, outcome)


def _write(
    table: Table,
    schema: KeySchema,
    attributes: Attributes,
    condition: Condition | None,
    request: Request,
    outcome: Callable[[Item | None], Item | None],
    paths: list[Path] | None = None,
) -> ItemWrite:
    return ItemWrite(
        table,
        item_store.keys_of(table, attributes),
        {name: attributes[name] for name, _ in schema.keys},
        condition,
        outcome,
        request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD",
        paths or [],
    )


def _updated(before: Values, updates: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of an item after AttributeUpdates."""
    after: dict[str, Any] = dict(before)
    for name, one in updates.items():
        old = before.get(name)
        kind, content = (old.type, old.value) if old is not None else (None, None)
        value = attribute_updates.updated(kind, content, one)
        if value is None:
            after.pop(name, None)
        else:
            after[name] = DynamoType(value)
    return after


def _check_depth(values: Iterable[Value]) -> None:
    """Refuse values of an item after an update that are nested deeper than 32 levels."""
    level, depth = list(values), 0
    while level := [member for value in level for member in _inside(value)]:
        depth += 1
        if depth > MAXIMUM_DEPTH:
            raise attribute_value.too_deep()


def _inside(value: Value) -> Iterable[Value]:
    if value.type == "L":
        members: Iterable[Value] = value.value
        return members
    return value.value.values() if value.type == "M" else ()


def _key_values(table: Table, keys: Keys) -> dict[str, DynamoType]:
    names = (table.hash_key_attr, table.range_key_attr)
    return {
        name: value for name, value in zip(names, keys, strict=True) if name is not None and value is not None
    }


def _check_together(request: Request, expressions: tuple[str, ...], others: tuple[str, ...] = _OLDER) -> None:
    """Refuse members that do not go together."""
    for name in expressions:
        if request.get(name) is not None and not isinstance(request[name], str):
            raise serialization_error("Unexpected field type")
    check_enumerations(request, _KEEPING)
    check_presence(request, expressions, others)


def _check_returned(request: Request) -> None:
    """Refuse what a put or delete cannot return."""
    if (request.get("ReturnValues") or "NONE") not in ("ALL_OLD", "NONE"):
        raise validation_error("ReturnValues can only be ALL_OLD or NONE")


def _condition(request: Request, placeholders: Placeholders) -> Condition | None:
    text = request.get("ConditionExpression")
    return parse_condition(text, "ConditionExpression", placeholders) if text is not None else None


def is_reserved(name: str) -> bool:
    """Tell whether an expression must not have a name as it is."""
    return name.upper() in _reserved_names()


@cache
def _reserved_names() -> frozenset[str]:
    return frozenset(ReservedKeywords.get_reserved_keywords())


def check_enumerations(request: Request, allowed: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse members that have none of their values."""
    constraints.refuse(constraints.enumeration_faults(request, allowed))


def _member(request: Request, name: str, path: str) -> Attributes:
    """Return the item or key of a request."""
    attributes: Attributes | None = request.get(name)
    if attributes is None:
        raise _null(path)
    return attributes


def _null(path: str) -> Exception:
    return validation_error(
        f"1 validation error detected: Value null at '{path}' failed to satisfy constraint: "
        "Member must not be null"
    )
