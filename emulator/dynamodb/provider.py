"""The DynamoDB API on moto's backend, with this project's change streams."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.core import handler
from localstack.aws.api.dynamodb import DynamodbApi
from localstack.aws.connect import connect_to
from localstack.aws.protocol.parser import JSONRequestParser
from localstack.http import Response
from localstack.runtime.shutdown import SHUTDOWN_HANDLERS
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import ServiceLifecycleHook
from localstack.utils.patch import patch
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    DynamodbException,
    MockValidationException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler, ProjectionExpressionParser
from moto.utilities.utils import get_partition
from py_partiql_parser._internal.where_parser import WhereClause

from emulator.dispatch import Handler, guarded
from emulator.dynamodb import (
    attribute_value,
    batch_write,
    contributor_insights,
    item_operations,
    item_read,
    item_store,
    kinesis_api,
    partiql,
    read_filters,
    serialization,
    stream_specification,
    table_description,
    table_settings,
    time_to_live,
    transaction,
)
from emulator.dynamodb.change_feed import ChangeFeed
from emulator.dynamodb.expressions.comparisons import parse_filter
from emulator.dynamodb.expressions.conditions import Condition, parse_condition
from emulator.dynamodb.expressions.paths import Path
from emulator.dynamodb.expressions.placeholders import Placeholders
from emulator.dynamodb.expressions.projections import attributes_to_get, parse_projection
from emulator.dynamodb.idempotency import CompletedTransactions
from emulator.dynamodb.item_answer import as_asked
from emulator.dynamodb.item_filter import ItemFilter
from emulator.dynamodb.item_write import FindTable, is_reserved
from emulator.dynamodb.key_schema import KeySchema
from emulator.dynamodb.kinesis_destination import PutRecordsClient
from emulator.dynamodb.partiql import with_parameters
from emulator.dynamodb.running_destinations import RunningDestinations
from emulator.dynamodb.stored_value import plain_at, plain_attributes
from emulator.dynamodbstreams.change_stream import ChangeStream
from emulator.dynamodbstreams.number import canonical
from emulator.dynamodbstreams.pending_changes import PendingChanges
from emulator.dynamodbstreams.provider import stream_registry
from emulator.errors import ServiceError
from emulator.kinesis.provider import find_stream, kinesis_client

# One lock for every account and region: moto's state is not safe for threads, and a write and its change
# record are one step.
_LOCK = threading.RLock()


def dispatch_table(provider: "DynamoDBProvider") -> dict[str, Handler]:
    """Return the operations of the API, one at a time."""
    return guarded(MotoFallbackDispatcher(provider), CommonServiceException, _LOCK)


def _record_changes() -> None:
    """Make moto's tables write this project's change streams."""

    @patch(Table.set_stream_specification)
    def set_stream_specification(
        original: Callable[..., None], table: Any, specification: Mapping[str, Any] | None
    ) -> None:
        feed = table.stream_shard or ChangeFeed()
        original(table, specification)
        table.stream_shard = feed
        if feed.stream is not None:
            feed.stream.disable()
            feed.stream = None
        if not table.stream_specification["StreamEnabled"]:
            return
        table.latest_stream_label = _new_label()
        feed.stream = ChangeStream(
            table_name=table.name,
            table_arn=table.table_arn,
            key_schema=table.schema,
            view_type=table.stream_specification.get("StreamViewType", "NEW_AND_OLD_IMAGES"),
            label=table.latest_stream_label,
        )
        stream_registry(table.account_id, table.region_name).add(feed.stream)

    @patch(DynamoDBBackend.update_table_streams)
    def update_table_streams(
        original: Callable[..., None], backend: Any, table: Any, specification: Mapping[str, Any]
    ) -> None:
        # The label of a disabled stream stays visible; moto takes it for an enabled one. The request has been checked.
        table.set_stream_specification(specification)

    @patch(DynamoDBBackend.delete_table)
    def delete_table(original: Callable[..., Any], backend: Any, name: str) -> Any:
        deleted = original(backend, name)
        if getattr(deleted, "stream_shard", None) is not None:
            deleted.stream_shard.close()
        return deleted


def _describe_tables() -> None:
    """Make moto's table operations keep and show the settings that it does not have."""

    @patch(Table.describe)
    def describe(original: Callable[..., Any], table: Any, base_key: str = "TableDescription") -> Any:
        return {base_key: table_description.describe(table, original(table, base_key)[base_key])}

    @patch(DynamoHandler.create_table)
    def create_table(original: Callable[..., Any], handler: Any) -> str:
        request = handler.body
        table_settings.check_creation(request)
        stream_specification.check_creation(request.get("StreamSpecification"))
        key_arn = _key_arn(handler.dynamodb_backend, table_settings.requested_key_id(request))
        original(handler)
        table = _table(handler.dynamodb_backend, request["TableName"])
        table_settings.create(table, request, key_arn)
        return _described(table_description.creating(table.describe()["TableDescription"], request))

    @patch(DynamoHandler.update_table)
    def update_table(original: Callable[..., Any], handler: Any) -> str:
        request = handler.body
        table = _table(handler.dynamodb_backend, request["TableName"])
        table_settings.check_update(table, request)
        has_stream = table.stream_shard.stream is not None
        stream_specification.check_update(request.get("StreamSpecification"), table.name, has_stream)
        key_arn = _key_arn(handler.dynamodb_backend, table_settings.requested_key_id(request))
        before = table.describe()["TableDescription"]
        original(handler)
        table_settings.update(table, request, key_arn, before, time.time())
        description = table.describe()["TableDescription"]
        return _described(table_description.updating(description, request, before))

    @patch(DynamoHandler.delete_table)
    def delete_table(original: Callable[..., Any], handler: Any) -> str:
        table = _table(handler.dynamodb_backend, handler.body["TableName"])
        if table.deletion_protection_enabled:
            raise ServiceError(
                "ValidationException",
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first.",
            )
        original(handler)
        return _described(table_description.deleting(table.describe()["TableDescription"]))

    @patch(Table._get_default_encryption_key)
    def _get_default_encryption_key(original: Callable[..., str], *args: Any) -> str:
        # moto's own KMS has keys that this emulator's KMS does not know.
        return table_settings.DEFAULT_KEY


