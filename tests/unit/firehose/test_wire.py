"""From the API's destination to the data plane's settings.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
"""

from typing import Any

import pytest

from emulator.firehose.configuration import (
    BufferingHints,
    Configuration,
    FormatConversion,
    LambdaProcessor,
    LogDestination,
    Preparation,
    RecordDeAggregation,
    S3Destination,
    TableReference,
)
from emulator.firehose.wire import configuration_from
from tests.unit.firehose.resource_fakes import ACCOUNT_ID, REGION
from tests.unit.firehose.wire_fakes import (
    LAMBDA_ARN,
    ROLE_ARN,
    converted,
    destination,
    lambda_processor,
    metadata_extraction,
    partitioned,
    processing,
    processor,
)


def read(wire: dict[str, Any]) -> Configuration:
    return configuration_from(wire, 4, ACCOUNT_ID, REGION)


def test_plain_destination_is_read_with_the_defaults() -> None:
    assert read(destination()) == Configuration(4, S3Destination("bucket", BufferingHints(5, 300)))


def test_everything_about_objects_is_read() -> None:
    # GIVEN a destination with every setting of its own
    wire = destination(
        Prefix="data/",
        ErrorOutputPrefix="errors/",
        BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0},
        FileExtension=".json",
        CustomTimeZone="Asia/Tokyo",
        CompressionFormat="HADOOP_SNAPPY",
        EncryptionConfiguration={"KMSEncryptionConfig": {"AWSKMSKeyARN": "arn:key"}},
        CloudWatchLoggingOptions={"Enabled": True, "LogGroupName": "group", "LogStreamName": "stream"},
        S3BackupMode="Enabled",
        S3BackupConfiguration=destination(BucketARN="arn:aws:s3:::backups"),
    )

    # THEN nothing is lost
    assert read(wire) == Configuration(
        4,
        S3Destination(
            "bucket",
            BufferingHints(1, 0),
            prefix="data/",
            error_output_prefix="errors/",
            compression_format="HADOOP_SNAPPY",
            file_extension=".json",
            custom_time_zone="Asia/Tokyo",
            kms_key_arn="arn:key",
            log_destination=LogDestination("group", "stream"),
        ),
        backup=S3Destination("backups", BufferingHints(5, 300)),
    )


def test_processors_are_read() -> None:
    # GIVEN a function with every parameter, and a delimiter
    settings = read(
        processing(
            lambda_processor(NumberOfRetries="0", BufferSizeInMBs="0.2", BufferIntervalInSeconds="5"),
            processor("AppendDelimiterToRecord"),
        )
    )

    assert (settings.processor, settings.append_delimiter) == (
        LambdaProcessor(LAMBDA_ARN, 0, BufferingHints(0.2, 5)),
        True,
    )


def test_function_has_the_buffer_and_retries_that_it_does_not_give() -> None:
    settings = read(processing(lambda_processor()))

    assert settings.processor == LambdaProcessor(LAMBDA_ARN, 3, BufferingHints(1, 60))


@pytest.mark.parametrize(
    ("processors", "preparation"),
    [
        ([processor("Decompression")], Preparation(decompress=True)),
        (
            [
                processor("Decompression"),
                processor("CloudWatchLogProcessing", DataMessageExtraction="True"),
            ],
            Preparation(decompress=True, extract_messages=True),
        ),
        (
            [
                processor("Decompression"),
                processor("CloudWatchLogProcessing", DataMessageExtraction="false"),
            ],
            Preparation(decompress=True, extract_messages=False),
        ),
        (
            [processor("RecordDeAggregation", SubRecordType="JSON")],
            Preparation(de_aggregation=RecordDeAggregation("JSON")),
        ),
        # The documentation's own example of a delimiter.
        (
            [processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter="IyMjIw==")],
            Preparation(de_aggregation=RecordDeAggregation("DELIMITED", b"####")),
        ),
        ([processor("AppendDelimiterToRecord")], None),
    ],
)
def test_preparation_is_read(processors: list[dict[str, Any]], preparation: Preparation | None) -> None:
    assert read(processing(*processors)).preparation == preparation


def test_partitioning_is_read() -> None:
    settings = read(partitioned(metadata_extraction("{customer: .customer}")))

    assert (
        settings.dynamic_partitioning,
        settings.metadata_extraction_query,
        settings.destination.buffering_hints,
    ) == (True, "{customer: .customer}", BufferingHints(128, 300))


def test_conversion_is_read_with_the_catalogue_of_the_account() -> None:
    assert read(converted()).format_conversion == FormatConversion(
        TableReference(ROLE_ARN, ACCOUNT_ID, "shop", "orders", REGION, "LATEST"),
        "OpenXJsonSerDe",
        "ParquetSerDe",
    )


def test_conversion_is_read_with_everything_that_it_gives() -> None:
    # GIVEN a conversion with all of its members
    wire = converted(
        SchemaConfiguration={
            "RoleARN": ROLE_ARN,
            "CatalogId": "111111111111",
            "DatabaseName": "shop",
            "TableName": "orders",
            "Region": "eu-west-1",
            "VersionId": "3",
        },
        InputFormatConfiguration={"Deserializer": {"HiveJsonSerDe": {"TimestampFormats": ["millis"]}}},
        OutputFormatConfiguration={"Serializer": {"OrcSerDe": {"Compression": "ZLIB"}}},
    )

    # THEN nothing is lost
    assert read(wire).format_conversion == FormatConversion(
        TableReference(ROLE_ARN, "111111111111", "shop", "orders", "eu-west-1", "3"),
        "HiveJsonSerDe",
        "OrcSerDe",
        {"TimestampFormats": ["millis"]},
        {"Compression": "ZLIB"},
    )


@pytest.mark.parametrize(
    "wire",
    [
        processing(lambda_processor(), processor("AppendDelimiterToRecord"), enabled=False),
        processing(lambda_processor(), enabled=None),
        converted(Enabled=False),
        destination(DynamicPartitioningConfiguration={"Enabled": False}),
        destination(S3BackupConfiguration=destination()),
    ],
)
def test_what_is_not_enabled_does_nothing(wire: dict[str, Any]) -> None:
    assert read(wire) == Configuration(4, S3Destination("bucket", BufferingHints(5, 300)))
