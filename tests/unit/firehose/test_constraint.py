"""The model's constraints, in the words of AWS's front end.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
"""

from typing import Any

import botocore.session
import pytest
from botocore.model import Shape

from emulator.errors import ServiceError
from emulator.firehose.constraint import check
from tests.unit.firehose.wire_fakes import destination, processing, processor

MODEL = botocore.session.Session().get_service_model("firehose")


def input_shape(operation_name: str) -> Shape:
    shape = MODEL.operation_model(operation_name).input_shape
    assert shape is not None
    return shape


def create(**members: Any) -> dict[str, Any]:
    return {"DeliveryStreamName": "orders", **members}


EXTENDED = "ExtendedS3DestinationConfiguration"


@pytest.mark.parametrize(
    ("operation_name", "request_", "message"),
    [
        (
            "DescribeDeliveryStream",
            {},
            "1 validation error detected: Value null at 'deliveryStreamName' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            "CreateDeliveryStream",
            create(DeliveryStreamName="a b"),
            "1 validation error detected: Value 'a b' at 'deliveryStreamName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            "CreateDeliveryStream",
            create(**{EXTENDED: {"BucketARN": "arn:aws:s3:::bucket"}}),
            "1 validation error detected: Value null at 'extendedS3DestinationConfiguration.roleARN' failed to "
            "satisfy constraint: Member must not be null",
        ),
        (
            "CreateDeliveryStream",
            create(**{EXTENDED: destination(CompressionFormat="SNAPPY")}),
            "1 validation error detected: Value 'SNAPPY' at "
            "'extendedS3DestinationConfiguration.compressionFormat' failed to satisfy constraint: Member must "
            "satisfy enum value set: [ZIP, HADOOP_SNAPPY, Snappy, GZIP, UNCOMPRESSED]",
        ),
        (
            "CreateDeliveryStream",
            create(**{EXTENDED: processing(processor("Jq"))}),
            "1 validation error detected: Value 'Jq' at "
            "'extendedS3DestinationConfiguration.processingConfiguration.processors.1.member.type' failed to "
            "satisfy constraint: Member must satisfy enum value set: [Decompression, Lambda, RecordDeAggregation, "
            "MetadataExtraction, AppendDelimiterToRecord, CloudWatchLogProcessing]",
        ),
        (
            "CreateDeliveryStream",
            create(**{EXTENDED: destination(BufferingHints={"SizeInMBs": 129, "IntervalInSeconds": -1})}),
            "2 validation errors detected: Value '129' at "
            "'extendedS3DestinationConfiguration.bufferingHints.sizeInMBs' failed to satisfy constraint: Member "
            "must have value less than or equal to 128; Value '-1' at "
            "'extendedS3DestinationConfiguration.bufferingHints.intervalInSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 0",
        ),
        (
            "PutRecordBatch",
            {"DeliveryStreamName": "orders", "Records": []},
            "1 validation error detected: Value '[...]' at 'records' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1",
        ),
        (
            "PutRecord",
            {"DeliveryStreamName": "orders", "Record": {"Data": b"x" * 1_024_001}},
            "1 validation error detected: Value '[...]' at 'record.data' failed to satisfy constraint: Member "
            "must have length less than or equal to 1024000",
        ),
        (
            "TagDeliveryStream",
            {"DeliveryStreamName": "orders", "Tags": [{"Key": "aws:mine"}]},
            "1 validation error detected: Value 'aws:mine' at 'tags.1.member.key' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: "
            "^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$",
        ),
    ],
)
def test_violation_is_named(operation_name: str, request_: dict[str, Any], message: str) -> None:
    # WHEN a request breaks the model's constraints
    with pytest.raises(ServiceError) as caught:
        check(input_shape(operation_name), request_)

    # THEN every violation is in the message
    assert (caught.value.code, caught.value.message) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("operation_name", "request_"),
    [
        ("CreateDeliveryStream", create(**{EXTENDED: destination(FileExtension="", CustomTimeZone="")})),
        ("PutRecord", {"DeliveryStreamName": "orders", "Record": {"Data": b"x" * 1_024_000}}),
        ("PutRecordBatch", {"DeliveryStreamName": "orders", "Records": [{"Data": b""}] * 500}),
        ("TagDeliveryStream", {"DeliveryStreamName": "orders", "Tags": [{"Key": "Größe 1", "Value": ""}]}),
    ],
)
def test_request_within_the_constraints_is_taken(operation_name: str, request_: dict[str, Any]) -> None:
    check(input_shape(operation_name), request_)
