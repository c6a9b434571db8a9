"""JSON as its standard defines it: Python's parser also takes what is none."""

import json
from typing import Any, NoReturn


def parse(data: bytes) -> Any:
    """Return what UTF-8 JSON says, its numbers as floating point: they may be of any length.

    Raises:
        ValueError: `data` is not JSON, or is nested too deeply to be read.

    https://www.rfc-editor.org/rfc/rfc8259
    """
    try:
        return json.loads(data.decode(), parse_int=float, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("The data is nested too deeply.") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
