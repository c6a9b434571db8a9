"""What AWS answers to a request that its front end cannot read: the error, before any operation sees the request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NoReturn

import cbor2
from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

from emulator.protocol import type_fault
from emulator.protocol.violation import MAXIMUM, missing_at_the_top, violations
from emulator.protocol.wording import wording_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error's code, its message where it has one, and its HTTP status."""

    code: str
    message: str | None = None
    status_code: int = 400


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request and its media type, without parameters."""

    content: bytes
    media_type: str

    @property
    def is_cbor(self) -> bool:
        return self.media_type.startswith("application/x-amz-cbor")

    def decode(self) -> Any:
        """Return what the body says.

        Raises:
            ValueError: it is neither JSON nor, where its media type says so, CBOR.
        """
        try:
            if self.is_cbor:
                return cbor2.loads(self.content)
            return json.loads(self.content, parse_constant=_refuse_constant)
        except (RecursionError, EOFError) as error:
            raise ValueError("too deep, or cut off") from error


# DynamoDB's oldest operations miss a table's name in words of their own.
_OPERATIONS_ON_TABLES = frozenset(
    {"CreateTable", "DeleteTable", "DescribeTable", "DescribeTimeToLive", "UpdateTable"}
)
UNREADABLE = Refusal("SerializationException")
UNKNOWN_OPERATION = Refusal("UnknownOperationException")
NO_SUCH_PATH = Refusal(
    "AccessDeniedException", "Unable to determine service/operation name to be authorized", 403
)


def of_json(service: ServiceModel, operation: OperationModel | None, body: Body) -> Refusal:
    """Return the refusal of a request in the JSON protocol, `operation` being what its target names.

    AWS reads the body before the target, but misses an absent body only after it. Recorded by architect/dynalite and
    mhart/kinesalite; the body that is null or no structure, by takers of Kinesis's and Athena's answers.
    """
    value = None
    if body.content:
        try:
            value = body.decode()
        except ValueError:
            return UNREADABLE
    if operation is None:
        return UNKNOWN_OPERATION
    return _of_value(service, operation.input_shape, value)


def of_rest_json(service: ServiceModel, operation: OperationModel | None, body: Body) -> Refusal:
    """Return the refusal of a request in the REST protocol, `operation` being what its method and path name."""
    if operation is None:
        return NO_SUCH_PATH
    shape: Shape | None = operation.input_shape
    if isinstance(shape, StructureShape) and "payload" in shape.serialization:
        shape = shape.members[shape.serialization["payload"]]
    if not body.content:
        # The fault is in the path, the query or a header.
        return UNREADABLE
    try:
        return _of_value(service, shape, body.decode())
    except ValueError:
        return UNREADABLE


def of_query(service: ServiceModel, parameters: Mapping[str, str]) -> Refusal:
    """Return the refusal of a request in the query protocol.

    STS's answers were recorded by others on AWS, SQS's by LocalStack's validated tests. Without an action STS sends
    the client to AWS's web pages; here it is the documented MissingAction.
    """
    action = parameters.get("Action")
    is_queue = service.service_name == "sqs"
    if action is None:
        if is_queue:
            return Refusal("UnknownOperationException", status_code=404)
        return Refusal("MissingAction", "Missing Action")
    if action not in service.operation_names:
        if is_queue:
            return Refusal("InvalidAction", f"The action {action} is not valid for this endpoint.")
        version = parameters.get("Version", "NO_VERSION_SPECIFIED")
        return Refusal("InvalidAction", f"Could not find operation {action} for version {version}")
    return Refusal("MalformedInput")


def type_fault_of(operation: OperationModel, body: Body) -> Refusal | None:
    """Return the refusal of JSON of another type; None when the body has the form of the operation's model."""
    shape = operation.input_shape
    if shape is None or not body.content:
        return None
    try:
        value = body.decode()
    except ValueError:
        return UNREADABLE
    message = type_fault.find(shape, value, wording_of(operation.service_model.service_name))
    return None if message is None else Refusal("SerializationException", message)


def of_violations(operation: OperationModel, request: Any) -> Refusal | None:
    """Return the refusal of a request that breaks its operation's model; None when it does not."""
    service, shape = operation.service_model, operation.input_shape
    missing = missing_at_the_top(shape, request)
    if missing is not None and service.service_name == "sqs":
        return Refusal("MissingParameter", f"The request must contain the parameter {missing}.")
    if missing == "TableName" and operation.name in _OPERATIONS_ON_TABLES:
        message = f"The parameter '{missing}' is required but was not present in the request"
        return Refusal("ValidationException", message)
    found = list(islice(violations(shape, request), MAXIMUM))
    if not found:
        return None
    code = "ValidationError" if service.metadata.get("protocol") == "query" else "ValidationException"
    plural = "s" if len(found) > 1 else ""
    return Refusal(code, f"{len(found)} validation error{plural} detected: {'; '.join(found)}")


def _of_value(service: ServiceModel, shape: Shape | None, value: Any) -> Refusal:
    if shape is None or value is None or not isinstance(value, dict | list):
        return UNREADABLE
    return Refusal("SerializationException", type_fault.find(shape, value, wording_of(service.service_name)))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
