"""What is refused when a destination is created or updated, and in which words.

https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/firehose (texts measured on AWS)
https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
"""

from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.firehose.destination_validation import check_destination
from tests.unit.firehose.wire_fakes import destination, lambda_processor, processing, processor

TYPED = "errors/!{firehose:error-output-type}/"
CONVERSION = "DataFormatConversionConfiguration"


def refusal(wire: dict[str, Any]) -> str:
    """Return the message with which a destination is refused."""
    with pytest.raises(ServiceError) as caught:
        check_destination(wire)
    assert caught.value.code == "InvalidArgumentException"
    return caught.value.message


@pytest.mark.parametrize(
    ("prefix", "error_output_prefix", "constraint"),
    [
        (
            "!{timestamp:yyyy}/",
            "",
            "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions",
        ),
        (
            "data/",
            "errors/!{timestamp:yyyy}/",
            "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}",
        ),
        (
            "!{firehose:error-output-type}/",
            TYPED,
            "Prefix must not contain any occurrence of !{firehose:error-output-type}",
        ),
        (
            "",
            TYPED + "!{partitionKeyFromQuery:a}/",
            "Dynamic Partitioning Namespaces can't be part of an error prefix expression",
        ),
        (
            "!{firehose:other}/",
            TYPED,
            "Invalid conversion character used in the value of the expression in Prefix",
        ),
        (
            "",
            TYPED + "!{timestamp:jj}/",
            "Invalid conversion character used in the value of the expression in ErrorOutputPrefix",
        ),
        ("!{timestamp:yyyy/", TYPED, "Prefix must not contain !{ outside of an expression"),
        ("!{other:value}/", TYPED, "Prefix must not contain the unknown namespace other"),
        ("x" * 600, "", "Prefix must not be longer than 512 once evaluated"),
    ],
)
def test_prefix_that_breaks_a_rule_is_refused(prefix: str, error_output_prefix: str, constraint: str) -> None:
    wire = destination(Prefix=prefix, ErrorOutputPrefix=error_output_prefix)

    assert refusal(wire) == (f"Ths supplied prefix(es) do not satisfy the following constraint: {constraint}")


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        (
            processing(processor("Lambda", NumberOfRetries="3")),
            "LambdaArn is required when Lambda processor is used.",
        ),
        (
            processing(lambda_processor(NumberOfRetries="301")),
            "Number of retries for lambda must be between 0 and 300.",
        ),
        (
            processing(lambda_processor(BufferSizeInMBs="3.1", BufferIntervalInSeconds="60")),
            "BufferSizeInMBs for lambda processor must be between 0.2 and 3.",
        ),
        (
            processing(lambda_processor(BufferSizeInMBs="1", BufferIntervalInSeconds="901")),
            "BufferIntervalInSeconds for lambda processor must be between 0 and 900.",
        ),
        (
            processing(lambda_processor(BufferSizeInMBs="1")),
            "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda "
            "processor.",
        ),
        (
            processing(lambda_processor(), lambda_processor()),
            "Cannot have more than 1 Lambda processor.",
        ),
        (
            processing(),
            "A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled.",
        ),
        (
            processing(processor("MetadataExtraction", MetadataExtractionQuery="{a:.a}")),
            "MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6",
        ),
        (
            processing(processor("RecordDeAggregation", SubRecordType="CSV")),
            "SubRecordType has to be one of JSON, DELIMITED",
        ),
        (
            processing(processor("RecordDeAggregation", SubRecordType="DELIMITED")),
            "Delimiter should be present for DELIMITED",
        ),
        (
            processing(processor("Decompression", CompressionFormat="ZIP")),
            "CompressionFormat has to be GZIP",
        ),
        (
            processing(processor("CloudWatchLogProcessing", DataMessageExtraction="true")),
            "CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor",
        ),
        (
            destination(CompressionFormat="GZIP", **{CONVERSION: {}}),
            "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is "
            "enabled. To enable compression within the converted output format, set the appropriate "
            "serialization option in the output format configuration.",
        ),
        (
            destination(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 60}, **{CONVERSION: {}}),
            "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.",
        ),
        (
            destination(**{CONVERSION: {"Enabled": True}}),
            "InputFormatConfiguration must not be null",
        ),
        (
            destination(DynamicPartitioningConfiguration={"Enabled": True}),
            "Processing Configuration is not enabled when DataPartitioning is enabled",
        ),
        (
            processing(lambda_processor())
            | {
                "DynamicPartitioningConfiguration": {"Enabled": True},
                "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
            },
            "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.",
        ),
        (
            destination(
                S3BackupMode="Enabled",
                S3BackupConfiguration=destination(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 5}),
            ),
            "S3 backup buffering interval must be between 60 and 900 seconds.",
        ),
    ],
)
def test_setting_that_aws_refuses_is_refused_in_its_words(wire: dict[str, Any], message: str) -> None:
    assert refusal(wire) == message


