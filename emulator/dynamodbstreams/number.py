"""The one way in which DynamoDB writes a number."""

import re
from decimal import Context, Decimal

from emulator.errors import ServiceError

MAXIMUM_DIGITS = 38
# Of the first digit: 9.99…E+125 and 1E-130 are the largest and the smallest magnitude.
MAXIMUM_EXPONENT = 125
MINIMUM_EXPONENT = -130

# From the first digit of the largest number to the last of the smallest.
_EXACT = Context(prec=MAXIMUM_EXPONENT - MINIMUM_EXPONENT + MAXIMUM_DIGITS + 1)

_OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"

# Nearly every number is one of these already.
_CANONICAL = re.compile(r"-?(?:[1-9]\d{0,18}(?:\.\d{0,17}[1-9])?|0\.\d{0,17}[1-9])|0", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def canonical(text: str) -> str:
    """Return a number as DynamoDB shows it: no exponent, no leading or trailing zeros, no minus before a zero.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html

    Raises:
        ServiceError: it is not a number, or not one that DynamoDB can hold.
    """
    if _CANONICAL.fullmatch(text):
        return text
    if not text:
        raise _invalid("The parameter cannot be converted to a numeric value")
    if not _NUMBER.fullmatch(text):
        raise _invalid(f"The parameter cannot be converted to a numeric value: {text}")
    mantissa, _, exponent = text.lower().partition("e")
    sign, digits, scale = Decimal(mantissa).as_tuple()
    significant = "".join(map(str, digits)).lstrip("0")
    trailing = len(significant) - len(significant.rstrip("0"))
    significant = significant.rstrip("0")
    if not significant:
        return "0"
    if len(significant) > MAXIMUM_DIGITS:
        raise _invalid(f"Attempting to store more than {MAXIMUM_DIGITS} significant digits in a Number")
    # Not the exponent of Decimal: one of any size is a number, and too large.
    last = int(exponent or 0) + int(scale) + trailing
    first = last + len(significant) - 1
    if first > MAXIMUM_EXPONENT:
        raise _invalid(_OVERFLOW)
    if first < MINIMUM_EXPONENT:
        raise _invalid(
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        )
    return format(Decimal((sign, tuple(map(int, significant)), last)), "f")


def total(first: str, second: str) -> str:
    """Return the sum of two numbers.

    Raises:
        ServiceError: it has more than 38 digits, which DynamoDB calls an overflow, or is too large or too small.
    """
    return _held(_EXACT.add(Decimal(first), Decimal(second)))


def difference(first: str, second: str) -> str:
    """Return what is left of the first number; refuse it as `total` does."""
    return _held(_EXACT.subtract(Decimal(first), Decimal(second)))


def _held(result: Decimal) -> str:
    if len("".join(map(str, result.as_tuple().digits)).strip("0")) > MAXIMUM_DIGITS:
        raise _invalid(_OVERFLOW)
    return canonical(str(result))


def _invalid(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)
