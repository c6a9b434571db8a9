"""moto's attribute values and items: numbers in DynamoDB's one form, sizes as it counts them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localstack.utils.patch import patch
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from emulator.dynamodb import attribute_value
from emulator.dynamodb.stored_value import plain_attributes
from emulator.dynamodbstreams.number import canonical
from emulator.errors import ServiceError


def install() -> None:
    """Change moto's attribute values and items."""
    _write_numbers_as_dynamodb()
    _leave_sizes_to_writes()


@contextmanager
def refused_by_moto() -> Iterator[None]:
    """Make a refusal one of the kind that moto tells a batch of statements of."""
    try:
        yield
    except ServiceError as error:
        raise MockValidationException(error.message) from error


def _write_numbers_as_dynamodb() -> None:
    """Have moto's attribute values hold each number in one way; equal numbers are equal keys and no change then."""

    def checked(text: str) -> str:
        with refused_by_moto():
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


def _leave_sizes_to_writes() -> None:
    """Sizes are checked where items are written, and not again for every attribute."""
    patch(LimitedSizeDict.__setitem__)(lambda original, *arguments: dict.__setitem__(*arguments))
    patch(Item.size)(lambda original, item: attribute_value.size_bytes(plain_attributes(item.attrs)))
    patch(Table._validate_key_sizes)(lambda original, *arguments: None)
