"""What the front ends of AWS answer to a request that they cannot read.

Known from architect/dynalite and mhart/kinesalite, whose cases were recorded on AWS, answers of Athena, STS and Lambda
that others recorded, and LocalStack's validated tests of SQS's query protocol.
"""

from functools import cache
from typing import Any

import cbor2
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from emulator.protocol.refusal import (
    NO_SUCH_PATH,
    UNKNOWN_OPERATION,
    UNREADABLE,
    Body,
    Refusal,
    of_json,
    of_query,
    of_rest_json,
    of_violations,
    type_fault_of,
)

JSON = "application/x-amz-json-1.1"
CBOR = "application/x-amz-cbor-1.1"


@cache
def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def in_json(content: bytes, operation: str | None = "ListStreams", media_type: str = JSON) -> Refusal:
    kinesis = model("kinesis")
    found = None if operation is None else kinesis.operation_model(operation)
    return of_json(kinesis, found, Body(content, media_type))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b'"x"', b"1", b'{"Limit": 1,}', b'{"Limit": NaN}', b"\xff"]
)
def test_body_that_is_no_structure_is_refused_without_a_message(content: bytes) -> None:
    assert in_json(content) == UNREADABLE == Refusal("SerializationException", None, 400)


def test_body_deeper_than_can_be_read_is_refused() -> None:
    assert in_json(b"[" * 100_000) == UNREADABLE


def test_body_that_is_a_list_is_told() -> None:
    assert in_json(b"[]") == Refusal("SerializationException", "Start of list found where not expected")


def test_body_is_read_before_the_target_unless_it_is_absent() -> None:
    assert in_json(b"hello", operation=None) == UNREADABLE
    assert in_json(b"{}", operation=None) == UNKNOWN_OPERATION
    assert in_json(b"", operation=None) == UNKNOWN_OPERATION


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"\xa1\x65Limit", cbor2.dumps(None), cbor2.dumps("x")])
def test_cbor_that_is_no_structure_is_refused_without_a_message(content: bytes) -> None:
    assert in_json(content, media_type=CBOR) == UNREADABLE


def test_cbor_of_another_type_is_told_as_in_json() -> None:
    refused = in_json(cbor2.dumps({"Limit": "x"}), media_type=CBOR)

    assert refused.message == "class java.lang.String can not be converted to an Integer"


def test_rest_path_of_no_operation_cannot_be_authorized() -> None:
    assert of_rest_json(model("lambda"), None, Body(b"", "")) == NO_SUCH_PATH
    assert NO_SUCH_PATH.status_code == 403


def test_rest_body_of_another_type_is_told() -> None:
    operation = model("lambda").operation_model("CreateFunction")

    assert of_rest_json(model("lambda"), operation, Body(b"{", "application/json")) == UNREADABLE
    assert of_rest_json(model("lambda"), operation, Body(b"null", "application/json")) == UNREADABLE
    assert of_rest_json(
        model("lambda"), operation, Body(b'{"TracingConfig": 5}', "application/json")
    ) == Refusal("SerializationException", "Expected null")


def test_rest_payload_is_read_by_its_own_shape() -> None:
    model_ = model("lambda")
    operation = model_.operation_model("PutFunctionConcurrency")

    refused = of_rest_json(
        model_, operation, Body(b'{"ReservedConcurrentExecutions": "1"}', "application/json")
    )

    assert refused.message == "STRING_VALUE can not be converted to an Integer"


@pytest.mark.parametrize(
    ("service", "parameters", "refused"),
    [
        (
            "sts",
            {"Action": "NoSuchAction", "Version": "2011-06-15"},
            Refusal("InvalidAction", "Could not find operation NoSuchAction for version 2011-06-15"),
        ),
        (
            "sts",
            {"Action": "", "Version": "2011-06-15"},
            Refusal("InvalidAction", "Could not find operation  for version 2011-06-15"),
        ),
        (
            "sts",
            {"Action": "NoSuchAction"},
            Refusal(
                "InvalidAction", "Could not find operation NoSuchAction for version NO_VERSION_SPECIFIED"
            ),
        ),
        ("sts", {}, Refusal("MissingAction", "Missing Action")),
        (
            "sqs",
            {"Action": "FooBar", "Version": "2012-11-05"},
            Refusal("InvalidAction", "The action FooBar is not valid for this endpoint."),
        ),
        ("sqs", {}, Refusal("UnknownOperationException", None, 404)),
        ("sts", {"Action": "AssumeRole", "DurationSeconds": "x"}, Refusal("MalformedInput")),
    ],
)
def test_query_of_no_action(service: str, parameters: dict[str, str], refused: Refusal) -> None:
    assert of_query(model(service), parameters) == refused


