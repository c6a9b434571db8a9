"""The model's constraints, in the words of AWS's front end.

https://github.com/floci-io/floci/issues/2328 (captured from AWS, as are the orders)
https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
"""

from typing import Any

import botocore.session
import pytest
from botocore.model import Shape

from emulator.errors import ServiceError
from emulator.firehose.validation.constraint import check
from tests.unit.firehose.wire_fakes import converted, destination, lambda_processor, processing, processor

MODEL = botocore.session.Session().get_service_model("firehose")


def input_shape(operation_name: str) -> Shape:
    shape = MODEL.operation_model(operation_name).input_shape
    assert shape is not None
    return shape


def create(**members: Any) -> dict[str, Any]:
    return {"DeliveryStreamName": "orders", **members}


EXTENDED = "ExtendedS3DestinationConfiguration"
CONVERSION = "extendedS3DestinationConfiguration.dataFormatConversionConfiguration"
PARQUET = f"{CONVERSION}.outputFormatConfiguration.serializer.parquetSerDe"
ORC = f"{CONVERSION}.outputFormatConfiguration.serializer.orcSerDe"
MAPPINGS = f"{CONVERSION}.inputFormatConfiguration.deserializer.openXJsonSerDe.columnToJsonKeyMappings"
SCHEMA = f"{CONVERSION}.schemaConfiguration"
PATTERN = "Member must satisfy regular expression pattern: "
SCHEMA_MEMBERS = ("RoleARN", "CatalogId", "DatabaseName", "TableName", "Region", "VersionId")
COLLECTED = (
    "[Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, "
    f"{PATTERN}"
)


def violation(path: str, constraint: str) -> str:
    return f"Value at '{path}' failed to satisfy constraint: {constraint}"


def at_least(bound: str) -> str:
    return f"Member must have value greater than or equal to {bound}"


def at_most(bound: str) -> str:
    return f"Member must have value less than or equal to {bound}"


def one_of(values: str) -> str:
    return f"Member must satisfy enum value set: [{values}]"


