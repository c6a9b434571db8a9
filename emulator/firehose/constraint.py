"""The API model's own constraints, answered with the messages that AWS's front end gives."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, Shape, StringShape, StructureShape

from emulator.errors import ServiceError

# Where AWS lists the values in another order than its model does.
_ENUM_ORDERS = {
    "CompressionFormat": ("ZIP", "HADOOP_SNAPPY", "Snappy", "GZIP", "UNCOMPRESSED"),
    "ProcessorType": (
        "Decompression",
        "Lambda",
        "RecordDeAggregation",
        "MetadataExtraction",
        "AppendDelimiterToRecord",
        "CloudWatchLogProcessing",
    ),
}


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
        yield from _length_violations(shape, value, len(value), path)
        for index, member in enumerate(value, start=1):
            yield from _violations(shape.member, member, f"{path}.{index}.member")
    elif isinstance(shape, StringShape):
        yield from _string_violations(shape, value, path)
    elif shape.type_name in ("integer", "long"):
        yield from _range_violations(shape, value, path)
    elif shape.type_name == "blob":
        yield from _length_violations(shape, value, len(value), path)


def _structure_violations(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        member_path = (f"{path}." if path else "") + name[0].lower() + name[1:]
        if value.get(name) is not None:
            yield from _violations(member, value[name], member_path)
        elif name in shape.required_members:
            yield f"Value null at '{member_path}' failed to satisfy constraint: Member must not be null"


def _string_violations(shape: StringShape, value: str, path: str) -> Iterator[str]:
    if shape.enum:
        if value not in shape.enum:
            values = ", ".join(_ENUM_ORDERS.get(shape.name, shape.enum))
            yield _violation(value, path, f"Member must satisfy enum value set: [{values}]")
        return
    yield from _length_violations(shape, value, len(value), path)
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield _violation(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _length_violations(shape: Shape, value: Any, length: int, path: str) -> Iterator[str]:
    yield from _bound_violations(shape, value, length, path, "have length")


def _range_violations(shape: Shape, value: int, path: str) -> Iterator[str]:
    yield from _bound_violations(shape, value, value, path, "have value")


def _bound_violations(shape: Shape, value: Any, measure: int, path: str, verb: str) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if minimum is not None and measure < minimum:
        yield _violation(value, path, f"Member must {verb} greater than or equal to {minimum}")
    if maximum is not None and measure > maximum:
        yield _violation(value, path, f"Member must {verb} less than or equal to {maximum}")


def _violation(value: Any, path: str, constraint: str) -> str:
    shown = value if isinstance(value, (str, int)) else "[...]"
    return f"Value '{shown}' at '{path}' failed to satisfy constraint: {constraint}"


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Java's character classes for letters, numbers and separators, as Python's nearest.
    for java, python in (("\\p{L}", "\\w"), ("\\p{N}", "\\d"), ("\\p{Z}", "\\s")):
        pattern = pattern.replace(java, python)
    return re.compile(pattern)
