"""The conditions that requests had before expressions: Expected, QueryFilter and ScanFilter.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.Conditions.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.dynamodb import attribute_value
from emulator.dynamodb.expressions import values
from emulator.dynamodb.expressions.conditions import Condition
from emulator.dynamodb.expressions.values import ORDERED, Attributes, Value
from emulator.dynamodb.refusal import serialization_error, validation_error

Make = Callable[[Mapping[str, Any]], Value]

_INVALID = "One or more parameter values were invalid: "
_OPERATORS = (
    "IN",
    "NULL",
    "BETWEEN",
    "LT",
    "NOT_CONTAINS",
    "EQ",
    "GT",
    "NOT_NULL",
    "NE",
    "LE",
    "BEGINS_WITH",
    "GE",
    "CONTAINS",
)
_SCALARS_AND_FLAGS = (*ORDERED, "BOOL", "NULL")
# What the values of an operator may be; all may be anything where nothing is said.
_TYPES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("LT", "LE", "GT", "GE", "BETWEEN"), ORDERED),
    "IN": ORDERED,
    "BEGINS_WITH": ("S", "B"),
    "CONTAINS": _SCALARS_AND_FLAGS,
    "NOT_CONTAINS": _SCALARS_AND_FLAGS,
}
_COUNTS: Mapping[str, Callable[[int], bool]] = {
    "NULL": lambda count: count == 0,
    "NOT_NULL": lambda count: count == 0,
    "BETWEEN": lambda count: count == 2,
    "IN": lambda count: count > 0,
}
_SIGNS: Mapping[str, Callable[[int], bool]] = {
    "LT": lambda sign: sign < 0,
    "LE": lambda sign: sign <= 0,
    "GT": lambda sign: sign > 0,
    "GE": lambda sign: sign >= 0,
}


def parse_expected(request: Mapping[str, Any], make: Make) -> Condition | None:
    """Return the condition of Expected and ConditionalOperator; None where there is none.

    Raises:
        ServiceError: an entry has members that do not go together, or values that its operator does not take.
    """
    return _joined(request, "Expected", lambda name, entry: _expectation(name, entry, make))


def parse_filter(request: Mapping[str, Any], member: str, make: Make) -> Condition | None:
    """Return the condition of QueryFilter or ScanFilter; None where there is none.

    Raises:
        ServiceError: as for `parse_expected`.
    """
    return _joined(
        request,
        member,
        lambda name, entry: _comparison(
            name, entry.get("ComparisonOperator"), entry.get("AttributeValueList") or [], make
        ),
    )


def _joined(
    request: Mapping[str, Any], member: str, parse: Callable[[str, Mapping[str, Any]], Condition]
) -> Condition | None:
    entries, operator = request.get(member), request.get("ConditionalOperator")
    if entries is not None and not (
        isinstance(entries, dict) and all(isinstance(entry, dict) for entry in entries.values())
    ):
        raise serialization_error("Unexpected field type")
    if operator not in (None, "AND", "OR"):
        raise validation_error(
            f"1 validation error detected: Value '{operator}' at 'conditionalOperator' failed to satisfy constraint: "
            "Member must satisfy enum value set: [OR, AND]"
        )
    if operator is not None and not entries:
        raise validation_error(f"{_INVALID}ConditionalOperator cannot be used without Filter or Expected")
    if not entries:
        return None
    conditions = [parse(name, entry) for name, entry in entries.items()]
    if operator is not None and len(conditions) == 1:
        raise validation_error(
            f"{_INVALID}ConditionalOperator can only be used when Filter or Expected has two or more elements"
        )
    join = any if operator == "OR" else all
    return lambda item: join(condition(item) for condition in conditions)


def _expectation(name: str, entry: Mapping[str, Any], make: Make) -> Condition:
    operator, exists = entry.get("ComparisonOperator"), entry.get("Exists")
    value, listed = entry.get("Value"), entry.get("AttributeValueList")
    of_attribute = f"for Attribute: {name}"
    if value is not None and listed is not None:
        raise validation_error(
            f"{_INVALID}Value and AttributeValueList cannot be used together {of_attribute}"
        )
    if operator is not None:
        if exists is not None:
            raise validation_error(
                f"{_INVALID}Exists and ComparisonOperator cannot be used together {of_attribute}"
            )
        if operator not in ("NULL", "NOT_NULL") and value is None and listed is None:
            raise validation_error(
                f"{_INVALID}Value or AttributeValueList must be used with ComparisonOperator: {operator} "
                f"{of_attribute}"
            )
        return _comparison(name, operator, [value] if value is not None else listed or [], make)
    if listed is not None:
        raise validation_error(
            f"{_INVALID}AttributeValueList can only be used with a ComparisonOperator {of_attribute}"
        )
    if exists is False:
        if value is not None:
            raise validation_error(f"{_INVALID}Value cannot be used when Exists is false {of_attribute}")
        return lambda item: _find(item, name) is None
    if value is None:
        shown = "null" if exists is None else "true"
        raise validation_error(f"{_INVALID}Value must be provided when Exists is {shown} {of_attribute}")
    return _comparison(name, "EQ", [value], make)


def _comparison(name: str, operator: str | None, given: list[Mapping[str, Any]], make: Make) -> Condition:
    if operator not in _OPERATORS:
        shown = "null" if operator is None else f"'{operator}'"
        rule = (
            "Member must not be null"
            if operator is None
            else f"Member must satisfy enum value set: [{', '.join(_OPERATORS)}]"
        )
        raise validation_error(
            f"1 validation error detected: Value {shown} at '{name}.member.comparisonOperator' "
            f"failed to satisfy constraint: {rule}"
        )
    if not _COUNTS.get(operator, _is_one)(len(given)):
        raise validation_error(
            f"{_INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator"
        )
    for value in given:
        attribute_value.check(value)
    wanted = [make(value) for value in given]
    for one in wanted:
        if one.type not in _TYPES.get(operator, (one.type,)):
            raise validation_error(
                f"{_INVALID}ComparisonOperator {operator} is not valid for {one.type} AttributeValue type"
            )
    if len({one.type for one in wanted}) > 1:
        raise validation_error(f"{_INVALID}AttributeValues inside AttributeValueList must be of same type")
    if operator == "BETWEEN" and (values.order(*wanted) or 0) > 0:
        raise validation_error(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
        )
    return lambda item: _holds(operator, _find(item, name), wanted)


def _is_one(count: int) -> bool:
    return count == 1


def _find(item: Attributes | None, name: str) -> Value | None:
    return (item or {}).get(name)


def _holds(operator: str, value: Value | None, wanted: list[Value]) -> bool:
    match operator:
        case "NULL":
            return value is None
        case "NOT_NULL":
            return value is not None
        case "EQ":
            return values.equal(value, wanted[0])
        case "NE":
            return not values.equal(value, wanted[0])
        case "IN":
            return any(values.equal(value, one) for one in wanted)
        case "BEGINS_WITH":
            return values.begins_with(value, wanted[0])
        case "CONTAINS":
            return values.contains(value, wanted[0])
        case "NOT_CONTAINS":
            return value is not None and not values.contains(value, wanted[0])
        case "BETWEEN":
            below, above = (values.order(value, one) for one in wanted)
            return below is not None and above is not None and below >= 0 and above <= 0
    sign = values.order(value, wanted[0])
    return sign is not None and _SIGNS[operator](sign)
