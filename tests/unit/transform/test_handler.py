"""The answer to a Firehose invocation."""

import ast
import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import transform
from transform.handler import lambda_handler

LoadEvent = Callable[[str], dict[str, Any]]


def invocation(*payloads: bytes) -> dict[str, Any]:
    records = [
        {"recordId": f"record-{number}", "data": base64.b64encode(payload).decode()}
        for number, payload in enumerate(payloads, start=1)
    ]
    return {"invocationId": "1", "records": records}


def test_every_record_is_answered_in_order_with_its_own_result(load_event: LoadEvent) -> None:
    # GIVEN three readable records and four unreadable ones
    event = load_event("firehose_invocation")

    # WHEN the function is invoked
    response = lambda_handler(event, None)

    # THEN the readable ones are rows that end in a newline, the others their original data
    rows = [
        '{"orderid": "383", "product_name": "Charger", "quantity": 1, "price": 380.66, '
        '"event_id": "00000000000000000000000000000001", "event_name": "INSERT", '
        '"event_time": "2026-01-01T00:00:00Z", "sequence_number": "100000000000000000001"}\n',
        '{"orderid": "383", "product_name": "Charger", "quantity": 4, "price": 380.66, '
        '"event_id": "00000000000000000000000000000002", "event_name": "MODIFY", '
        '"event_time": "2026-01-01T00:01:00Z", "sequence_number": "100000000000000000002"}\n',
        '{"orderid": "383", "product_name": "Charger", "quantity": 4, "price": 380.66, '
        '"event_id": "00000000000000000000000000000003", "event_name": "REMOVE", '
        '"event_time": "2026-01-01T00:02:00Z", "sequence_number": "100000000000000000003"}\n',
    ]
    records = event["records"]
    assert response == {
        "records": [
            {
                "recordId": record["recordId"],
                "result": "Ok",
                "data": base64.b64encode(row.encode()).decode(),
            }
            for record, row in zip(records[:3], rows, strict=True)
        ]
        + [
            {"recordId": record["recordId"], "result": "ProcessingFailed", "data": record["data"]}
            for record in records[3:]
        ]
    }


def test_unreadable_record_logs_one_line_that_names_the_field(
    load_event: LoadEvent, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN three readable records and four unreadable ones
    event = load_event("firehose_invocation")
    record_ids = [record["recordId"] for record in event["records"]]

    # WHEN the function is invoked
    lambda_handler(event, None)

    # THEN each unreadable one has a line with its id and its field, and nothing else is logged
    assert capsys.readouterr().out.splitlines() == [
        f"ProcessingFailed record {record_ids[3]}: dynamodb.NewImage is missing",
        f"ProcessingFailed record {record_ids[4]}: dynamodb.NewImage.price is missing",
        f"ProcessingFailed record {record_ids[5]}: dynamodb.NewImage.quantity is not of type N",
        f"ProcessingFailed record {record_ids[6]}: data is not JSON",
    ]


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "data is not JSON"),
        (b"\xff\xfe\xfd", "data is not JSON"),
        (b"[" * 100_000, "data is not JSON"),
        (b"[]", "data is not a JSON object"),
        (b"null", "data is not a JSON object"),
        (b"{}", "eventName is missing"),
    ],
    ids=["empty", "not-utf8", "nested-too-deeply", "list", "null", "empty-object"],
)
def test_payload_that_is_no_change_record_fails_alone(
    load_event: LoadEvent, capsys: pytest.CaptureFixture[str], payload: bytes, message: str
) -> None:
    # GIVEN a foreign payload beside a readable record
    event = invocation(payload, json.dumps(load_event("change_insert")).encode())

    # WHEN the function is invoked
    response = lambda_handler(event, None)

    # THEN only the foreign one fails
    assert [record["result"] for record in response["records"]] == ["ProcessingFailed", "Ok"]
    assert capsys.readouterr().out == f"ProcessingFailed record record-1: {message}\n"


def test_data_that_is_not_base64_fails_alone(capsys: pytest.CaptureFixture[str]) -> None:
    # GIVEN a test event somebody typed by hand
    event = {"records": [{"recordId": "record-1", "data": "hello!"}]}

    # WHEN the function is invoked
    response = lambda_handler(event, None)

    # THEN the record is answered as failed, with its data
    assert response == {"records": [{"recordId": "record-1", "result": "ProcessingFailed", "data": "hello!"}]}
    assert capsys.readouterr().out == "ProcessingFailed record record-1: data is not JSON\n"


def test_characters_outside_ascii_survive(load_event: LoadEvent) -> None:
    # GIVEN a product name with other characters
    change = load_event("change_insert")
    change["dynamodb"]["NewImage"]["product_name"] = {"S": "Hörlurar 🎧"}

    # WHEN the function is invoked
    response = lambda_handler(invocation(json.dumps(change).encode()), None)

    # THEN the row reads the same
    row = json.loads(base64.b64decode(response["records"][0]["data"]))
    assert row["product_name"] == "Hörlurar 🎧"


def test_function_imports_the_standard_library_only() -> None:
    # GIVEN the modules that are zipped
    sources = sorted(Path(transform.__path__[0]).glob("*.py"))

    # WHEN their imports are listed
    imported = set()
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])

    # THEN none is outside the standard library and the package itself
    assert imported - sys.stdlib_module_names == {"transform"}
