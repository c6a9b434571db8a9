"""Attribute values as requests bring them: what DynamoDB takes, and how large it is stored."""

import base64
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from emulator.dynamodb.refusal import item_fault, serialization_error, validation_error
from emulator.dynamodbstreams.number import canonical
from emulator.protocol import base64_text
from emulator.protocol.wording import LAST_CHARACTER, DynamoDBWording

MAXIMUM_ITEM_BYTES = 400 * 1024
MAXIMUM_DEPTH = 32
MAXIMUM_NAME_BYTES = 65_535
_SURELY_SHORT = MAXIMUM_NAME_BYTES // 4  # no character has more bytes

_INVALID = "One or more parameter values were invalid: "


def check(value: Any) -> None:
    """Refuse a value that has not exactly one data type, or that its type cannot hold.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    """
    if type(value) is not dict:
        raise serialization_error("Unexpected value type in payload")
    if len(value) != 1:
        for kind, content in value.items():
            if kind in _CHECKS:
                _CHECKS[kind](content)
        raise _no_value("has more than one datatypes set" if value else "is empty")
    ((kind, content),) = value.items()
    check_content = _CHECKS.get(kind)
    if check_content is None:
        raise _no_value("is empty")
    check_content(content)


def check_all(attributes: Any) -> None:
    """Refuse attributes of which `check` refuses a value."""
    if type(attributes) is not dict:
        raise serialization_error("Unexpected field type")
    for name, value in attributes.items():
        if not name.isascii():
            text_bytes(name)
        check(value)


def check_size(item: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse an item that is larger than 400 KB."""
    if size_bytes(item) > MAXIMUM_ITEM_BYTES:
        raise item_fault("Item size has exceeded the maximum allowed size")


def check_form(attributes: Any) -> None:
    """Refuse names that are empty or too long, and values that are nested too deep.

    It is done before `check_all`, which goes through values by recursion.
    """
    if type(attributes) is not dict:
        raise serialization_error("Unexpected field type")
    nested = []
    for name, value in attributes.items():
        if not 0 < len(name) <= _SURELY_SHORT or not name.isascii():
            check_name(name)
        if type(value) is dict and ("M" in value or "L" in value):
            nested.append(value)
    depth = 0
    while nested := _inside(nested):
        depth += 1
        if depth > MAXIMUM_DEPTH:
            raise too_deep()


def too_deep() -> Exception:
    """Return the error of values that are nested deeper than 32 levels."""
    return item_fault(
        "Nesting Levels have exceeded supported limits: "
        "Attributes in the item have nested levels beyond supported limit"
    )


def check_name(name: str) -> None:
    """Refuse the name of an attribute that is empty or longer than 65,535 bytes."""
    if not name:
        raise validation_error(f"{_INVALID}Empty attribute name")
    if len(text_bytes(name)) > MAXIMUM_NAME_BYTES:
        raise validation_error(
            f"{_INVALID}Attribute name is too large, must be less than {MAXIMUM_NAME_BYTES + 1} bytes"
        )


def _inside(values: list[Any]) -> list[Any]:
    """Return what is in the maps and lists among some values."""
    inside: list[Any] = []
    for value in values:
        if type(value) is not dict:
            continue
        if type(value.get("M")) is dict:
            inside += value["M"].values()
        if type(value.get("L")) is list:
            inside += value["L"]
    return inside


def size_bytes(attributes: Mapping[str, Mapping[str, Any]]) -> int:
    """Return what attributes count for capacity and for the size of an item; binary values are base64 or bytes.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _value_size(value) for name, value in attributes.items())


def _no_value(fault: str) -> Exception:
    return validation_error(
        f"Supplied AttributeValue {fault}, must contain exactly one of the supported datatypes"
    )


def _check_text(content: Any) -> None:
    if type(content) is not str:
        raise not_convertible(content, "String")
    if not content.isascii():
        text_bytes(content)


