"""The API model's own constraints, answered with the messages that AWS's front end gives."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from emulator.errors import ServiceError
from emulator.firehose.validation.constraint_order import ENUM_ORDERS, MEMBER_ORDERS, PATTERN_TEXTS

_NUMBERS = ("integer", "long", "double", "float")


def check(shape: Shape, request: Mapping[str, Any]) -> None:
    """Check a request against its shape in botocore's model.

    Raises:
        ServiceError: a member is missing, too long, too short, out of range, or not an allowed value.
    """
    violations = list(_violations(shape, request, ""))
    if violations:
        noun = "error" if len(violations) == 1 else "errors"
        raise ServiceError(
            "ValidationException",
            f"{len(violations)} validation {noun} detected: " + "; ".join(violations),
        )


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure_violations(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _list_violations(shape, value, path)
    elif isinstance(shape, MapShape):
        yield from _collection_violation(shape.key, value.keys(), path, "Map keys")
        yield from _collection_violation(shape.value, value.values(), path, "Map value")
    else:
        for constraint in _broken(shape, value):
            yield _violation(path, constraint)


def _structure_violations(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    recorded = MEMBER_ORDERS.get(shape.name, ())
    for name in [*recorded, *(name for name in shape.members if name not in recorded)]:
        member_path = (f"{path}." if path else "") + name[0].lower() + name[1:]
        if value.get(name) is not None:
            yield from _violations(shape.members[name], value[name], member_path)
        elif name in shape.required_members:
            yield _violation(member_path, "Member must not be null")


def _list_violations(shape: ListShape, value: list[Any], path: str) -> Iterator[str]:
    for constraint in _broken_bounds(shape, len(value), "have length"):
        yield _violation(path, constraint)
    if isinstance(shape.member, StructureShape):
        for index, member in enumerate(value, start=1):
            yield from _violations(shape.member, member, f"{path}.{index}.member")
    else:
        yield from _collection_violation(shape.member, value, path, "Member")


def _collection_violation(shape: Shape, values: Iterable[Any], path: str, what: str) -> Iterator[str]:
    """Yield one violation, which lists every rule, however many of the values break one."""
    if any(next(_broken(shape, value), None) for value in values):
        yield _violation(path, f"{what} must satisfy constraint: [{', '.join(_rules(shape))}]")


def _rules(shape: Shape) -> Iterator[str]:
    minimum, maximum, pattern = (shape.metadata.get(name) for name in ("min", "max", "pattern"))
    if maximum is not None:
        yield f"Member must have length less than or equal to {maximum}"
    if minimum is not None:
        yield f"Member must have length greater than or equal to {minimum}"
    if pattern:
        yield f"Member must satisfy regular expression pattern: {pattern}"


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    """Yield what a value that has no parts breaks."""
    if isinstance(shape, StringShape):
        yield from _broken_by_text(shape, value)
    elif shape.type_name in _NUMBERS:
        yield from _broken_bounds(shape, value, "have value")
    elif shape.type_name == "blob":
        yield from _broken_bounds(shape, len(value), "have length")


def _broken_by_text(shape: StringShape, value: str) -> Iterator[str]:
    if shape.enum:
        if value not in shape.enum:
            values = ", ".join(ENUM_ORDERS.get(shape.name, shape.enum))
            yield f"Member must satisfy enum value set: [{values}]"
        return
    yield from _broken_bounds(shape, len(value), "have length")
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        shown = PATTERN_TEXTS.get(shape.name, pattern)
        yield f"Member must satisfy regular expression pattern: {shown}"


def _broken_bounds(shape: Shape, measure: float, verb: str) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    # Written so that NaN breaks both.
    if maximum is not None and not measure <= maximum:
        yield f"Member must {verb} less than or equal to {maximum}"
    if minimum is not None and not measure >= minimum:
        yield f"Member must {verb} greater than or equal to {minimum}"


def _violation(path: str, constraint: str) -> str:
    return f"Value at '{path}' failed to satisfy constraint: {constraint}"


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Java's character classes for letters, numbers and separators, as Python's nearest.
    for java, python in (("\\p{L}", "\\w"), ("\\p{N}", "\\d"), ("\\p{Z}", "\\s")):
        pattern = pattern.replace(java, python)
    return re.compile(pattern)