@pytest.mark.parametrize(
    ("operation_name", "request_", "message"),
    [
        (
            "DescribeDeliveryStream",
            {},
            "1 validation error detected: Value at 'deliveryStreamName' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            "CreateDeliveryStream",
            create(DeliveryStreamName="a b"),
            "1 validation error detected: Value at 'deliveryStreamName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            "CreateDeliveryStream",
            create(**{EXTENDED: {"BucketARN": "arn:aws:s3:::bucket"}}),
            "1 validation error detected: Value at 'extendedS3DestinationConfiguration.roleARN' failed to "
            "satisfy constraint: Member must not be null",
        ),
        (
            "CreateDeliveryStream",
            create(**{EXTENDED: destination(CompressionFormat="SNAPPY")}),
            "1 validation error detected: Value at "
            "'extendedS3DestinationConfiguration.compressionFormat' failed to satisfy constraint: Member must "
            "satisfy enum value set: [ZIP, HADOOP_SNAPPY, Snappy, GZIP, UNCOMPRESSED]",
        ),
        (
            "CreateDeliveryStream",
            create(**{EXTENDED: processing(processor("Jq"))}),
            "1 validation error detected: Value at "
            "'extendedS3DestinationConfiguration.processingConfiguration.processors.1.member.type' failed to "
            "satisfy constraint: Member must satisfy enum value set: [Decompression, Lambda, RecordDeAggregation, "
            "MetadataExtraction, AppendDelimiterToRecord, CloudWatchLogProcessing]",
        ),
        (
            "CreateDeliveryStream",
            create(**{EXTENDED: destination(BufferingHints={"SizeInMBs": 129, "IntervalInSeconds": -1})}),
            "2 validation errors detected: Value at "
            "'extendedS3DestinationConfiguration.bufferingHints.sizeInMBs' failed to satisfy constraint: Member "
            "must have value less than or equal to 128; Value at "
            "'extendedS3DestinationConfiguration.bufferingHints.intervalInSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 0",
        ),
        (
            "PutRecordBatch",
            {"DeliveryStreamName": "orders", "Records": []},
            "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1",
        ),
        (
            "PutRecord",
            {"DeliveryStreamName": "orders", "Record": {"Data": b"x" * 1_024_001}},
            "1 validation error detected: Value at 'record.data' failed to satisfy constraint: Member "
            "must have length less than or equal to 1024000",
        ),
        (
            # https://github.com/floci-io/floci/issues/2328 (an answer of AWS)
            "CreateDeliveryStream",
            create(**{EXTENDED: destination(FileExtension="json")}),
            "1 validation error detected: Value at 'extendedS3DestinationConfiguration.fileExtension' failed to "
            "satisfy constraint: Member must satisfy regular expression pattern: ^(|\\.[0-9a-z!\\-_.*'()]+)$",
        ),
        (
            "TagDeliveryStream",
            {"DeliveryStreamName": "orders", "Tags": [{"Key": "aws:mine"}]},
            "1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: "
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


@pytest.mark.parametrize(
    ("wire", "violations"),
    [
        (
            converted(
                OutputFormatConfiguration={
                    "Serializer": {
                        "ParquetSerDe": {
                            "BlockSizeBytes": 1,
                            "PageSizeBytes": 1,
                            "Compression": "ZSTD",
                            "MaxPaddingBytes": -1,
                            "WriterVersion": "V3",
                        }
                    }
                }
            ),
            [
                violation(f"{PARQUET}.maxPaddingBytes", at_least("0")),
                violation(f"{PARQUET}.blockSizeBytes", at_least("67108864")),
                violation(f"{PARQUET}.pageSizeBytes", at_least("65536")),
                violation(f"{PARQUET}.compression", one_of("SNAPPY, GZIP, UNCOMPRESSED")),
                violation(f"{PARQUET}.writerVersion", one_of("V1, V2")),
            ],
        ),
        (
            converted(
                OutputFormatConfiguration={
                    "Serializer": {
                        "OrcSerDe": {
                            "StripeSizeBytes": 1,
                            "BlockSizeBytes": 1,
                            "RowIndexStride": 1,
                            "PaddingTolerance": -1.0,
                            "Compression": "ZSTD",
                            "BloomFilterFalsePositiveProbability": 2.0,
                            "DictionaryKeyThreshold": 2.0,
                            "FormatVersion": "V0_10",
                        }
                    }
                }
            ),
            [
                violation(f"{ORC}.dictionaryKeyThreshold", at_most("1")),
                violation(f"{ORC}.blockSizeBytes", at_least("67108864")),
                violation(f"{ORC}.rowIndexStride", at_least("1000")),
                violation(f"{ORC}.paddingTolerance", at_least("0")),
                violation(f"{ORC}.stripeSizeBytes", at_least("8388608")),
                violation(f"{ORC}.compression", one_of("ZLIB, SNAPPY, NONE")),
                violation(f"{ORC}.formatVersion", one_of("V0_11, V0_12")),
                violation(f"{ORC}.bloomFilterFalsePositiveProbability", at_most("1")),
            ],
        ),
        (
            converted(
                OutputFormatConfiguration={
                    "Serializer": {"OrcSerDe": {"DictionaryKeyThreshold": float("nan")}}
                }
            ),
            [
                violation(f"{ORC}.dictionaryKeyThreshold", at_most("1")),
                violation(f"{ORC}.dictionaryKeyThreshold", at_least("0")),
            ],
        ),
        (
            converted(
                InputFormatConfiguration={
                    "Deserializer": {
                        "OpenXJsonSerDe": {"ColumnToJsonKeyMappings": {"has space": "", "also space": " "}}
                    }
                },
                OutputFormatConfiguration={"Serializer": {"ParquetSerDe": {"PageSizeBytes": 1}}},
                SchemaConfiguration={"TableName": "g h"},
            ),
            [
                violation(f"{PARQUET}.pageSizeBytes", at_least("65536")),
                violation(MAPPINGS, f"Map keys must satisfy constraint: {COLLECTED}^\\S+$]"),
                violation(MAPPINGS, f"Map value must satisfy constraint: {COLLECTED}^(?!\\s*$).+]"),
                violation(f"{SCHEMA}.tableName", f"{PATTERN}^\\S+$"),
            ],
        ),
        (
            converted(SchemaConfiguration=dict.fromkeys(SCHEMA_MEMBERS, "a b")),
            [
                violation(f"{SCHEMA}.{name}", f"{PATTERN}^\\S+$")
                for name in ("versionId", "catalogId", "databaseName", "roleARN", "region", "tableName")
            ],
        ),
        (
            processing(lambda_processor(Bogus="value")),
            [
                violation(
                    "extendedS3DestinationConfiguration.processingConfiguration.processors.1.member."
                    "parameters.2.member.parameterName",
                    one_of(
                        "DataMessageExtraction, NumberOfRetries, Delimiter, RoleArn, JsonParsingEngine, "
                        "SubRecordType, MetadataExtractionQuery, BufferIntervalInSeconds, LambdaArn, "
                        "BufferSizeInMBs, CompressionFormat"
                    ),
                )
            ],
        ),
        (
            processing(processor("Lambda", LambdaArn="")),
            [
                violation(
                    "extendedS3DestinationConfiguration.processingConfiguration.processors.1.member."
                    "parameters.1.member.parameterValue",
                    constraint,
                )
                for constraint in (
                    "Member must have length greater than or equal to 1",
                    f"{PATTERN}^(?!\\s*$).+",
                )
            ],
        ),
    ],
)
def test_violations_are_in_the_order_that_was_captured(wire: dict[str, Any], violations: list[str]) -> None:
    # WHEN many members break their constraints
    with pytest.raises(ServiceError) as caught:
        check(input_shape("CreateDeliveryStream"), create(**{EXTENDED: wire}))

    # THEN they are listed as AWS lists them
    noun = "error" if len(violations) == 1 else "errors"
    assert caught.value.message == f"{len(violations)} validation {noun} detected: {'; '.join(violations)}"
