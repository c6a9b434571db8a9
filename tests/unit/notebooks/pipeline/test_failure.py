"""Failed records, decoded."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from notebooks.pipeline.delivered import ErrorRecord
from notebooks.pipeline.failure import FailedChange, decode, failures, function_reasons, reasons
from tests.unit.verify.situation import at

ITEM = {"orderid": {"S": "7"}, "product_name": {"S": "Phone"}, "quantity": {"S": "several"}}
OTHER_ITEM = {"orderid": {"S": "7"}}


def raw_data(event_name: str, **images: Any) -> str:
    body = {"Keys": {"orderid": {"S": "7"}}, "SequenceNumber": "12", **images}
    return json.dumps({"eventID": "e12", "eventName": event_name, "dynamodb": body})


def record(raw: str | None) -> ErrorRecord:
    return ErrorRecord(
        "processing-failed", "Lambda.ProcessingFailedStatus", "no", at(5.25), 1, raw, "errors/a"
    )


@pytest.mark.parametrize(
    ("event_name", "images"),
    [
        ("INSERT", {"NewImage": ITEM}),
        ("MODIFY", {"NewImage": ITEM, "OldImage": OTHER_ITEM}),
        ("REMOVE", {"OldImage": ITEM}),
    ],
)
def test_raw_data_is_decoded_into_the_image_that_the_function_had_to_read(
    event_name: str, images: dict[str, Any]
) -> None:
    assert decode(raw_data(event_name, **images)) == FailedChange("e12", event_name, "7", 12, ITEM)


@pytest.mark.parametrize("raw", [None, "", "no JSON", "[]", '{"dynamodb": {}}', raw_data("INSERT")])
def test_raw_data_that_is_no_change_record_is_not_decoded(raw: str | None) -> None:
    assert decode(raw) is None


def test_a_failure_shows_its_order_with_what_is_odd_about_it() -> None:
    # WHEN
    table = failures([record(raw_data("INSERT", NewImage=ITEM)), record("x" * 41), record(None)])

    # THEN
    code = "Lambda.ProcessingFailedStatus"
    assert table.to_dict("split")["data"] == [
        ["01 Jan 12:00:05", code, 1, "INSERT", "7", "Phone", "several (type S)", "(missing)"],
        ["01 Jan 12:00:05", code, 1, "x" * 40 + "…", "", "", "", ""],
        ["01 Jan 12:00:05", code, 1, "(not text)", "", "", "", ""],
    ]


class FakeLogs:
    """A log group with two pages of events, or none."""

    def __init__(self, error_code: str | None = None) -> None:
        self.error_code = error_code

    def get_paginator(self, operation: str) -> "FakeLogs":
        assert operation == "filter_log_events"
        return self

    def paginate(self, **request: str) -> Iterator[dict[str, Any]]:
        if self.error_code is not None:
            raise ClientError({"Error": {"Code": self.error_code}}, "FilterLogEvents")
        assert request["logGroupName"] == "group"
        yield {"events": [{"message": "ProcessingFailed record 1: price is missing\n"}]}
        yield {"events": [{"message": "START"}, {"message": "ProcessingFailed record 2: data: not JSON"}]}


def test_the_reasons_are_in_the_functions_log() -> None:
    assert function_reasons(cast(Any, FakeLogs()), "group") == ["price is missing", "data: not JSON"]


def test_a_function_that_was_never_called_has_no_log() -> None:
    assert function_reasons(cast(Any, FakeLogs("ResourceNotFoundException")), "group") == []


def test_another_refusal_is_raised() -> None:
    with pytest.raises(ClientError):
        function_reasons(cast(Any, FakeLogs("AccessDeniedException")), "group")


def test_the_most_frequent_reason_comes_first() -> None:
    assert reasons(["a", "b", "b"]).to_dict("split")["data"] == [["b", 2], ["a", 1]]
