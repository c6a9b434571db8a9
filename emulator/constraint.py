"""The constraints of an API model, answered with the messages that Kinesis and DynamoDB Streams give."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from emulator.errors import ServiceError

# Of PutRecords, checked where the records are read: a request of 500 is not walked through twice.
_RECORDS = "PutRecordsRequestEntryList"
_MAXIMUM_VIOLATIONS = 10
# Kinesis prints this enumeration in an order of its own.
_ENUM_ORDERS = {
    "ShardIteratorType": (
        "AFTER_SEQUENCE_NUMBER",
        "LATEST",
        "AT_TIMESTAMP",
        "AT_SEQUENCE_NUMBER",
        "TRIM_HORIZON",
    )
}


def check(shape: Shape, request: Mapping[str, Any], with_records: bool = False) -> None:
    """Check a request against its shape in botocore's model; the records of PutRecords only if told to.

    Raises:
        ServiceError: a member is missing, too long, too short, out of range, or not an allowed value.
    """
    if next(_violations(shape, request, "", with_records), None):
        # A request that is refused is told of its records too.
        violations = list(islice(_violations(shape, request, "", with_records=True), _MAXIMUM_VIOLATIONS))
        noun = "error" if len(violations) == 1 else "errors"
        raise ServiceError(
            "ValidationException",
            f"{len(violations)} validation {noun} detected: " + "; ".join(violations),
        )


def _violations(shape: Shape, value: Any, path: str, with_records: bool) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            member_path = (f"{path}." if path else "") + name[0].lower() + name[1:]
            if value.get(name) is not None:
                yield from _violations(member, value[name], member_path, with_records)
            elif name in shape.required_members:
                yield _violation(None, member_path, "Member must not be null")
    elif isinstance(shape, ListShape):
        yield from _list_violations(shape, value, path, with_records)
    elif isinstance(shape, MapShape):
        for constraint in (
            *_broken_bounds(shape, len(value), "have length"),
            *_broken_by_any(shape.key, value.keys(), "Map keys"),
            *_broken_by_any(shape.value, value.values(), "Map value"),
        ):
            yield _violation(value, path, constraint)
    else:
        for constraint in _broken(shape, value):
            yield _violation(value, path, constraint)


def _list_violations(shape: ListShape, value: list[Any], path: str, with_records: bool) -> Iterator[str]:
    records = shape.name == _RECORDS
    for constraint in _broken_bounds(shape, len(value), "have length"):
        # The records themselves are not printed.
        hidden = records and value
        yield f"Value at '{path}' {_FAILED}: {constraint}" if hidden else _violation(value, path, constraint)
    if not records:
        for constraint in _broken_by_any(shape.member, value, "Member"):
            yield _violation(value, path, constraint)
    elif with_records:
        for index, member in enumerate(value, start=1):
            yield from _violations(shape.member, member, f"{path}.{index}.member", with_records)


def _broken_by_any(shape: Shape, values: Iterable[Any], what: str) -> Iterator[str]:
    """Yield one constraint, which lists every rule, however many of the values break one."""
    if any(next(_broken(shape, value), None) for value in values):
        yield f"{what} must satisfy constraint: [{', '.join(_rules(shape))}]"


def _rules(shape: Shape) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if maximum is not None:
        yield f"Member must have length less than or equal to {maximum}"
    if minimum is not None:
        yield f"Member must have length greater than or equal to {minimum}"
    if isinstance(shape, StringShape) and shape.enum:
        yield f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    """Yield what a value that has no parts breaks."""
    if isinstance(shape, StringShape):
        if shape.enum:
            if value not in shape.enum:
                values = ", ".join(_ENUM_ORDERS.get(shape.name, shape.enum))
                yield f"Member must satisfy enum value set: [{values}]"
            return
        pattern = shape.metadata.get("pattern")
        if pattern and not _compiled(pattern).fullmatch(value):
            yield f"Member must satisfy regular expression pattern: {pattern}"
        yield from _broken_bounds(shape, len(value), "have length")
    elif shape.type_name in ("integer", "long"):
        yield from _broken_bounds(shape, value, "have value")


def _broken_bounds(shape: Shape, measure: int, verb: str) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if maximum is not None and measure > maximum:
        yield f"Member must {verb} less than or equal to {maximum}"
    if minimum is not None and measure < minimum:
        yield f"Member must {verb} greater than or equal to {minimum}"


_FAILED = "failed to satisfy constraint"


def _violation(value: Any, path: str, constraint: str) -> str:
    return f"Value {_shown(value)} at '{path}' {_FAILED}: {constraint}"


def _shown(value: Any) -> str:
    """Return a value as Java prints it."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return f"'{{{', '.join(f'{key}={item}' for key, item in value.items())}}}'"
    if isinstance(value, list):
        return f"'[{', '.join(map(str, value))}]'"
    return f"'{value}'"


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
