"""JSON of another type than the API has, in the words of each service.

Wordings: architect/dynalite and mhart/kinesalite, whose cases were recorded on AWS; for the other services answers of
Athena (raw HTTP, 2026), SQS (`STRING_VALUE can not be converted to an Integer`), Lambda (`NUMBER_VALUE can not be
converted to a String`) and SES, recorded by others.
"""

from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from emulator.protocol.type_fault import find
from emulator.protocol.wording import wording_of

CAST = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
    "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base "
    "of loader 'bootstrap')"
)
VALUE = "java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"
NUMBER = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"


def input_of(service: str, operation: str) -> Shape:
    shape = (
        ServiceModel(Loader().load_service_model(service, "service-2")).operation_model(operation).input_shape
    )
    assert shape is not None
    return shape


def fault(service: str, operation: str, request: Any) -> str | None:
    return find(input_of(service, operation), request, wording_of(service))


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("PutItem", {"TableName": 23}, "NUMBER_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": -2147483648}, "NUMBER_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": 34.56}, "DECIMAL_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": True}, "TRUE_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": False}, "FALSE_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": []}, "Unrecognized collection type class java.lang.String"),
        ("PutItem", {"TableName": {}}, "Start of structure or map found where not expected"),
        ("Scan", {"Limit": "23"}, "STRING_VALUE cannot be converted to Integer"),
        ("Scan", {"Limit": True}, "TRUE_VALUE cannot be converted to Integer"),
        ("Scan", {"Limit": []}, "Unrecognized collection type class java.lang.Integer"),
        ("Scan", {"Limit": {}}, "Start of structure or map found where not expected"),
        (
            "CreateTable",
            {"ProvisionedThroughput": {"ReadCapacityUnits": "23"}},
            "STRING_VALUE cannot be converted to Long",
        ),
        ("Query", {"ConsistentRead": "23"}, "Unexpected token received from parser"),
        ("Query", {"ConsistentRead": 23}, "NUMBER_VALUE cannot be converted to Boolean"),
        ("Query", {"ConsistentRead": 34.56}, "DECIMAL_VALUE cannot be converted to Boolean"),
        ("Query", {"ConsistentRead": []}, "Unrecognized collection type class java.lang.Boolean"),
        ("Query", {"ConsistentRead": {}}, "Start of structure or map found where not expected"),
        ("PutItem", {"Item": "23"}, "Unexpected field type"),
        ("PutItem", {"Item": []}, f"Unrecognized collection type {VALUE}"),
        ("PutItem", {"Item": {"Attr": "23"}}, "Unexpected value type in payload"),
        (
            "PutItem",
            {"Item": {"Attr": []}},
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
        ),
        ("PutItem", {"Item": {"Attr": {"S": 23}}}, "NUMBER_VALUE cannot be converted to String"),
        (
            "PutItem",
            {"Item": {"Attr": {"B": 23}}},
            "only base-64-encoded strings are convertible to bytes",
        ),
        ("PutItem", {"Item": {"Attr": {"B": []}}}, "Unrecognized collection type class java.nio.ByteBuffer"),
        (
            "PutItem",
            {"Item": {"Attr": {"B": "23456"}}},
            "Base64 encoded length is expected a multiple of 4 bytes but found: 5",
        ),
        ("PutItem", {"Item": {"Attr": {"B": "=+/="}}}, "Invalid last non-pad Base64 character dectected"),
        ("PutItem", {"Item": {"Attr": {"B": "+/+="}}}, "Invalid last non-pad Base64 character dectected"),
        ("PutItem", {"Item": {"Attr": {"SS": "23"}}}, "Unexpected field type"),
        (
            "PutItem",
            {"Item": {"Attr": {"SS": {}}}},
            "Start of structure or map found where not expected",
        ),
        ("PutItem", {"Item": {"Attr": {"L": ["23"]}}}, "Unexpected value type in payload"),
        ("PutItem", {"Item": {"Attr": {"M": []}}}, f"Unrecognized collection type {VALUE}"),
        ("PutItem", {"Expected": {"Attr": {"Value": "23"}}}, "Unexpected field type"),
        (
            "PutItem",
            {"ExpressionAttributeNames": []},
            "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>",
        ),
        ("CreateTable", {"KeySchema": ["23"]}, "Unexpected value type in payload"),
        ("CreateTable", {"ProvisionedThroughput": "23"}, "Unexpected field type"),
        (
            "CreateTable",
            {"ProvisionedThroughput": []},
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.ProvisionedThroughput",
        ),
        (
            "BatchWriteItem",
            {"RequestItems": []},
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>>",
        ),
        ("BatchWriteItem", {"RequestItems": {"Attr": "23"}}, CAST),
        (
            "BatchWriteItem",
            {"RequestItems": {"Attr": {}}},
            "Start of structure or map found where not expected",
        ),
        ("BatchWriteItem", {"RequestItems": {"Attr": [{"PutRequest": "23"}]}}, "Unexpected field type"),
        ("BatchGetItem", {"RequestItems": {"Attr": {"Keys": ["23"]}}}, CAST),
        (
            "BatchGetItem",
            {"RequestItems": {"Attr": {"Keys": [[]]}}},
            f"Unrecognized collection type {VALUE}",
        ),
    ],
)
def test_dynamodb_names_the_type_as_its_own_reader_does(operation: str, request_: Any, message: str) -> None:
    assert fault("dynamodb", operation, request_) == message


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("PutRecord", {"StreamName": True}, "class java.lang.Boolean can not be converted to an String"),
        ("PutRecord", {"StreamName": 34.56}, f"{NUMBER} can not be converted to an String"),
        ("PutRecord", {"StreamName": []}, "Start of list found where not expected"),
        ("PutRecord", {"StreamName": {}}, "Start of structure or map found where not expected."),
        ("ListStreams", {"Limit": "23"}, "class java.lang.String can not be converted to an Integer"),
        ("ListStreams", {"Limit": True}, "class java.lang.Boolean can not be converted to an Integer"),
        (
            "GetShardIterator",
            {"Timestamp": "23"},
            "class java.lang.String can not be converted to milliseconds since epoch",
        ),
        (
            "GetShardIterator",
            {"Timestamp": True},
            "class java.lang.Boolean can not be converted to milliseconds since epoch",
        ),
        ("GetShardIterator", {"Timestamp": []}, "Start of list found where not expected"),
        ("PutRecord", {"Data": True}, "class java.lang.Boolean can not be converted to a Blob"),
        ("PutRecord", {"Data": 23}, f"{NUMBER} can not be converted to a Blob"),
        ("PutRecord", {"Data": {}}, "Start of structure or map found where not expected."),
        (
            "PutRecord",
            {"Data": "23456"},
            "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes "
            "but found: 5",
        ),
        (
            "PutRecord",
            {"Data": "=+/="},
            "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='",
        ),
        (
            "PutRecord",
            {"Data": "+/+="},
            "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
        ),
        ("PutRecords", {"Records": "23"}, "Expected list or null"),
        ("PutRecords", {"Records": {}}, "Start of structure or map found where not expected."),
        ("PutRecords", {"Records": ["23"]}, "Expected null"),
        ("PutRecords", {"Records": [[]]}, "Start of list found where not expected"),
        ("AddTagsToStream", {"Tags": 23}, "Expected map or null"),
        ("AddTagsToStream", {"Tags": []}, "Start of list found where not expected"),
        ("PutRecords", [], "Start of list found where not expected"),
    ],
)
def test_kinesis_names_the_classes_of_its_framework(operation: str, request_: Any, message: str) -> None:
    assert fault("kinesis", operation, request_) == message


