"""PartiQL's statements are read, carried out and rolled back as DynamoDB does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from localstack.utils.patch import patch
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from py_partiql_parser import DynamoDBStatementParser, QueryMetadata
from py_partiql_parser._internal.where_parser import WhereClause

from emulator.dynamodb import attribute_value, item_store, partiql, partiql_write
from emulator.dynamodb.key_schema import KeySchema
from emulator.dynamodb.moto_patches.values import refused_by_moto
from emulator.dynamodb.partiql import with_parameters
from emulator.dynamodbstreams.pending_changes import PendingChanges
from emulator.errors import ServiceError

# Whether the statement that is carried out is an INSERT.
_inserts: ContextVar[bool] = ContextVar("inserts", default=False)


class DuplicateItem(DynamodbException):
    """An INSERT finds its item in the table."""

    name = "DuplicateItem"  # what a batch has for its code

    def __init__(self) -> None:
        super().__init__(
            "com.amazonaws.dynamodb.v20120810#DuplicateItemException", "Duplicate primary key exists in table"
        )


def install() -> None:
    """Change how PartiQL's statements are read and carried out."""
    _read()
    _carry_out()


def _read() -> None:
    """Have statements and their parameters read as DynamoDB does."""

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

    @patch(DynamoDBStatementParser.parse)
    def parse(
        original: Callable[..., Any],
        parser: Any,
        query: str,
        parameters: list[Mapping[str, Any]] | None = None,
    ) -> Any:
        match partiql.keyword(query):
            case "INSERT":
                with refused_by_moto():
                    name, item = partiql_write.read_insert(query, parameters or [])
                _find(parser, name)
                return [], {name: [(None, item)]}
            case "DELETE":
                with refused_by_moto():
                    name, equal = partiql_write.read_delete(query, parameters or [])
                found = [
                    item
                    for item in _find(parser, name)
                    if all(item.get(attribute) == value for attribute, value in equal)
                ]
                return [], {name: [(item.get_regular(), None) for item in found]}
        return original(parser, query, parameters)

    @patch(DynamoDBStatementParser.get_query_metadata)
    def get_query_metadata(original: Callable[..., Any], query: str) -> Any:
        if partiql.keyword(query) not in ("INSERT", "DELETE"):
            return original(query)
        with refused_by_moto():
            name = partiql_write.table_name(query)
        return QueryMetadata(tables={name: name})


def _carry_out() -> None:
    """Have statements carried out and, in transactions, rolled back as DynamoDB does."""

    @patch(DynamoDBBackend.execute_statement)
    def execute_statement(
        original: Callable[..., Any], backend: Any, statement: str, parameters: list[Mapping[str, Any]]
    ) -> Any:
        token = _inserts.set(partiql.keyword(statement) == "INSERT")
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
        answers: list[dict[str, Any]] = original(backend, rewritten)
        for answer in answers:
            if "Error" in answer:
                answer["Error"]["Code"] = _code(answer["Error"]["Code"])
        return answers

    @patch(Table.put_item)
    def put_item(
        original: Callable[..., Any], table: Any, attributes: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        # PartiQL's way to an item, and an import's.
        with refused_by_moto():
            KeySchema.of(table).check_put(attributes)
            attribute_value.check_size(attributes)
        if _inserts.get() and table.get_item(*item_store.keys_of(table, attributes)) is not None:
            raise DuplicateItem
        return original(table, attributes, *args, **kwargs)

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


def _code(name: str) -> str:
    """Return the code that a batch has for what moto calls an exception.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
    """
    return "ValidationError" if name == "Bad Request" else name


def _find(parser: Any, table_name: str) -> Any:
    """Return the items of a table as the parser has them."""
    if table_name not in parser.documents:
        raise ServiceError("ResourceNotFoundException", "Requested resource not found")
    return parser.documents[table_name]


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
