"""Refuses requests whose JSON has another form than the API's model."""

from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from emulator.dynamodb.attribute_value import not_convertible
from emulator.dynamodb.refusal import serialization_error

# What is in them is looked at with the values.
_VALUE = "AttributeValue"
_SCALARS = {"string": (str, "String"), "boolean": (bool, "Boolean")}


def check(shape: Shape, value: Any) -> None:
    """Refuse a value of another type than its shape; what attribute values contain is not looked at.

    Raises:
        ServiceError: as said.
    """
    if value is None:
        return
    if isinstance(shape, StructureShape):
        _check_structure(shape, value)
    elif isinstance(shape, MapShape):
        _check_map(shape, value)
    elif isinstance(shape, ListShape):
        if type(value) is not list:
            raise serialization_error("Unexpected field type")
        for member in value:
            check(shape.member, member)
    else:
        wanted = _SCALARS.get(shape.type_name)
        if wanted is not None and type(value) is not wanted[0]:
            raise not_convertible(value, wanted[1])


def _check_structure(shape: StructureShape, value: Any) -> None:
    if type(value) is not dict:
        raise serialization_error("Unexpected value type in payload")
    if shape.name != _VALUE:
        for name, member in shape.members.items():
            check(member, value.get(name))


def _check_map(shape: MapShape, value: Any) -> None:
    if type(value) is not dict:
        raise serialization_error("Unexpected field type")
    if shape.value.name != _VALUE:
        for member in value.values():
            check(shape.value, member)
