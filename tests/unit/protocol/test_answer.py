"""The form of refusals. Known from architect/dynalite and mhart/kinesalite, whose cases were recorded on AWS."""

import json

import cbor2
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from emulator.protocol.answer import in_json, in_rest_json, in_xml
from emulator.protocol.refusal import NO_SUCH_PATH, UNKNOWN_OPERATION, UNREADABLE, Body, Refusal

JSON_1_0 = "application/x-amz-json-1.0"
JSON_1_1 = "application/x-amz-json-1.1"
CBOR = "application/x-amz-cbor-1.1"
TOLD = Refusal("SerializationException", "Expected null")


def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


@pytest.mark.parametrize(
    ("service", "media_type", "kind", "answered_in"),
    [
        ("dynamodb", JSON_1_0, "com.amazon.coral.service#SerializationException", JSON_1_0),
        (
            "dynamodb",
            "application/json",
            "com.amazon.coral.service#SerializationException",
            "application/json",
        ),
        ("dynamodb", "", "com.amazon.coral.service#SerializationException", JSON_1_0),
        ("kinesis", JSON_1_1, "SerializationException", JSON_1_1),
        ("firehose", JSON_1_1, "SerializationException", JSON_1_1),
    ],
)
def test_json_names_the_framework_in_version_1_0(
    service: str, media_type: str, kind: str, answered_in: str
) -> None:
    answer = in_json(TOLD, model(service), Body(b"{}", media_type), "id-1")

    assert json.loads(answer.content) == {"__type": kind, "Message": "Expected null"}
    assert answer.status_code == 400
    assert answer.headers == {"Content-Type": answered_in, "x-amzn-RequestId": "id-1"}


def test_version_1_1_answers_plain_json_in_an_envelope() -> None:
    answer = in_json(UNREADABLE, model("kinesis"), Body(b"hello", "application/json"), "id-1")

    assert answer.status_code == 400
    assert json.loads(answer.content) == {
        "Output": {"__type": "com.amazon.coral.service#SerializationException"},
        "Version": "1.0",
    }


def test_an_error_without_a_message_has_none() -> None:
    answer = in_json(UNREADABLE, model("kinesis"), Body(b"{", JSON_1_1), "id-1")

    assert json.loads(answer.content) == {"__type": "SerializationException"}


@pytest.mark.parametrize(
    ("content", "media_type"), [(b"\xff", CBOR), (b"", CBOR), (b"", ""), (b"", JSON_1_0)]
)
def test_kinesis_answers_in_cbor_what_came_in_cbor_or_not_at_all(content: bytes, media_type: str) -> None:
    answer = in_json(UNKNOWN_OPERATION, model("kinesis"), Body(content, media_type), "id-1")

    assert cbor2.loads(answer.content) == {"__type": "UnknownOperationException"}
    assert answer.headers["Content-Type"] == CBOR


def test_a_queue_tells_the_error_of_its_former_protocol_too() -> None:
    answer = in_json(TOLD, model("sqs"), Body(b"{}", JSON_1_0), "id-1")

    assert answer.headers["x-amzn-query-error"] == "MalformedInput;Sender"


def test_rest_names_the_error_in_a_header() -> None:
    answer = in_rest_json(NO_SUCH_PATH, "id-1")

    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (403, "AccessDeniedException")
    assert json.loads(answer.content) == {
        "Message": "Unable to determine service/operation name to be authorized"
    }


def test_xml_escapes_what_a_request_brought() -> None:
    refused = Refusal("InvalidAction", "Could not find operation <b> for version 2011-06-15")

    answer = in_xml(refused, model("sts"), "id-1")

    assert answer.content.decode() == (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        "<Code>InvalidAction</Code><Message>Could not find operation &lt;b&gt; for version 2011-06-15</Message>"
        "</Error><RequestId>id-1</RequestId></ErrorResponse>"
    )


def test_a_queue_without_an_action_is_no_operation() -> None:
    answer = in_xml(Refusal("UnknownOperationException", status_code=404), model("sqs"), "id-1")

    assert (answer.status_code, answer.content) == (404, b"<UnknownOperationException/>\n")
