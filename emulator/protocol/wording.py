"""What AWS's services say about JSON of another type than their API has.

Each message belongs to the JSON that was found and the type that was wanted, never to the name of the member.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from botocore.model import ListShape, MapShape, Shape

_LIST = "Start of list found where not expected"
_MAP = "Start of structure or map found where not expected"


class Wording(Protocol):
    """The messages of one service; `in_collection` tells a part of a list or map from a member of a structure."""

    def scalar(self, shape: Shape, found: Any) -> str: ...
    def list(self, shape: ListShape, found: Any, in_collection: bool) -> str: ...
    def map(self, shape: MapShape, found: Any, in_collection: bool) -> str: ...
    def structure(self, shape: Shape, found: Any, in_collection: bool) -> str: ...
    def blob(self, found: str, fault: str) -> str: ...


class CurrentWording:
    """How services speak that use the current version of AWS's framework.

    Known from answers of Athena, SES, SQS and Lambda that others have recorded; the types that none of them took
    (`Float`, `Double`, milliseconds, `Blob`) are worded like the rest.
    """

    _WANTED: ClassVar[Mapping[str, str]] = {
        "string": "a String",
        "character": "a Character",
        "integer": "an Integer",
        "long": "a Long",
        "float": "a Float",
        "double": "a Double",
        "boolean": "a Boolean",
        "timestamp": "milliseconds since epoch",
        "blob": "a Blob",
    }

    def scalar(self, shape: Shape, found: Any) -> str:
        match found:
            case list():
                return _LIST
            case dict():
                return f"{_MAP}."
            case str() if shape.type_name == "boolean":
                return self._text_for_boolean(found)
        return f"{self._token(found)} can not be converted to {self._WANTED[shape.type_name]}"

    def list(self, shape: ListShape, found: Any, in_collection: bool) -> str:
        return f"{_MAP}." if isinstance(found, dict) else "Expected list or null"

    def map(self, shape: MapShape, found: Any, in_collection: bool) -> str:
        return _LIST if isinstance(found, list) else "Expected map or null"

    def structure(self, shape: Shape, found: Any, in_collection: bool) -> str:
        return _LIST if isinstance(found, list) else "Expected null"

    def blob(self, found: str, fault: str) -> str:
        return f"'{found}' can not be converted to a Blob: {fault}"

    def _text_for_boolean(self, found: str) -> str:
        return "STRING_VALUE can not be converted to an Boolean"

    def _token(self, found: Any) -> str:
        match found:
            case bool():
                return "TRUE_VALUE" if found else "FALSE_VALUE"
            case int() | float():
                return "NUMBER_VALUE"
        return "STRING_VALUE"


class KinesisWording(CurrentWording):
    """How Kinesis speaks: with the names of the framework's Java classes.

    Recorded by mhart/kinesalite.
    """

    _WANTED: ClassVar[Mapping[str, str]] = {
        **CurrentWording._WANTED,
        "string": "an String",
        "long": "an Long",
        "boolean": "an Boolean",
    }

    def _text_for_boolean(self, found: str) -> str:
        return f"'{found.upper()}' can not be converted to an Boolean"

    def _token(self, found: Any) -> str:
        match found:
            case bool():
                return "class java.lang.Boolean"
            case int() | float():
                return "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"
        return "class java.lang.String"


class DynamoDBWording:
    """How DynamoDB speaks, which reads JSON in its own way.

    Recorded by architect/dynalite.
    """

    _WANTED: ClassVar[Mapping[str, str]] = {
        "string": "String",
        "character": "Character",
        "integer": "Integer",
        "long": "Long",
        "float": "Float",
        "double": "Double",
        "boolean": "Boolean",
        "timestamp": "Date",
    }
    _CAST = (
        "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
        "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base "
        "of loader 'bootstrap')"
    )

    def scalar(self, shape: Shape, found: Any) -> str:
        is_blob = shape.type_name == "blob"
        match found:
            case list():
                wanted = "java.nio.ByteBuffer" if is_blob else f"java.lang.{self._WANTED[shape.type_name]}"
                return f"Unrecognized collection type class {wanted}"
            case dict():
                return _MAP
        if is_blob:
            return "only base-64-encoded strings are convertible to bytes"
        if isinstance(found, str) and shape.type_name == "boolean":
            return "Unexpected token received from parser"
        return f"{self._token(found)} cannot be converted to {self._WANTED[shape.type_name]}"

    def list(self, shape: ListShape, found: Any, in_collection: bool) -> str:
        if isinstance(found, dict):
            return _MAP
        return self._CAST if in_collection else "Unexpected field type"

    def map(self, shape: MapShape, found: Any, in_collection: bool) -> str:
        if isinstance(found, list):
            return f"Unrecognized collection type {self._java(shape)}"
        return self._CAST if in_collection else "Unexpected field type"

    def structure(self, shape: Shape, found: Any, in_collection: bool) -> str:
        if isinstance(found, list):
            return f"Unrecognized collection type class {self._java(shape)}"
        return "Unexpected value type in payload" if in_collection else "Unexpected field type"

    def blob(self, found: str, fault: str) -> str:
        # It names the length, and calls everything else by one name.
        return fault if fault.startswith("Base64 encoded length") else LAST_CHARACTER

    def _java(self, shape: Shape) -> str:
        match shape:
            case MapShape():
                return f"java.util.Map<java.lang.String, {self._java(shape.value)}>"
            case ListShape():
                return f"java.util.List<{self._java(shape.member)}>"
        if shape.type_name == "structure":
            return f"com.amazonaws.dynamodb.v20120810.{shape.name}"
        return f"java.lang.{self._WANTED.get(shape.type_name, shape.name)}"

    def _token(self, found: Any) -> str:
        match found:
            case bool():
                return "TRUE_VALUE" if found else "FALSE_VALUE"
            case int():
                return "NUMBER_VALUE"
            case float():
                return "DECIMAL_VALUE"
        return "STRING_VALUE"


# The spelling is AWS's.
LAST_CHARACTER = "Invalid last non-pad Base64 character dectected"

_WORDINGS: dict[str, Wording] = {
    "dynamodb": DynamoDBWording(),
    "dynamodbstreams": DynamoDBWording(),
    "kinesis": KinesisWording(),
}
_CURRENT = CurrentWording()


def wording_of(service_name: str) -> Wording:
    """Return how a service speaks."""
    return _WORDINGS.get(service_name, _CURRENT)