@pytest.mark.parametrize(
    ("service", "operation", "request_", "message"),
    [
        (
            "sqs",
            "SendMessage",
            {"DelaySeconds": "invalid"},
            "STRING_VALUE can not be converted to an Integer",
        ),
        ("sqs", "SendMessage", {"DelaySeconds": True}, "TRUE_VALUE can not be converted to an Integer"),
        (
            "lambda",
            "CreateFunction",
            {"FunctionName": 1},
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "lambda",
            "CreateFunction",
            {"FunctionName": False},
            "FALSE_VALUE can not be converted to a String",
        ),
        ("lambda", "CreateFunction", {"Layers": "x"}, "Expected list or null"),
        ("lambda", "CreateFunction", {"TracingConfig": "x"}, "Expected null"),
        (
            "lambda",
            "CreateFunction",
            {"Publish": "x"},
            "STRING_VALUE can not be converted to an Boolean",
        ),
        ("lambda", "CreateFunction", {"Publish": 1}, "NUMBER_VALUE can not be converted to a Boolean"),
        (
            "firehose",
            "PutRecord",
            {"Record": {"Data": {}}},
            "Start of structure or map found where not expected.",
        ),
        ("events", "PutEvents", {"Entries": [[]]}, "Start of list found where not expected"),
        ("events", "PutEvents", {"Entries": {}}, "Start of structure or map found where not expected."),
    ],
)
def test_the_other_services_name_the_token(service: str, operation: str, request_: Any, message: str) -> None:
    assert fault(service, operation, request_) == message


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        # Null is the same as nothing, and what the model does not know is ignored.
        ("kinesis", "ListStreams", {"Limit": None, "Unknown": [1]}),
        # A number with a fraction is cut off.
        ("kinesis", "ListStreams", {"Limit": 1.5}),
        ("kinesis", "PutRecord", {"Data": "", "PartitionKey": "1"}),
        ("kinesis", "PutRecord", {"Data": "AA==", "PartitionKey": "1"}),
        # CBOR has bytes.
        ("kinesis", "PutRecord", {"Data": b"\x00", "PartitionKey": "1"}),
        ("dynamodb", "Query", {"ConsistentRead": "yes"}),
        ("dynamodb", "PutItem", {"Item": {"a": {"S": None, "N": "1"}}}),
        # Its place is the path.
        ("lambda", "UpdateFunctionCode", {"FunctionName": 1}),
    ],
)
def test_what_aws_takes_is_no_fault(service: str, operation: str, request_: Any) -> None:
    assert fault(service, operation, request_) is None


def test_the_first_fault_of_the_body_is_told() -> None:
    assert fault("kinesis", "PutRecord", {"PartitionKey": [], "StreamName": 1}) == (
        "Start of list found where not expected"
    )


def test_a_body_that_is_nested_too_deeply_to_be_looked_at_has_no_fault_of_type() -> None:
    value: Any = {"S": "a"}
    for _ in range(5000):
        value = {"L": [value]}

    assert fault("dynamodb", "PutItem", {"TableName": "t", "Item": {"a": value}}) is None
