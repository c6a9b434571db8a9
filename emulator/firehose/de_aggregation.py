"""The sub-records of one record, each with the very bytes that it has there."""

import json
import re
from typing import NoReturn

from emulator.firehose.configuration import RecordDeAggregation

# A record with more is not parted at all.
MAXIMUM_SUB_RECORDS = 500
_WHITESPACE = re.compile(r"[ \t\r\n]*")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


# Values are looked at only to find where an object ends: numbers stay text, whatever their length.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse)


def de_aggregate(data: bytes, settings: RecordDeAggregation) -> list[bytes]:
    """Return the sub-records in their order, or `data` alone, unchanged, if it cannot be parted.

    JSON sub-records are objects with nothing or white space between them; delimited ones are what stands
    between delimiters, empty ones left out. Data of another form, or with more than 500 sub-records, is passed
    on as a whole: AWS documents that for the latter.

    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
    https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html
    """
    sub_records = (
        _json_objects(data) if settings.sub_record_type == "JSON" else _delimited(data, settings.delimiter)
    )
    return sub_records or [data]


def _delimited(data: bytes, delimiter: bytes) -> list[bytes] | None:
    sub_records = [part for part in data.split(delimiter) if part]
    return sub_records if len(sub_records) <= MAXIMUM_SUB_RECORDS else None


def _json_objects(data: bytes) -> list[bytes] | None:
    """Return the bytes of each object; None if there is anything else, or too many of them."""
    try:
        text = data.decode()
        spans = _object_spans(text)
    except (ValueError, RecursionError):
        return None
    if len(spans) > MAXIMUM_SUB_RECORDS:
        return None
    if len(text) == len(data):
        return [data[start:end] for start, end in spans]
    return [text[start:end].encode() for start, end in spans]


def _object_spans(text: str) -> list[tuple[int, int]]:
    """Return where each object of a text begins and ends, up to the first that is one too many.

    Raises:
        ValueError: there is something else than JSON objects.
    """
    spans: list[tuple[int, int]] = []
    position = _after_whitespace(text, 0)
    while position < len(text) and len(spans) <= MAXIMUM_SUB_RECORDS:
        if text[position] != "{":
            raise ValueError("not an object")
        _, end = _DECODER.raw_decode(text, position)
        spans.append((position, end))
        position = _after_whitespace(text, end)
    return spans


def _after_whitespace(text: str, position: int) -> int:
    if text.startswith("{", position):
        return position
    match = _WHITESPACE.match(text, position)
    return match.end() if match else position
