"""Changes at several places of an item at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from emulator.dynamodb.expressions.paths import Path
from emulator.dynamodb.expressions.values import Attributes, Plain, Value, members
from emulator.dynamodb.refusal import validation_error
from emulator.dynamodbstreams.number import total


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a place: its new value by the item and by its old value; None when nothing is left there."""

    new: Callable[[Attributes, Value | None], Value | None]


@dataclass(slots=True)
class ChangeTree:
    """Changes by the parts of their paths."""

    paths: list[Path] = field(default_factory=list)
    _root: "_Node" = field(default_factory=lambda: _Node())

    def add(self, path: Path, change: Change) -> str | None:
        """Take a change; return what is wrong with its path beside those before it."""
        for other in self.paths:
            if relation := _relation(other, path):
                return (
                    f"Two document paths {relation} with each other; must remove or rewrite one of these paths; "
                    f"path one: {other}, path two: {path}"
                )
        self.paths.append(path)
        node = self._root
        for part in path.parts:
            node = node.inside.setdefault(part, _Node())
        node.change = change
        return None

    def apply(self, attributes: Attributes) -> dict[str, Value]:
        """Return the attributes of an item after all changes.

        Raises:
            ServiceError: a change is inside something that has no inside.
        """
        changed = _changed_map(self._root, attributes, attributes)
        return dict(changed)


@dataclass(slots=True)
class _Node:
    change: Change | None = None
    inside: dict[str | int, "_Node"] = field(default_factory=dict)


def _relation(one: Path, other: Path) -> str | None:
    """Return how two paths are in each other's way."""
    for first, second in zip(one.parts, other.parts, strict=False):
        if type(first) is not type(second):
            return "conflict"
        if first != second:
            return None
    return "overlap"


def _changed(node: _Node, item: Attributes, old: Value | None) -> Value | None:
    if node.change is not None:
        return node.change.new(item, old)
    by_name = isinstance(next(iter(node.inside)), str)
    if old is None or old.type != ("M" if by_name else "L"):
        raise validation_error("The document path provided in the update expression is invalid for update")
    if by_name:
        return Plain("M", _changed_map(node, item, old.value))
    return Plain("L", _changed_list(node, item, old.value))


def _changed_map(node: _Node, item: Attributes, old: Mapping[str, Value]) -> dict[str, Value]:
    changed = dict(old)
    for name, inner in node.inside.items():
        assert isinstance(name, str)
        value = _changed(inner, item, old.get(name))
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed


def _changed_list(node: _Node, item: Attributes, old: list[Value]) -> list[Value]:
    """Return a list with its changes: those behind its end are appended in the order of their indexes."""
    changed: list[Value | None] = list(old)
    for index, inner in sorted(node.inside.items()):
        assert isinstance(index, int)
        if index < len(old):
            changed[index] = _changed(inner, item, old[index])
        else:
            changed.append(_changed(inner, item, None))
    return [value for value in changed if value is not None]


def combined(section: str, old: Value | None, value: Value) -> Value | None:
    """Return what ADD or DELETE makes of a number or set, with a number or set of the request.

    Raises:
        ServiceError: the two are of different types, or the sum is no number of DynamoDB.
    """
    if old is not None and old.type != value.type:
        raise validation_error("An operand in the update expression has an incorrect data type")
    if value.type == "N":
        return value if old is None else Plain("N", total(old.value, value.value))
    before = members(old) if old is not None else {}
    given = members(value)
    if section == "ADD":
        after = {**before, **{key: given[key] for key in given if key not in before}}
    else:
        after = {key: before[key] for key in before if key not in given}
    return Plain(value.type, list(after.values())) if after else None
