"""What the parsers take and what they refuse. What is taken is LocalStack's own reading, member for member."""

import json
from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest
from localstack.aws.protocol.parser import (
    JSONRequestParser,
    OperationNotFoundParserError,
    ProtocolParserError,
    RequestParserError,
)
from localstack.aws.spec import load_service
from localstack.http import Request

from emulator.protocol.strict_parser import StrictJSONRequestParser, StrictRestJSONRequestParser, parser_of

KINESIS = StrictJSONRequestParser(load_service("kinesis"))
LAMBDA = StrictRestJSONRequestParser(load_service("lambda"))


def to(target: str | None, content: bytes, media_type: str = "application/x-amz-json-1.1") -> Request:
    headers = {"Content-Type": media_type}
    if target is not None:
        headers["X-Amz-Target"] = target
    return Request("POST", "/", headers=headers, body=content)


@pytest.mark.parametrize(
    ("service", "target", "request_"),
    [
        (
            "dynamodb",
            "DynamoDB_20120810.Query",
            {
                "TableName": "orders",
                "ExclusiveStartKey": {
                    "orderid": {"S": "1"},
                    "tags": {"L": [{"SS": ["a"]}, {"BOOL": True}]},
                    "no": {"B": "AAE="},
                },
            },
        ),
        ("dynamodb", "DynamoDB_20120810.Scan", {"TableName": "orders", "Limit": 1.5, "Unknown": [1]}),
        ("kinesis", "Kinesis_20131202.PutRecord", {"StreamName": "s", "Data": "", "PartitionKey": "1"}),
        ("kinesis", "Kinesis_20131202.GetShardIterator", {"StreamName": "s", "Timestamp": 1764374400}),
        ("kinesis", "Kinesis_20131202.ListStreams", {"Limit": None}),
    ],
)
def test_a_request_in_order_is_read_as_before(service: str, target: str, request_: dict[str, Any]) -> None:
    model = load_service(service)
    content = json.dumps(request_).encode()

    operation, parsed = StrictJSONRequestParser(model).parse(to(target, content))

    before = JSONRequestParser(model).parse(to(target, content))
    assert (operation.name, parsed) == (before[0].name, before[1])


def test_an_operation_on_items_gets_the_json_of_its_request() -> None:
    content = {"TableName": "orders", "Item": {"orderid": {"S": "1"}, "no": {"B": "AAE="}}, "Unknown": [1]}
    parser = StrictJSONRequestParser(load_service("dynamodb"))

    operation, parsed = parser.parse(to("DynamoDB_20120810.PutItem", json.dumps(content).encode()))

    assert (operation.name, parsed) == ("PutItem", content)
    with pytest.raises(RequestParserError):
        parser.parse(to("DynamoDB_20120810.PutItem", b"[]"))


def test_cbor_brings_bytes_and_times() -> None:
    at = datetime(2025, 11, 29, tzinfo=UTC)
    content = cbor2.dumps({"StreamName": "s", "Timestamp": at}, datetime_as_timestamp=True)
    record = cbor2.dumps({"StreamName": "s", "Data": b"\x00", "PartitionKey": "1"})

    _, iterator = KINESIS.parse(
        to("Kinesis_20131202.GetShardIterator", content, "application/x-amz-cbor-1.1")
    )
    _, put = KINESIS.parse(to("Kinesis_20131202.PutRecord", record, "application/x-amz-cbor-1.1"))

    assert iterator["Timestamp"] == at
    assert put["Data"] == b"\x00"


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("PutRecord", {"PartitionKey": 1}),
        ("PutRecord", {"Data": "AA"}),
        ("PutRecords", {"Records": "x"}),
        ("PutRecords", {"Records": {}}),
        ("AddTagsToStream", {"Tags": []}),
        ("ListStreams", {"Limit": "1"}),
        ("ListStreams", {"Limit": True}),
        ("GetShardIterator", {"Timestamp": "1764374400"}),
        ("GetShardIterator", {"Timestamp": True}),
        ("ListStreams", []),
        ("ListStreams", None),
    ],
)
def test_another_type_is_refused(operation: str, request_: Any) -> None:
    with pytest.raises(RequestParserError):
        KINESIS.parse(to(f"Kinesis_20131202.{operation}", json.dumps(request_).encode()))


@pytest.mark.parametrize(
    "target", [None, "", "ListStreams", "Kinesis_20131202.", "Firehose_20150804.ListStreams"]
)
def test_target_that_is_not_the_operations_is_refused(target: str | None) -> None:
    with pytest.raises(OperationNotFoundParserError):
        KINESIS.parse(to(target, b"{}"))


def test_absent_body_is_refused() -> None:
    with pytest.raises(ProtocolParserError):
        KINESIS.parse(to("Kinesis_20131202.ListStreams", b""))


def test_path_and_query_are_text() -> None:
    tags = Request("DELETE", "/2017-03-31/tags/arn", query_string="tagKeys=1&tagKeys=2")
    functions = Request("GET", "/2015-03-31/functions", query_string="MaxItems=10")

    assert LAMBDA.parse(tags)[1] == {"Resource": "arn", "TagKeys": ["1", "2"]}
    assert LAMBDA.parse(functions)[1] == {"MaxItems": 10}


@pytest.mark.parametrize(("text", "value"), [("true", True), ("No", False), (True, True)])
def test_a_boolean_may_be_a_text(text: Any, value: bool) -> None:
    content = json.dumps({"Publish": text}).encode()
    request = Request(
        "POST", "/2015-03-31/functions", headers={"Content-Type": "application/json"}, body=content
    )

    assert LAMBDA.parse(request)[1]["Publish"] is value


def test_pipes_is_left_to_find_the_type_of_a_scalar_itself() -> None:
    request = Request(
        "POST", "/v1/pipes/p", headers={"Content-Type": "application/json"}, body=b'{"Source": 1}'
    )

    assert parser_of(load_service("pipes"), None).parse(request)[1]["Source"] == 1
