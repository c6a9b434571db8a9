"""Answers in pages."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from emulator.errors import ServiceError

_DEFAULT_RESULTS = 100


def page(
    result: str, everything: Sequence[Any], maximum_results: int | None, next_token: str | None
) -> dict[str, Any]:
    """Return a page as the member `result`, with the token of the next one if there is one.

    Raises:
        ServiceError: the token is none of ours.
    """
    start = _position(next_token) if next_token else 0
    end = start + (maximum_results or _DEFAULT_RESULTS)
    answer: dict[str, Any] = {result: list(everything[start:end])}
    if end < len(everything):
        answer["NextToken"] = base64.b64encode(str(end).encode()).decode()
    return answer


def _position(next_token: str) -> int:
    try:
        return int(base64.b64decode(next_token, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ServiceError("InvalidInputException", "NextToken is not valid.") from error
