"""What the API's model says of the members of requests on items, in the words in which DynamoDB refuses them."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from emulator.dynamodb.refusal import serialization_error, validation_error

MINIMUM_NAME_CHARACTERS = 3
MAXIMUM_NAME_CHARACTERS = 255
_MAXIMUM_FAULTS = 10
_NAME = re.compile("[a-zA-Z0-9_.-]+", re.ASCII)


def refuse(faults: Iterator[str]) -> None:
    """Refuse a request of which there are faults, and tell the first ten."""
    told = list(islice(faults, _MAXIMUM_FAULTS))
    if told:
        plural = "s" if len(told) > 1 else ""
        raise validation_error(f"{len(told)} validation error{plural} detected: {'; '.join(told)}")


def table_name_faults(request: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the name or ARN of the table that a request is for."""
    given = request.get("TableName")
    if given is None:
        yield null_fault("tableName")
        return
    if not isinstance(given, str):
        raise serialization_error("Unexpected field type")
    name = given.rpartition("table/")[2] if given.startswith("arn:") else given
    if not _NAME.fullmatch(name):
        yield _fault(given, "tableName", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
    if len(name) < MINIMUM_NAME_CHARACTERS:
        yield _fault(
            given, "tableName", f"Member must have length greater than or equal to {MINIMUM_NAME_CHARACTERS}"
        )
    if len(name) > MAXIMUM_NAME_CHARACTERS:
        yield _fault(
            given, "tableName", f"Member must have length less than or equal to {MAXIMUM_NAME_CHARACTERS}"
        )


def enumeration_faults(request: Mapping[str, Any], allowed: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what is wrong with members that have one of a few values."""
    for name, values in allowed.items():
        given = request.get(name)
        if given is not None and not isinstance(given, str):
            raise serialization_error("Unexpected field type")
        if given is not None and given not in values:
            yield _fault(
                given,
                f"{name[0].lower()}{name[1:]}",
                f"Member must satisfy enum value set: [{', '.join(values)}]",
            )


def null_fault(path: str) -> str:
    """Return the fault of a member that must be there."""
    return f"Value null at '{path}' failed to satisfy constraint: Member must not be null"


def _fault(value: str, path: str, rule: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {rule}"
