"""What the AWS API returns becomes evidence, and what cannot be read is kept as unrecognised."""

import base64
import gzip
import json
from typing import Any

import pytest

from tests.unit.verify.situation import NOON, content
from verify.evidence import Change, Content, DeadLetter, Failure, KinesisRecord, Row
from verify.parsing import change_from, dead_letter_from, failures_from, kinesis_record_from, rows_from

IMAGE = {
    "orderid": {"S": "7"},
    "product_name": {"S": "Phone"},
    "quantity": {"N": "2"},
    "price": {"N": "19.90"},
}


def stream_record(**body: Any) -> dict[str, Any]:
    return {
        "eventID": "e7",
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": {"orderid": {"S": "7"}},
            "SequenceNumber": "000700000000000000001",
            "ApproximateCreationDateTime": NOON,
            **body,
        },
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"NewImage": IMAGE}, Content("7", "Phone", 2, 19.9)),
        ({"OldImage": IMAGE}, None),
        ({"NewImage": {**IMAGE, "quantity": {"S": "two"}}}, None),
        ({"NewImage": {**IMAGE, "quantity": {"N": "2.5"}}}, None),
        ({"NewImage": {"orderid": {"S": "7"}}}, None),
    ],
    ids=["an order", "no new image", "quantity in words", "quantity with a fraction", "keys alone"],
)
def test_a_change_has_the_content_of_a_readable_new_image(
    body: dict[str, Any], expected: Content | None
) -> None:
    # WHEN
    change = change_from(stream_record(**body), "shard")

    # THEN
    assert change == Change("e7", "INSERT", "shard", 700000000000000001, NOON, "7", expected)


@pytest.mark.parametrize(
    ("data", "event_id"),
    [
        (b'{"eventID": "e1"}', "e1"),
        (b'{"eventID": 1}', None),
        (b"[]", None),
        (b"{", None),
        (b"\xff\xfe", None),
        (b"", None),
        (b"[" * 100_000, None),
    ],
)
def test_a_kinesis_record_names_its_change_where_its_data_is_one(data: bytes, event_id: str | None) -> None:
    # WHEN
    record = kinesis_record_from(
        {"Data": data, "SequenceNumber": "49", "ApproximateArrivalTimestamp": NOON}, "shard"
    )

    # THEN
    assert record == KinesisRecord(event_id, "shard", 49, NOON)


WITH_ID = json.dumps({"orderid": "1", "event_id": "e1"})
OF_THE_SEED = json.dumps({"orderid": "1", "product_name": "Laptop", "quantity": 1, "price": 100.5})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", []),
        (f"{WITH_ID}\n{OF_THE_SEED}\n", [("e1", None), (None, content(1))]),
        ('{"eventID": "e1"}\n', [("e1", None)]),
        (f"{WITH_ID}{OF_THE_SEED}", [("e1", None), (None, content(1))]),
        (f"{WITH_ID}\nnot JSON\n{WITH_ID}", [("e1", None), (None, None), ("e1", None)]),
        (f"{WITH_ID}not JSON", [("e1", None), (None, None)]),
        ('"text"\n', [(None, None)]),
        ('{\n  "event_id": "e1"\n}\n', [("e1", None)]),
        ('{"event_id": "e1", "product_name": "a\u2028b\x85"}\n', [("e1", None)]),
        ("[" * 100_000 + f"\n{WITH_ID}", [(None, None), ("e1", None)]),
        ('{"orderid": "1", "product_name": "Laptop", "quantity": Infinity, "price": 1}', [(None, None)]),
        ('{"orderid": "1", "product_name": "Laptop", "quantity": null, "price": 1}', [(None, None)]),
    ],
    ids=[
        "empty",
        "lines",
        "a change record",
        "side by side",
        "a bad line",
        "a bad end",
        "not an object",
        "several lines",
        "line separators in a text",
        "too deep to be read",
        "a number without end",
        "a field without value",
    ],
)
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
def test_each_row_of_an_object_is_read_or_counted_as_unrecognised(
    body: str, expected: list[tuple[str | None, Content | None]], compress: bool
) -> None:
    # GIVEN
    data = gzip.compress(body.encode()) if compress else body.encode()

    # WHEN
    found = list(rows_from(data, NOON))

    # THEN
    assert found == [Row(event_id, fields, NOON) for event_id, fields in expected]


def test_an_object_that_ends_too_early_is_one_unrecognised_row() -> None:
    # GIVEN
    data = gzip.compress(WITH_ID.encode())[:-9]

    # WHEN
    found = list(rows_from(data, NOON))

    # THEN
    assert found == [Row(None, None, NOON)]


def test_a_failure_names_the_change_in_its_raw_data() -> None:
    # GIVEN
    raw = base64.b64encode(b'{"eventID": "e1"}').decode()
    lines = [
        {"rawData": raw, "errorCode": "Lambda.FunctionError"},
        {"rawData": "AAEC", "errorCode": "Lambda.FunctionError"},
        {"rawData": "no base64!", "errorCode": "Lambda.FunctionError"},
        {"rawData": "no ASCII \u00e9", "errorCode": "Lambda.FunctionError"},
        {"rawData": 7, "errorCode": "Lambda.FunctionError"},
        {"rawData": raw, "lastErrorCode": "DataFormatConversion.ParseError", "lastErrorMessage": "no"},
        {},
    ]

    # WHEN
    body = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    found = list(failures_from(body.encode(), NOON))

    # THEN
    assert found == [
        Failure("e1", "Lambda.FunctionError", NOON),
        Failure(None, "Lambda.FunctionError", NOON),
        Failure(None, "Lambda.FunctionError", NOON),
        Failure(None, "Lambda.FunctionError", NOON),
        Failure(None, "Lambda.FunctionError", NOON),
        Failure("e1", "DataFormatConversion.ParseError", NOON),
        Failure(None, "no error code", NOON),
    ]


def test_a_dead_letter_names_the_range_of_its_batch() -> None:
    # GIVEN
    message = {
        "context": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {"shardId": "s1", "startSequenceNumber": "0010", "endSequenceNumber": "0012"},
    }

    # WHEN
    found = [dead_letter_from(json.dumps(message)), dead_letter_from("{}"), dead_letter_from("hello")]

    # THEN
    assert found == [DeadLetter("s1", 10, 12, "RetryAttemptsExhausted")] + [DeadLetter(None, 0, 0, "")] * 2