@pytest.mark.parametrize(
    ("wire", "field"),
    [
        (destination(CompressionFormat="Snappy"), "ExtendedS3DestinationConfiguration.CompressionFormat=Snappy"),
        (
            destination(CompressionFormat="HADOOP_SNAPPY"),
            "ExtendedS3DestinationConfiguration.CompressionFormat=HADOOP_SNAPPY",
        ),
        (
            processing(lambda_processor(), processor("RecordDeAggregation", SubRecordType="JSON")),
            "ProcessingConfiguration.Processors.2.Type=RecordDeAggregation",
        ),
        (processing(processor("Decompression")), "ProcessingConfiguration.Processors.1.Type=Decompression"),
        (
            processing(lambda_processor()) | {"DynamicPartitioningConfiguration": {"Enabled": True}},
            "ExtendedS3DestinationConfiguration.DynamicPartitioningConfiguration",
        ),
        (
            destination(
                **{
                    CONVERSION: {
                        "SchemaConfiguration": {"RoleARN": "r", "DatabaseName": "d", "TableName": "t"},
                        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
                        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
                    }
                }
            ),
            "ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration",
        ),
    ],
)  # fmt: skip
def test_setting_that_is_not_built_is_refused_by_name(wire: dict[str, Any], field: str) -> None:
    assert refusal(wire) == f"{field} is not supported by this emulator."


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (destination(BufferingHints={"SizeInMBs": 5}), "BufferingHints needs both"),
        (destination(BufferingHints={"IntervalInSeconds": 5}), "BufferingHints needs both"),
        (destination(CloudWatchLoggingOptions={"Enabled": True}), "LogGroupName is needed"),
        (destination(CustomTimeZone="Mars/Olympus"), "not a known time zone"),
        (destination(S3BackupMode="Enabled"), "S3BackupConfiguration is needed"),
        (processing(lambda_processor(Delimiter="x")), "does not take the parameter Delimiter"),
        (processing(lambda_processor(NumberOfRetries="many")), "is not a number"),
        (destination(Prefix="!{partitionKeyFromQuery:a}/", ErrorOutputPrefix=TYPED), "dynamic partitioning"),
        (destination(Prefix="!{timestamp:z}/", ErrorOutputPrefix=TYPED), "not supported by this emulator"),
    ],
)
def test_refusal_whose_words_on_aws_are_not_known_names_the_setting(wire: dict[str, Any], words: str) -> None:
    assert words in refusal(wire)


@pytest.mark.parametrize(
    "wire",
    [
        destination(),
        destination(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0}),
        destination(Prefix="a/!{timestamp:yyyy}/!{firehose:random-string}/", ErrorOutputPrefix=TYPED),
        destination(CustomTimeZone="Asia/Tokyo", FileExtension=".json", CompressionFormat="ZIP"),
        destination(CustomTimeZone="", FileExtension=""),
        destination(**{CONVERSION: {"Enabled": False}}),
        destination(DynamicPartitioningConfiguration={"Enabled": False}),
        processing(lambda_processor(BufferSizeInMBs="0.2", BufferIntervalInSeconds="0")),
        processing(lambda_processor(), processor("AppendDelimiterToRecord")),
        processing(enabled=False),
        destination(S3BackupMode="Enabled", S3BackupConfiguration=destination()),
    ],
)
def test_setting_that_is_built_is_taken(wire: dict[str, Any]) -> None:
    check_destination(wire)