def _read_items() -> None:
    """Have moto's reads filter as DynamoDB does, and count sizes as it does."""

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

    # Sizes are checked where items are written, and not again for every attribute.
    patch(LimitedSizeDict.__setitem__)(lambda original, *arguments: dict.__setitem__(*arguments))
    patch(Item.size)(lambda original, item: attribute_value.size_bytes(plain_attributes(item.attrs)))
    patch(Table._validate_key_sizes)(lambda original, *arguments: None)

    @patch(Table.put_item)
    def put_item(
        original: Callable[..., Any], table: Any, attributes: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        # PartiQL's way to an item, and an import's.
        with _refused_by_moto():
            KeySchema.of(table).check_put(attributes)
            attribute_value.check_size(attributes)
        if _inserts.get() and table.get_item(*item_store.keys_of(table, attributes)) is not None:
            raise DynamodbException(
                "com.amazonaws.dynamodb.v20120810#DuplicateItemException",
                "Duplicate primary key exists in table",
            )
        return original(table, attributes, *args, **kwargs)


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


# Whether the statement that is carried out is an INSERT.
_inserts: ContextVar[bool] = ContextVar("inserts", default=False)
_older_filter: ContextVar[ItemFilter | None] = ContextVar("older_filter", default=None)
_attributes_to_get: ContextVar[Sequence[Path]] = ContextVar("attributes_to_get", default=())


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


@contextmanager
def _refused_by_moto() -> Iterator[None]:
    """Make a refusal one of the kind that moto tells a batch of statements of."""
    try:
        yield
    except ServiceError as error:
        raise MockValidationException(error.message) from error


def _write_numbers_as_dynamodb() -> None:
    """Have moto's attribute values hold each number in one way; equal numbers are equal keys and no change then."""

    def checked(text: str) -> str:
        with _refused_by_moto():
            return canonical(text)

    take = DynamoType.__init__

    def __init__(value: Any, type_as_dict: Any) -> None:
        take(value, type_as_dict)
        if value.type == "N" and isinstance(value.value, str):
            value.value = checked(value.value)
        elif value.type == "NS":
            value.value = [checked(member) if isinstance(member, str) else member for member in value.value]

    # Without the detour of LocalStack's `patch`: this is called for every attribute that is written.
    DynamoType.__init__ = __init__


def _described(description: Mapping[str, Any]) -> str:
    return json.dumps({"TableDescription": description})


def _key_arn(backend: Any, key_id: str | None) -> str | None:
    """Return the ARN of a KMS key that is named by its id, ARN or alias."""
    if key_id is None or key_id.startswith("arn:"):
        return key_id
    account_id, region = backend.account_id, backend.region_name
    if not key_id.startswith("alias/"):
        return f"arn:{get_partition(region)}:kms:{region}:{account_id}:key/{key_id}"
    kms = connect_to(aws_access_key_id=account_id, region_name=region).kms
    try:
        return str(kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"])
    except kms.exceptions.NotFoundException as error:
        raise ServiceError("ValidationException", f"KMS validation error: {error}") from error


def _replace_time_to_live() -> None:
    """Make moto's time to live settings refuse what DynamoDB refuses."""

    @patch(DynamoDBBackend.update_time_to_live)
    def update_time_to_live(
        original: Callable[..., None], backend: Any, table_name: str, specification: Mapping[str, Any]
    ) -> None:
        time_to_live.update(_table(backend, table_name).ttl, specification, table_name)

    @patch(DynamoDBBackend.describe_time_to_live)
    def describe_time_to_live(original: Callable[..., Any], backend: Any, table_name: str) -> Any:
        return _table(backend, table_name).ttl


# Those of which this project reads every member itself.
_READ_HERE = frozenset(
    {
        "BatchWriteItemInput",
        "DeleteItemInput",
        "GetItemInput",
        "PutItemInput",
        "TransactGetItemsInput",
        "TransactWriteItemsInput",
        "UpdateItemInput",
    }
)


def _leave_requests_as_they_came() -> None:
    """Give some operations on items the JSON of their requests.

    To go through it by the model takes longer than the operation, and ends in an internal error where a member is of
    another type than the API has it.
    """

    @patch(JSONRequestParser._do_parse)
    def _do_parse(original: Callable[..., Any], parser: Any, request: Any, shape: Any, *args: Any) -> Any:
        if shape is not None and shape.name in _READ_HERE:
            body = parser._parse_body_as_json(request)
            if isinstance(body, dict):
                return body
        return original(parser, request, shape, *args)


def _find_table(backend: Any, name: str | None) -> Any:
    """Return a table by name or ARN; None when there is none."""
    return backend.tables.get((name or "").rpartition("/")[2])


def _table(backend: Any, name: str) -> Any:
    table = _find_table(backend, name)
    if table is None:
        raise ServiceError(
            "ResourceNotFoundException", f"Requested resource not found: Table: {name} not found"
        )
    return table


def table_of_items(backend: Any, name: str) -> Any:
    """Return a table by name or ARN, for operations on items; DynamoDB does not name it when it is missing."""
    table = _find_table(backend, name)
    if table is None or name not in (table.name, table.table_arn):
        raise ServiceError("ResourceNotFoundException", "Requested resource not found")
    return table


def _all_tables() -> list[Any]:
    with _LOCK:
        return [
            table
            for regions in dynamodb_backends.values()
            for backend in regions.values()
            for table in backend.tables.values()
        ]


def _carry_statements_out() -> None:
    """Have PartiQL's statements read and, in transactions, rolled back as DynamoDB does."""

    @patch(DynamoHandler.execute_statement)
    def check_parameters(original: Callable[..., Any], handler: Any) -> Any:
        if handler.body.get("Parameters") == []:
            raise ServiceError(
                "ValidationException",
                "1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1",
            )
        return original(handler)

    @patch(WhereClause.apply)
    def apply(original: Callable[..., Any], clause: Any, find_value: Callable[..., Any], row: Any) -> Any:
        # S3 Select has this class too, with values that are no attribute values.
        if clause.fn not in partiql.INEQUALITIES or not isinstance(clause.right, dict):
            return original(clause, find_value, row)
        return partiql.compares(clause.fn, find_value(clause.left, row), clause.right)

    @patch(DynamoDBBackend.execute_statement)
    def execute_statement(
        original: Callable[..., Any], backend: Any, statement: str, parameters: list[Mapping[str, Any]]
    ) -> Any:
        token = _inserts.set(partiql.is_insert(statement))
        try:
            return original(backend, *with_parameters(statement, parameters))
        finally:
            _inserts.reset(token)

    @patch(DynamoDBBackend.batch_execute_statement)
    def batch_execute_statement(
        original: Callable[..., Any], backend: Any, statements: list[Mapping[str, Any]]
    ) -> Any:
        rewritten = []
        for entry in statements:
            statement, parameters = with_parameters(entry["Statement"], entry.get("Parameters", []))
            rewritten.append({**entry, "Statement": statement, "Parameters": parameters})
        return original(backend, rewritten)

    @patch(DynamoDBBackend.execute_transaction)
    def execute_transaction(
        original: Callable[..., Any], backend: Any, statements: list[Mapping[str, Any]]
    ) -> Any:
        # moto carries PartiQL statements out one after the other and keeps those before one that fails.
        with _rolled_back_on_failure(backend), _held_back(backend.tables.values()) as pending:
            result = original(backend, statements)
        for changes in pending:
            changes.record_each()
        return result


@contextmanager
def _rolled_back_on_failure(backend: Any) -> Iterator[None]:
    """Put the items of every table back when the operation fails; moto replaces items and does not change them."""
    before = [(table, _copy_items(table.items)) for table in backend.tables.values()]
    try:
        yield
    except Exception:
        for table, items in before:
            table.items = items
        raise


def _copy_items(items: Any) -> Any:
    """Copy moto's two levels of items, but not the items."""
    copy: defaultdict[Any, Any] = defaultdict(dict)
    copy.update({key: entry.copy() if isinstance(entry, dict) else entry for key, entry in items.items()})
    return copy


@contextmanager
def _held_back(tables: Iterable[Any]) -> Iterator[list[PendingChanges]]:
    """Hold the changes of some tables back; the caller records them when the operation has succeeded."""
    held = [table for table in tables if table.stream_shard is not None and table.stream_shard.is_followed]
    pending = []
    for table in held:
        table.stream_shard = PendingChanges(table.stream_shard)
        pending.append(table.stream_shard)
    try:
        yield pending
    finally:
        for table, changes in zip(held, pending, strict=True):
            table.stream_shard = changes.target


def _new_label() -> str:
    """Return a stream label: the moment of enabling with milliseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


class DynamoDBProvider(DynamodbApi, ServiceLifecycleHook):
    """Operations on items, on Kinesis destinations and Contributor Insights are this project's, all others moto's.

    Writes leave change records.
    """

    def __init__(self) -> None:
        _record_changes()
        _carry_statements_out()
        _replace_time_to_live()
        _describe_tables()
        _write_numbers_as_dynamodb()
        _read_items()
        _project_items()
        _leave_requests_as_they_came()
        self._time_to_live = time_to_live.TimeToLiveWorker(_all_tables, _LOCK)
        self._destinations = RunningDestinations()

    @handler("BatchWriteItem", expand=False)
    def batch_write_item(self, context: RequestContext, request: Any) -> Any:
        backend = dynamodb_backends[context.account_id][context.region]
        answer = batch_write.batch_write_item(
            request, lambda name: table_of_items(backend, name), len(context.request.data)
        )
        # As plain as the request was taken: binary keys are base64 already.
        return _plain_response(context, answer)

    @handler("GetItem", expand=False)
    def get_item(self, context: RequestContext, request: Any) -> Any:
        return _operate(context, request, item_read.get_item)

    @handler("PutItem", expand=False)
    def put_item(self, context: RequestContext, request: Any) -> Any:
        return _operate(context, request, item_operations.put_item)

    @handler("UpdateItem", expand=False)
    def update_item(self, context: RequestContext, request: Any) -> Any:
        return _operate(context, request, item_operations.update_item)

    @handler("DeleteItem", expand=False)
    def delete_item(self, context: RequestContext, request: Any) -> Any:
        return _operate(context, request, item_operations.delete_item)

    @handler("TransactWriteItems", expand=False)
    def transact_write_items(self, context: RequestContext, request: Any) -> Any:
        backend = dynamodb_backends[context.account_id][context.region]
        return _unless_cancelled(
            context,
            lambda: transaction.transact_write_items(
                request,
                lambda name: table_of_items(backend, name),
                _completed_transactions(backend),
                len(context.request.data),
            ),
        )

    @handler("TransactGetItems", expand=False)
    def transact_get_items(self, context: RequestContext, request: Any) -> Any:
        backend = dynamodb_backends[context.account_id][context.region]
        return _unless_cancelled(
            context, lambda: item_read.transact_get_items(request, lambda name: table_of_items(backend, name))
        )

    @handler("DescribeContributorInsights", expand=False)
    def describe_contributor_insights(self, context: RequestContext, request: Any) -> Any:
        return contributor_insights.describe(_requested_table(context, request), request)

    @handler("UpdateContributorInsights", expand=False)
    def update_contributor_insights(self, context: RequestContext, request: Any) -> Any:
        return contributor_insights.update(_requested_table(context, request), request)

    @handler("ListContributorInsights", expand=False)
    def list_contributor_insights(self, context: RequestContext, request: Any) -> Any:
        if request.get("TableName") is not None:
            return contributor_insights.summaries([_requested_table(context, request)])
        return contributor_insights.summaries(
            dynamodb_backends[context.account_id][context.region].tables.values()
        )

    @handler("EnableKinesisStreamingDestination", expand=False)
    def enable_kinesis_streaming_destination(self, context: RequestContext, request: Any) -> Any:
        table = _requested_table(context, request)
        return kinesis_api.enable(
            table,
            request,
            lambda arn: _find_kinesis(context.account_id, context.region, arn),
            self._destinations,
        )

    @handler("DisableKinesisStreamingDestination", expand=False)
    def disable_kinesis_streaming_destination(self, context: RequestContext, request: Any) -> Any:
        return kinesis_api.disable(_requested_table(context, request), request)

    @handler("DescribeKinesisStreamingDestination", expand=False)
    def describe_kinesis_streaming_destination(self, context: RequestContext, request: Any) -> Any:
        return kinesis_api.describe(_requested_table(context, request))

    @handler("UpdateKinesisStreamingDestination", expand=False)
    def update_kinesis_streaming_destination(self, context: RequestContext, request: Any) -> Any:
        return kinesis_api.update(_requested_table(context, request), request)

    def on_after_init(self) -> None:
        """Let items expire until the emulator stops."""
        self._time_to_live.start()
        SHUTDOWN_HANDLERS.register(self.on_before_stop)

    def on_before_stop(self) -> None:
        """Let no more items expire, and send nothing more."""
        self._time_to_live.stop()
        self._destinations.stop()

    def on_before_state_reset(self) -> None:
        """Send nothing more of tables that are about to be forgotten."""
        self._destinations.stop()


def _operate(
    context: RequestContext,
    request: Mapping[str, Any],
    carry_out: Callable[[FindTable, Mapping[str, Any]], dict[str, Any]],
) -> Response:
    backend = dynamodb_backends[context.account_id][context.region]
    return _unless_cancelled(
        context, lambda: carry_out(lambda: table_of_items(backend, request["TableName"]), request)
    )


def _unless_cancelled(context: RequestContext, carry_out: Callable[[], dict[str, Any]]) -> Response:
    """Answer what is carried out, or the error of a condition, which has members that no other error has."""
    serialization.check(context.operation.input_shape, context.service_request)
    try:
        return _plain_response(context, carry_out())
    except (ConditionalCheckFailed, TransactionCanceledException) as error:
        return _plain_response(context, json.loads(error.description), status=400)


def _plain_response(context: RequestContext, answer: dict[str, Any], status: int = 200) -> Response:
    """Return an answer as it is, without a way through the model."""
    if status == 200:
        # An error is read from the response: the request log has its code then.
        context.service_response = answer
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-requestid": context.request_id}
    return Response(dynamo_json_dump(answer), status, headers=headers)


def _completed_transactions(backend: Any) -> CompletedTransactions:
    """Return the tokens of an account and region, which are forgotten with its tables."""
    completed: CompletedTransactions = vars(backend).setdefault(
        "completed_transactions", CompletedTransactions()
    )
    return completed


def _requested_table(context: RequestContext, request: Mapping[str, Any]) -> Any:
    return _table(dynamodb_backends[context.account_id][context.region], request["TableName"])


def _find_kinesis(account_id: str, region: str, stream_arn: str) -> PutRecordsClient:
    """Return a client, once it is certain that the data stream exists."""
    find_stream(account_id, region, None, stream_arn)
    return kinesis_client(account_id, region)
