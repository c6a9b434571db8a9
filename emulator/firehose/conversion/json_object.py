"""The JSON objects of a record."""

import json
import re
from typing import Any, NoReturn

from emulator.firehose.record import Failed

JsonObject = dict[str, Any]

_PARSE_ERROR = "DataFormatConversion.ParseError"
_MALFORMED_DATA = "DataFormatConversion.MalformedData"
_WHITESPACE = " \t\n\r"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonNumber(str):
    """A number with a fraction or an exponent, as it is written."""

    __slots__ = ()


class RecordError(Exception):
    """A record does not consist of JSON objects."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.error_message)
        self.failed = failed


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


_FAST = json.JSONDecoder(parse_constant=_refuse_constant)
_EXACT = json.JSONDecoder(parse_float=JsonNumber, parse_constant=_refuse_constant)


def json_objects(data: bytes, *, exact: bool = False) -> list[JsonObject]:
    """Return the objects of a record, which follow one another with or without white space between them.

    Numbers with a fraction or an exponent are floats, or JsonNumbers when they are to be `exact`.

    Raises:
        RecordError: the record holds something else, or nothing.

    https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
    """
    try:
        text = data.decode()
        objects = _decode(text, _EXACT if exact else _FAST)
        if "\\u" in text and _SURROGATE.search(text):
            json.dumps(objects, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        reason = f"Encountered malformed JSON. {error}"
        raise RecordError(Failed(_PARSE_ERROR, reason)) from error
    if not objects:
        message = "The record was empty or contained only whitespace."
        raise RecordError(Failed(_MALFORMED_DATA, message))
    return objects


def _decode(text: str, decoder: json.JSONDecoder) -> list[JsonObject]:
    objects: list[JsonObject] = []
    position, end = 0, len(text)
    while position < end:
        if text[position] in _WHITESPACE:
            position += 1
            continue
        value, position = decoder.raw_decode(text, position)
        if type(value) is not dict:
            raise RecordError(Failed(_MALFORMED_DATA, _top_level_message(value)))
        objects.append(value)
    return objects


def _top_level_message(value: object) -> str:
    if isinstance(value, list):
        return "Data does not match the schema. An array of JSON documents is not a valid input."
    return "The input JSON contained a primitive at the top level. The top level must be an object or array."


def json_text(value: object, *, lower_case_keys: bool) -> str:
    """Return a value as compact JSON."""
    if isinstance(value, JsonNumber):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(json_text(each, lower_case_keys=lower_case_keys) for each in value)}]"
    if isinstance(value, dict):
        members = (
            f"{json.dumps(key.lower() if lower_case_keys else key, ensure_ascii=False)}:"
            f"{json_text(each, lower_case_keys=lower_case_keys)}"
            for key, each in value.items()
        )
        return f"{{{','.join(members)}}}"
    return json.dumps(value, ensure_ascii=False)