def text_bytes(text: str) -> bytes:
    """Return a text in UTF-8.

    Raises:
        ServiceError: it has half a surrogate pair, which JSON can write and UTF-8 cannot.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise serialization_error(
            f"Unmatched surrogate in a text: \\u{ord(text[error.start]):04x}"
        ) from error


def _check_number(content: Any) -> None:
    _check_text(content)
    canonical(content)


def _check_binary(content: Any) -> None:
    if type(content) is not str:
        raise serialization_error("only base-64-encoded strings are convertible to bytes")
    try:
        base64_text.decode(content)
    except ValueError as error:
        fault = base64_text.fault(content) or LAST_CHARACTER
        raise serialization_error(DynamoDBWording().blob(content, fault)) from error


def _check_boolean(content: Any) -> None:
    if type(content) is not bool:
        raise not_convertible(content, "Boolean")


def _check_null(content: Any) -> None:
    _check_boolean(content)
    if not content:
        raise validation_error(f"{_INVALID}Null attribute value types must have the value of true")


def _check_list(content: Any) -> None:
    for member in _list(content):
        check(member)


def _check_texts(content: Any) -> None:
    members = _members(content, "An string set  may not be empty", _check_text)
    if len(set(members)) < len(members):
        raise validation_error(f"{_INVALID}Input collection [{', '.join(members)}] contains duplicates.")


def _check_numbers(content: Any) -> None:
    members = _members(content, "An number set  may not be empty", _check_number)
    if len({Decimal(member) for member in members}) < len(members):
        raise validation_error("Input collection contains duplicates")


def _check_binaries(content: Any) -> None:
    members = _members(content, "Binary sets should not be empty", _check_binary)
    if len(set(members)) < len(members):
        listed = ", ".join(members)
        raise validation_error(f"{_INVALID}Input collection [{listed}]of type BS contains duplicates.")


def _members(content: Any, empty: str, check_member: Callable[[Any], None]) -> list[Any]:
    members = _list(content)
    if not members:
        raise validation_error(_INVALID + empty)
    for member in members:
        check_member(member)
    return members


def _list(content: Any) -> list[Any]:
    if type(content) is not list:
        raise serialization_error("Unexpected field type")
    return content


def not_convertible(content: Any, wanted: str) -> Exception:
    """Return the error of JSON that is no String or Boolean."""
    match content:
        case dict():
            return serialization_error("Start of structure or map found where not expected")
        case list():
            return serialization_error(f"Unrecognized collection type class java.lang.{wanted}")
        case bool():
            token = "TRUE_VALUE" if content else "FALSE_VALUE"
        case int():
            token = "NUMBER_VALUE"
        case float():
            token = "DECIMAL_VALUE"
        case str():
            token = "STRING_VALUE"
        case _:
            token = "NULL_VALUE"
    return serialization_error(f"{token} cannot be converted to {wanted}")


_CHECKS: Mapping[str, Callable[[Any], None]] = {
    "S": _check_text,
    "N": _check_number,
    "B": _check_binary,
    "BOOL": _check_boolean,
    "NULL": _check_null,
    "M": check_all,
    "L": _check_list,
    "SS": _check_texts,
    "NS": _check_numbers,
    "BS": _check_binaries,
}


def _significant_digits(number: Decimal) -> int:
    return len("".join(map(str, number.as_tuple().digits)).strip("0"))


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_size(content)
        case "B":
            return _binary_size(content)
        case "SS":
            return sum(len(member.encode()) for member in content)
        case "NS":
            return sum(_number_size(member) for member in content)
        case "BS":
            return sum(_binary_size(member) for member in content)
        case "L":
            return 3 + sum(1 + _value_size(member) for member in content)
        case "M":
            return 3 + len(content) + size_bytes(content)
    return 1  # BOOL and NULL


def _binary_size(content: str | bytes) -> int:
    return len(content if isinstance(content, bytes) else base64.b64decode(content))


def _number_size(content: str) -> int:
    """Return a byte for every two digits on one side of the point, one for the exponent and one for a minus."""
    try:
        number = Decimal(content)
    except InvalidOperation:  # an import brings it, and is told of it when it is stored
        return len(content)
    if number == 0:
        return 1
    digits = _significant_digits(number)
    # Pairs of digits start at the point: an even count that starts within a pair touches one pair more.
    astride = digits % 2 == 0 and number.adjusted() % 2 == 0
    return 1 + (digits + 1) // 2 + astride + (number < 0)
