"""Handlers of a Firehose processor that misbehave, each in one way; this file is the function's code as it stands.

Those that spoil single records spoil the orders with an even number and answer the others as our own function does.
"""

import base64
import itertools
import os
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from transform.handler import read_change, transform_record

Entry = dict[str, Any]

# Lambda's limit for the answer of a synchronous invocation is 6 MB.
TOO_LARGE_BYTES = 7 * 1024 * 1024


def raises(event: dict[str, Any], context: object) -> object:
    raise RuntimeError("on purpose")


def hangs(event: dict[str, Any], context: object) -> object:
    time.sleep(600)
    return None


def returns_seven_megabytes(event: dict[str, Any], context: object) -> object:
    return {**_answer(event, lambda entry: [entry]), "padding": "x" * TOO_LARGE_BYTES}


def returns_text(event: dict[str, Any], context: object) -> object:
    return "done"


def returns_what_is_not_json(event: dict[str, Any], context: Any) -> object:
    """Answer as a runtime of another making might: with what is no JSON, and too deep to find out."""
    api, request_id = os.environ["AWS_LAMBDA_RUNTIME_API"], context.aws_request_id
    url = f"http://{api}/2018-06-01/runtime/invocation/{request_id}/response"
    with urllib.request.urlopen(urllib.request.Request(url, data=b"[" * 100_000)):
        # Python's own runtime would answer once more.
        os._exit(0)


def returns_nothing(event: dict[str, Any], context: object) -> object:
    return None


def returns_half_of_the_ids(event: dict[str, Any], context: object) -> object:
    return _answer(event, lambda entry: [])


def returns_an_id_twice(event: dict[str, Any], context: object) -> object:
    return _answer(event, lambda entry: [entry, entry])


def returns_other_ids(event: dict[str, Any], context: object) -> object:
    return _answer(event, lambda entry: [{**entry, "recordId": entry["recordId"][::-1] + "0"}])


def returns_wrong_base64(event: dict[str, Any], context: object) -> object:
    return _answer(event, lambda entry: [{**entry, "data": "!" + entry["data"]}])


def returns_no_data(event: dict[str, Any], context: object) -> object:
    return _answer(event, lambda entry: [{"recordId": entry["recordId"], "result": "Ok"}])


def inflates(event: dict[str, Any], context: object) -> object:
    """Answer every record with eight times its bytes."""
    records = [
        {
            "recordId": record["recordId"],
            "result": "Ok",
            "data": base64.b64encode(base64.b64decode(record["data"]) * 8).decode(),
        }
        for record in event["records"]
    ]
    return {"records": records}


def _answer(event: dict[str, Any], spoil: Callable[[Entry], list[Any]]) -> dict[str, list[Any]]:
    """Answer as our own function does, with what `spoil` makes of the entries of even orders in their places."""
    entries = (
        spoil({**transform_record(record)}) if _is_even(record) else [transform_record(record)]
        for record in event["records"]
    )
    return {"records": list(itertools.chain.from_iterable(entries))}


def _is_even(record: dict[str, Any]) -> bool:
    order_id: str = read_change(record["data"])["dynamodb"]["Keys"]["orderid"]["S"]
    return int(order_id.rpartition("-")[2]) % 2 == 0
