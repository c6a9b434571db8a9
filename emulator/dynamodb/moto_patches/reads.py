"""moto's Scan, Query and BatchGetItem filter and project as DynamoDB does."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any

from localstack.utils.patch import patch
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler, ProjectionExpressionParser

from emulator.dynamodb import read_filters
from emulator.dynamodb.expressions.comparisons import parse_filter
from emulator.dynamodb.expressions.conditions import Condition, parse_condition
from emulator.dynamodb.expressions.paths import Path
from emulator.dynamodb.expressions.placeholders import Placeholders
from emulator.dynamodb.expressions.projections import attributes_to_get, parse_projection
from emulator.dynamodb.item_answer import as_asked
from emulator.dynamodb.item_filter import ItemFilter
from emulator.dynamodb.item_write import is_reserved
from emulator.dynamodb.stored_value import plain_at

_older_filter: ContextVar[ItemFilter | None] = ContextVar("older_filter", default=None)
_attributes_to_get: ContextVar[Sequence[Path]] = ContextVar("attributes_to_get", default=())


def install() -> None:
    """Change moto's reads of more than one item."""
    _read_items()
    _project_items()


def _read_items() -> None:
    """Have moto's reads filter as DynamoDB does."""

    @patch(DynamoHandler.batch_get_item)
    def batch_get_item(original: Callable[..., Any], handler: Any) -> Any:
        body = original(handler)
        # A refusal comes with its status.
        return dynamo_json_dump(as_asked(json.loads(body), handler.body)) if isinstance(body, str) else body

    @patch(ConditionExpressionParser.parse)
    def parse_filter(original: Callable[..., Any], parser: Any) -> Any:
        if not parser.condition_expression:
            return original(parser)
        given = {
            "ExpressionAttributeNames": parser.expression_attribute_names or None,
            "ExpressionAttributeValues": parser.expression_attribute_values or None,
        }
        placeholders = Placeholders(given, DynamoType, is_reserved)
        condition = parse_condition(parser.condition_expression, "FilterExpression", placeholders)
        parser.expr_attr_names_found.extend(placeholders.used_names)
        parser.expr_attr_values_found.extend(placeholders.used_values)
        return ItemFilter(condition)

    for operation, member in ((DynamoHandler.scan, "ScanFilter"), (DynamoHandler.query, "QueryFilter")):
        patch(operation)(partial(_with_older_members, member))

    @patch(Table.scan)
    def scan(
        original: Callable[..., Any],
        table: Any,
        filters: Any,
        limit: Any,
        exclusive_start_key: Any,
        filter_expression: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        return original(
            table,
            filters,
            limit,
            exclusive_start_key,
            _older_filter.get() or filter_expression,
            *args,
            **kwargs,
        )

    @patch(DynamoDBBackend.query)
    def query(original: Callable[..., Any], backend: Any, *args: Any, **kwargs: Any) -> Any:
        older = _older_filter.get()
        if older is None:
            return original(backend, *args, **kwargs)
        *others, projection = args
        # What the filter asks for need not be asked for.
        items, scanned, last = original(backend, *others, None, **kwargs)
        found = [item for item in items if older.expr(item)]
        return [item.project(projection) for item in found] if projection else found, scanned, last


def _project_items() -> None:
    """Have moto's reads return of items what is asked for, as DynamoDB does."""

    @patch(ProjectionExpressionParser.parse)
    def parse_projections(original: Callable[..., Any], parser: Any) -> list[tuple[str | int, ...]]:
        if parser.projection_expression is None:
            return [path.parts for path in _attributes_to_get.get()]
        given = {"ExpressionAttributeNames": parser.expression_attribute_names or None}
        placeholders = Placeholders(given, DynamoType, is_reserved)
        paths = parse_projection(parser.projection_expression, placeholders)
        parser.expr_attr_names_found.extend(placeholders.used_names)
        return [path.parts for path in paths]

    @patch(Item.project)
    def project(original: Callable[..., Any], item: Item, paths: Iterable[Iterable[str | int]]) -> Item:
        # moto goes by way of Python's own types, which have no binary sets.
        return Item(
            item.hash_key, item.range_key, plain_at([Path(tuple(parts)) for parts in paths], item.attrs)
        )


def _with_older_members(member: str, original: Callable[..., Any], handler: Any) -> Any:
    """Carry a Scan or Query out with the filter and the projection that requests had before expressions."""
    request = handler.body
    read_filters.check(request, member, lambda: _key_names(handler.dynamodb_backend, request))
    condition = parse_filter(handler.body, member, DynamoType)
    token = _attributes_to_get.set(attributes_to_get(handler.body) or ())
    try:
        return _with_older_filter(member, condition, original, handler)
    finally:
        _attributes_to_get.reset(token)


def _key_names(backend: Any, request: Mapping[str, Any]) -> list[str]:
    """Return the key attributes of the table or index that a request reads."""
    schema = backend.get_schema(table_name=request["TableName"], index_name=request.get("IndexName"))
    return [element["AttributeName"] for element in schema]


def _with_older_filter(
    member: str, condition: Condition | None, original: Callable[..., Any], handler: Any
) -> Any:
    if condition is None:
        return original(handler)
    handler.body = {
        name: value for name, value in handler.body.items() if name not in (member, "ConditionalOperator")
    }
    token = _older_filter.set(ItemFilter(condition))
    try:
        return original(handler)
    finally:
        _older_filter.reset(token)
