"""Requests that no AWS SDK sends, over plain HTTP, and what AWS's front ends answer.

Known from architect/dynalite and mhart/kinesalite, whose cases were recorded on AWS; answers of Athena, STS, SQS and
Lambda that others recorded.
"""

import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple

import boto3
import cbor2
import pytest

from tests.conftest import Aws
from tests.emulator_process import REGION, EmulatorProcess

TARGETS = {
    "dynamodb": ("dynamodb", "DynamoDB_20120810", "1.0", "ListTables"),
    "dynamodbstreams": ("dynamodb", "DynamoDBStreams_20120810", "1.0", "ListStreams"),
    "kinesis": ("kinesis", "Kinesis_20131202", "1.1", "ListStreams"),
    "firehose": ("firehose", "Firehose_20150804", "1.1", "ListDeliveryStreams"),
    "events": ("events", "AWSEvents", "1.1", "ListRules"),
    "sqs": ("sqs", "AmazonSQS", "1.0", "ListQueues"),
}
CBOR = "application/x-amz-cbor-1.1"
FORM = "application/x-www-form-urlencoded"


class Response(NamedTuple):
    status: int
    headers: Any
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


class Sender:
    """Sends requests as they are to an emulator."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(
        self,
        signing_name: str,
        content: bytes,
        media_type: str,
        *,
        path: str = "/",
        method: str = "POST",
        target: str | None = None,
    ) -> Response:
        scope = f"test/20260101/{REGION}/{signing_name}/aws4_request"
        headers = {
            "Content-Type": media_type,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        }
        if target is not None:
            headers["X-Amz-Target"] = target
        request = urllib.request.Request(self._url + path, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                return Response(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, error.headers, error.read())

    def call(self, service: str, content: bytes, operation: str | None = None) -> Response:
        """Call an operation of the JSON protocol: the one that lists, if none is named."""
        signing_name, prefix, version, listing = TARGETS[service]
        target = f"{prefix}.{operation or listing}"
        return self.send(signing_name, content, f"application/x-amz-json-{version}", target=target)


@pytest.fixture
def sender(emulator: EmulatorProcess) -> Sender:
    return Sender(emulator.url)


def error_type(service: str, code: str) -> str:
    """Return an error's type as the version of a service's protocol writes it."""
    return f"com.amazon.coral.service#{code}" if TARGETS[service][2] == "1.0" else code


@pytest.mark.parametrize("service", TARGETS)
@pytest.mark.parametrize("content", [b"hi", b"{", b"", b"null", b'"x"'])
def test_body_that_is_no_structure(sender: Sender, service: str, content: bytes) -> None:
    answer = sender.call(service, content)

    assert (answer.status, answer.json) == (400, {"__type": error_type(service, "SerializationException")})
    assert answer.headers["Content-Type"] == f"application/x-amz-json-{TARGETS[service][2]}"
    assert answer.headers["x-amzn-RequestId"]


@pytest.mark.parametrize("service", TARGETS)
def test_target_of_no_operation(sender: Sender, service: str) -> None:
    signing_name, prefix, version, listing = TARGETS[service]
    media_type = f"application/x-amz-json-{version}"
    unknown = {"__type": error_type(service, "UnknownOperationException")}

    targets = [f"{prefix}.Whatever", f"Whatever.{listing}", "whatever"]
    answers = [sender.send(signing_name, b"{}", media_type, target=target) for target in targets]

    assert [(answer.status, answer.json) for answer in answers] == [(400, unknown)] * 3


@pytest.mark.parametrize("service", ["dynamodb", "kinesis", "firehose", "events"])
def test_no_target(sender: Sender, service: str) -> None:
    answer = sender.send(TARGETS[service][0], b"{}", f"application/x-amz-json-{TARGETS[service][2]}")

    assert (answer.status, answer.json) == (
        400,
        {"__type": error_type(service, "UnknownOperationException")},
    )


@pytest.mark.parametrize(
    ("service", "operation", "content", "message"),
    [
        (
            "dynamodb",
            "ListTables",
            b'{"ExclusiveStartTableName": 23}',
            "NUMBER_VALUE cannot be converted to String",
        ),
        (
            "dynamodb",
            "PutItem",
            b'{"TableName": "no-such", "Item": {"a": {"S": true}}}',
            "TRUE_VALUE cannot be converted to String",
        ),
        # BatchWriteItem is not parsed by the model.
        (
            "dynamodb",
            "BatchWriteItem",
            b'{"RequestItems": {"no-such": [{"PutRequest": {"Item": {"a": []}}}]}}',
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
        ),
        ("dynamodbstreams", "ListStreams", b'{"Limit": "23"}', "STRING_VALUE cannot be converted to Integer"),
        (
            "kinesis",
            "PutRecords",
            b'{"Records": [{"Data": "23456"}]}',
            "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes "
            "but found: 5",
        ),
        (
            "firehose",
            "PutRecordBatch",
            b'{"DeliveryStreamName": "no-such", "Records": {}}',
            "Start of structure or map found where not expected.",
        ),
        ("events", "PutEvents", b'{"Entries": "x"}', "Expected list or null"),
        (
            "sqs",
            "ReceiveMessage",
            b'{"QueueUrl": "x", "MaxNumberOfMessages": "1"}',
            "STRING_VALUE can not be converted to an Integer",
        ),
    ],
)
def test_json_of_another_type(
    sender: Sender, service: str, operation: str, content: bytes, message: str
) -> None:
    answer = sender.call(service, content, operation)

    refused = {"__type": error_type(service, "SerializationException"), "Message": message}
    assert (answer.status, answer.json) == (400, refused)


def test_a_write_of_another_type_writes_nothing(aws: Aws, sender: Sender, name: str) -> None:
    # GIVEN a table
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "orderid", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "orderid", "KeyType": "HASH"}],
    )

    # WHEN a number is written where the API has a string
    item = {"orderid": {"S": "1"}, "quantity": {"N": 5}}
    answer = sender.call("dynamodb", json.dumps({"TableName": name, "Item": item}).encode(), "PutItem")

    # THEN it is refused
    assert answer.json["Message"] == "NUMBER_VALUE cannot be converted to String"
    assert dynamodb.scan(TableName=name)["Count"] == 0


@pytest.mark.parametrize("content", [b"", b"\xa1\x65Limit", b"\xf6"])
def test_kinesis_answers_cbor_in_cbor(sender: Sender, content: bytes) -> None:
    answer = sender.send("kinesis", content, CBOR, target="Kinesis_20131202.ListStreams")

    assert (answer.status, answer.headers["Content-Type"]) == (400, CBOR)
    assert cbor2.loads(answer.content) == {"__type": "SerializationException"}


def test_cbor_of_another_type(sender: Sender) -> None:
    content = cbor2.dumps({"Limit": "23"})

    answer = sender.send("kinesis", content, CBOR, target="Kinesis_20131202.ListStreams")

    assert (answer.status, cbor2.loads(answer.content)) == (
        400,
        {
            "__type": "SerializationException",
            "Message": "class java.lang.String can not be converted to an Integer",
        },
    )


@pytest.mark.parametrize(("service", "path"), [("lambda", "/2015-03-31/functions"), ("pipes", "/v1/pipes/p")])
def test_rest_body_that_cannot_be_read(sender: Sender, service: str, path: str) -> None:
    answers = [sender.send(service, content, "application/json", path=path) for content in (b"{", b"null")]

    assert [(answer.status, answer.headers["x-amzn-ErrorType"]) for answer in answers] == [
        (400, "SerializationException")
    ] * 2


@pytest.mark.parametrize(
    ("service", "path", "content", "message"),
    [
        (
            "lambda",
            "/2015-03-31/functions",
            b'{"FunctionName": 1}',
            "NUMBER_VALUE can not be converted to a String",
        ),
        ("lambda", "/2015-03-31/functions", b'{"FunctionName": "f", "Layers": "x"}', "Expected list or null"),
        ("pipes", "/v1/pipes/p", b'{"SourceParameters": "x"}', "Expected null"),
    ],
)
def test_rest_json_of_another_type(
    sender: Sender, service: str, path: str, content: bytes, message: str
) -> None:
    answer = sender.send(service, content, "application/json", path=path)

    assert (answer.status, answer.json) == (400, {"Message": message})
    assert answer.headers["x-amzn-ErrorType"] == "SerializationException"


@pytest.mark.parametrize(("service", "path"), [("lambda", "/2015-03-31/nothing"), ("pipes", "/v9/pipes/p")])
def test_rest_path_of_no_operation(sender: Sender, service: str, path: str) -> None:
    answer = sender.send(service, b"{}", "application/json", path=path)

    assert (answer.status, answer.json) == (
        403,
        {"Message": "Unable to determine service/operation name to be authorized"},
    )
    assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"


def test_rest_query_that_cannot_be_read(sender: Sender) -> None:
    answer = sender.send(
        "lambda", b"", "application/json", path="/2015-03-31/functions?MaxItems=x", method="GET"
    )

    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (400, "SerializationException")


def test_members_that_an_operation_misses_are_named(sender: Sender) -> None:
    answer = sender.send("lambda", b"{}", "application/json", path="/2015-03-31/functions")

    assert answer.status == 400
    assert answer.json["message"] == (
        "3 validation errors detected: "
        "Value null at 'functionName' failed to satisfy constraint: Member must not be null; "
        "Value null at 'role' failed to satisfy constraint: Member must not be null; "
        "Value null at 'code' failed to satisfy constraint: Member must not be null"
    )


@pytest.mark.parametrize(
    ("service", "operation", "content", "violation"),
    [
        (
            "dynamodb",
            "ExecuteStatement",
            b'{"Statement": ""}',
            "Value '' at 'statement' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            "dynamodb",
            "BatchGetItem",
            b'{"RequestItems": {"orders": {}}}',
            "Value null at 'requestItems.orders.member.keys' failed to satisfy constraint: Member must not be null",
        ),
        (
            "events",
            "PutEvents",
            b'{"Entries": [null]}',
            "Value null at 'entries.1.member' failed to satisfy constraint: Member must not be null",
        ),
    ],
)
def test_what_breaks_the_model_is_named(
    sender: Sender, service: str, operation: str, content: bytes, violation: str
) -> None:
    answer = sender.call(service, content, operation)

    assert answer.status == 400
    assert answer.json["message"] == f"1 validation error detected: {violation}"


def test_a_queue_without_a_name(sender: Sender) -> None:
    answer = sender.call("sqs", b"{}", "CreateQueue")

    assert answer.status == 400
    assert answer.json["__type"].rpartition("#")[2] == "MissingRequiredParameterException"
    assert answer.json["message"] == "The request must contain the parameter QueueName."
    assert answer.headers["x-amzn-query-error"] == "MissingParameter;Sender"


@pytest.mark.parametrize(
    ("service", "form", "code", "message"),
    [
        (
            "sts",
            b"Action=NoSuchAction&Version=2011-06-15",
            "InvalidAction",
            "Could not find operation NoSuchAction for version 2011-06-15",
        ),
        (
            "sqs",
            b"Action=FooBar&Version=2012-11-05",
            "InvalidAction",
            "The action FooBar is not valid for this endpoint.",
        ),
        (
            "sts",
            b"Action=AssumeRole&Version=2011-06-15&RoleSessionName=session",
            "ValidationError",
            "1 validation error detected: "
            "Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
        ),
    ],
)
def test_query_that_no_operation_takes(
    sender: Sender, service: str, form: bytes, code: str, message: str
) -> None:
    answer = sender.send(service, form, FORM)

    assert answer.status == 400
    assert f"<Code>{code}</Code>" in answer.content.decode()
    assert f"<Message>{message}</Message>" in answer.content.decode()


def test_what_the_front_end_does_not_look_at(sender: Sender) -> None:
    query = sender.send("sts", b"Action=GetCallerIdentity&Version=2000-01-01", FORM)
    listing = sender.send("kinesis", b"{}", "application/json", target="Kinesis_20131202.ListStreams")

    # The version, the media type, and in both the signature.
    assert (query.status, listing.status) == (200, 200)


def test_boto3_reads_the_refusals(emulator: EmulatorProcess, sender: Sender) -> None:
    # An operation that is newer than the service, as a client with another model sends it.
    client = boto3.client("kinesis")
    client.meta.events.register(
        "before-call.kinesis.DescribeLimits",
        lambda params, **_: params["headers"].update({"X-Amz-Target": "Kinesis_20131202.Newer"}),
    )

    with pytest.raises(client.exceptions.ClientError) as raised:
        client.describe_limits()

    assert raised.value.response["Error"] == {"Code": "UnknownOperationException", "Message": ""}
    client.close()
