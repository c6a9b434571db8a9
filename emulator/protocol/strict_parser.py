"""LocalStack's parsers of requests in JSON, made to refuse what AWS refuses.

They only notice that something is wrong: what AWS says about it is found out afterwards. A request in order costs
less than with LocalStack's own, which look at every text for XML.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, OperationModel, OperationNotFoundError, ServiceModel, Shape
from localstack.aws.protocol.parser import (
    JSONRequestParser,
    OperationNotFoundParserError,
    ProtocolParserError,
    RequestParser,
    RequestParserError,
    RestJSONRequestParser,
    UnknownParserError,
    create_parser,
)
from localstack.http import Request

from emulator.protocol import base64_text
from emulator.protocol.type_fault import BOOLEANS, NOT_FINITE

# EventBridge Pipes says in its own way that a value has another type.
_LENIENT = frozenset({"pipes"})
# DynamoDB's operations on items: to go through their JSON by the model takes longer than they do.
_LEFT_AS_THEY_CAME = frozenset(
    {
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)


class _StrictScalars(RequestParser):
    """Takes no JSON of another type; what comes in the path, the query or a header is text."""

    def _parse_list(
        self, request: Request, shape: ListShape, node: Any, uri_params: Mapping[str, Any] | None = None
    ) -> list[Any]:
        if type(node) is not list:
            raise _mismatch(shape)
        if "location" in shape.serialization:
            return [self._located(request, shape.member, item) for item in node]
        member = shape.member
        return [self._parse_shape(request, member, item, uri_params) for item in node]

    def _parse_string(self, request: Request, shape: Shape, node: Any, uri_params: Any = None) -> str:
        if type(node) is not str:
            raise _mismatch(shape)
        return node

    _parse_character = _parse_string

    def _parse_integer(self, request: Request, shape: Shape, node: Any, uri_params: Any = None) -> int:
        kind = type(node)
        if kind is int:
            return int(node)
        if kind is float or "location" in shape.serialization:
            return int(node)
        raise _mismatch(shape)

    _parse_long = _parse_integer

    def _parse_float(self, request: Request, shape: Shape, node: Any, uri_params: Any = None) -> float:
        kind = type(node)
        if kind is float or kind is int or "location" in shape.serialization or node in NOT_FINITE:
            return float(node)
        raise _mismatch(shape)

    _parse_double = _parse_float

    def _parse_boolean(self, request: Request, shape: Shape, node: Any, uri_params: Any = None) -> bool:
        if type(node) is bool:
            return node
        if type(node) is str and node.lower() in BOOLEANS:
            return BOOLEANS[node.lower()]
        raise _mismatch(shape)

    def _parse_blob(self, request: Request, shape: Shape, node: Any, uri_params: Any = None) -> bytes:
        if type(node) is bytes:
            return node
        if type(node) is not str:
            raise _mismatch(shape)
        return base64_text.decode(node)

    def _parse_timestamp(self, request: Request, shape: Shape, node: Any, uri_params: Any = None) -> Any:
        serialization = shape.serialization
        is_text = type(node) is str and "location" not in serialization
        if type(node) is bool or (
            is_text and serialization.get("timestampFormat") in (None, "unixTimestamp")
        ):
            raise _mismatch(shape)
        return super()._parse_timestamp(request, shape, node, uri_params)

    def _located(self, request: Request, shape: Shape, item: str) -> Any:
        return (
            int(item) if shape.type_name in ("integer", "long") else self._parse_shape(request, shape, item)
        )


class StrictJSONRequestParser(_StrictScalars, JSONRequestParser):
    """Parses the JSON protocol; the whole target must be the operation's, and there must be a body."""

    def __init__(self, service: ServiceModel) -> None:
        super().__init__(service)
        self._operations: dict[str, OperationModel] = {}

    def parse(self, request: Request) -> tuple[OperationModel, Any]:
        operation = self.find_operation(request)
        if operation is None:
            raise OperationNotFoundParserError("no target, or one of another API")
        try:
            if is_left_as_it_came(operation) and isinstance(body := self._parse_body_as_json(request), dict):
                return operation, body
            parsed = self._do_parse(request, operation.input_shape, {})
        except RequestParserError:
            raise
        except Exception as error:
            raise UnknownParserError("the request could not be parsed") from error
        if parsed is None:
            raise ProtocolParserError("the body is null")
        return operation, parsed

    def find_operation(self, request: Request) -> OperationModel | None:
        """Return the operation that a request's target names."""
        target = request.headers.get("X-Amz-Target", "")
        if target not in self._operations:
            prefix, _, name = target.rpartition(".")
            if prefix != self.service.metadata.get("targetPrefix"):
                return None
            try:
                self._operations[target] = self.service.operation_model(name)
            except OperationNotFoundError:
                return None
        return self._operations[target]

    def _parse_body_as_json(self, request: Request) -> Any:
        if not request.data:
            raise ProtocolParserError("there is no body")
        return super()._parse_body_as_json(request)


class StrictRestJSONRequestParser(_StrictScalars, RestJSONRequestParser):
    """Parses the REST protocol."""


def is_left_as_it_came(operation: OperationModel) -> bool:
    """Tell whether an operation's provider takes the JSON of its requests, and refuses what has another form itself."""
    return operation.name in _LEFT_AS_THEY_CAME and operation.service_model.service_name == "dynamodb"


@cache
def parser_of(service: ServiceModel, protocol: str | None) -> RequestParser:
    """Return the parser of a service's protocol: a strict one where there is one."""
    match protocol or service.protocol:
        case "json":
            return StrictJSONRequestParser(service)
        case "rest-json" if service.service_name not in _LENIENT:
            return StrictRestJSONRequestParser(service)
    return create_parser(service, protocol)


def _mismatch(shape: Shape) -> ProtocolParserError:
    return ProtocolParserError(f"not the JSON type of {shape.name}")