def test_form_of_a_body_that_an_operation_read_by_itself() -> None:
    batch = model("dynamodb").operation_model("BatchWriteItem")

    assert type_fault_of(batch, Body(b'{"RequestItems": {}}', JSON)) is None
    assert type_fault_of(batch, Body(b'{"RequestItems": "23"}', JSON)) == Refusal(
        "SerializationException", "Unexpected field type"
    )


NULL = "Value null at '{}' failed to satisfy constraint: Member must not be null"


@pytest.mark.parametrize(
    ("service", "operation", "request_", "code", "violations"),
    [
        ("lambda", "CreateFunction", {"FunctionName": "f"}, "ValidationException", ["role", "code"]),
        ("sts", "AssumeRole", {"RoleSessionName": "session"}, "ValidationError", ["roleArn"]),
        ("dynamodb", "GetItem", {"Key": {}}, "ValidationException", ["tableName"]),
        (
            "dynamodb",
            "BatchGetItem",
            {"RequestItems": {"orders": {}}},
            "ValidationException",
            ["requestItems.orders.member.keys"],
        ),
        ("events", "PutEvents", {"Entries": [None]}, "ValidationException", ["entries.1.member"]),
    ],
)
def test_what_is_missing_is_named(
    service: str, operation: str, request_: dict[str, Any], code: str, violations: list[str]
) -> None:
    plural = "s" if len(violations) > 1 else ""
    told = "; ".join(NULL.format(place) for place in violations)

    assert of_violations(model(service).operation_model(operation), request_) == Refusal(
        code, f"{len(violations)} validation error{plural} detected: {told}"
    )


@pytest.mark.parametrize(
    ("service", "operation", "request_", "violation"),
    [
        (
            "dynamodb",
            "ListTables",
            {"Limit": -1},
            "Value '-1' at 'limit' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        (
            "dynamodb",
            "BatchGetItem",
            {"RequestItems": {}},
            "Value '{}' at 'requestItems' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            "events",
            "ListRules",
            {"Limit": 101},
            "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
        ),
        (
            "kinesis",
            "GetShardIterator",
            {"StreamName": "orders", "ShardId": "shardId-000000000000", "ShardIteratorType": "NEXT"},
            "Value 'NEXT' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: "
            "[AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, TRIM_HORIZON, LATEST, AT_TIMESTAMP]",
        ),
    ],
)
def test_what_is_out_of_bounds_is_named(
    service: str, operation: str, request_: dict[str, Any], violation: str
) -> None:
    assert of_violations(model(service).operation_model(operation), request_) == Refusal(
        "ValidationException", f"1 validation error detected: {violation}"
    )


def test_a_table_without_a_name_and_a_queue_without_one_are_missed_in_other_words() -> None:
    table = of_violations(model("dynamodb").operation_model("DeleteTable"), {"TableName": None})
    queue = of_violations(model("sqs").operation_model("CreateQueue"), {})

    assert table == Refusal(
        "ValidationException", "The parameter 'TableName' is required but was not present in the request"
    )
    assert queue == Refusal("MissingParameter", "The request must contain the parameter QueueName.")


def test_no_more_than_ten_violations_are_named() -> None:
    refused = of_violations(model("events").operation_model("PutEvents"), {"Entries": [None] * 11})

    assert refused is not None
    assert refused.message is not None
    assert refused.message.startswith("10 validation errors detected: ")


def test_a_request_that_keeps_to_the_model_is_not_refused() -> None:
    operation = model("dynamodb").operation_model("PutItem")

    assert of_violations(operation, {"TableName": "orders", "Item": {"a": {"S": ""}}}) is None
