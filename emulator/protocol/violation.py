"""What of a request breaks the API's model, for requests on which an operation has failed for want of a check."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

# AWS names no more than ten.
MAXIMUM = 10


def violations(shape: Shape | None, request: Any) -> Iterator[str]:
    """Yield AWS's words on every part that is null and may not be, or that breaks a bound or an enumeration.

    Patterns are not looked at: they are Java's.
    """
    if isinstance(shape, StructureShape) and isinstance(request, Mapping):
        yield from _of_structure(shape, request, "")


def missing_at_the_top(shape: Shape | None, request: Any) -> str | None:
    """Return the name of the first required member of a request that is not there."""
    if not isinstance(shape, StructureShape) or not isinstance(request, Mapping):
        return None
    return next((name for name in shape.required_members if request.get(name) is None), None)


def _of_structure(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        place = f"{path}{name[0].lower()}{name[1:]}"
        if value.get(name) is not None or name in shape.required_members:
            yield from _of_value(member, value.get(name), place)


def _of_value(shape: Shape, value: Any, place: str) -> Iterator[str]:
    if value is None:
        yield _violation(None, place, "Member must not be null")
        return
    match shape:
        case StructureShape() if isinstance(value, Mapping):
            yield from _of_structure(shape, value, f"{place}.")
        case ListShape() if isinstance(value, list):
            yield from _of_bounds(shape, value, len(value), "have length", place)
            for number, item in enumerate(value, start=1):
                yield from _of_value(shape.member, item, f"{place}.{number}.member")
        case MapShape() if isinstance(value, Mapping):
            yield from _of_bounds(shape, value, len(value), "have length", place)
            for key, item in value.items():
                yield from _of_value(shape.value, item, f"{place}.{key}.member")
        case StringShape() if isinstance(value, str):
            if shape.enum and value not in shape.enum:
                yield _violation(
                    value, place, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
                )
            yield from _of_bounds(shape, value, len(value), "have length", place)
        case _ if isinstance(value, int) and not isinstance(value, bool):
            yield from _of_bounds(shape, value, value, "have value", place)


def _of_bounds(shape: Shape, value: Any, measure: int, verb: str, place: str) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if maximum is not None and measure > maximum:
        yield _violation(value, place, f"Member must {verb} less than or equal to {maximum}")
    if minimum is not None and measure < minimum:
        yield _violation(value, place, f"Member must {verb} greater than or equal to {minimum}")


def _violation(value: Any, place: str, constraint: str) -> str:
    return f"Value {_shown(value)} at '{place}' failed to satisfy constraint: {constraint}"


def _shown(value: Any) -> str:
    """Return a value as Java prints it."""
    match value:
        case None:
            return "null"
        case Mapping():
            return f"'{{{', '.join(f'{key}={item}' for key, item in value.items())}}}'"
        case list():
            return f"'[{', '.join(map(str, value))}]'"
    return f"'{value}'"
