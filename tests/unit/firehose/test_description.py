"""What DescribeDeliveryStream answers.

https://github.com/localstack/localstack/tree/main/tests/aws/services/cloudformation/resources (recorded on AWS)
https://docs.aws.amazon.com/firehose/latest/APIReference/API_DescribeDeliveryStream.html
"""

from typing import Any

import pytest

from emulator.firehose.resource import DESTINATION_ID
from tests.unit.firehose.fakes import IDENTITY, STREAM_ARN
from tests.unit.firehose.resource_fakes import CREATED, extended, resource
from tests.unit.firehose.wire_fakes import (
    LAMBDA_ARN,
    ROLE_ARN,
    conversion,
    converted,
    destination,
    lambda_processor,
    metadata_extraction,
    partitioned,
    processing,
    processor,
)


def test_description_fills_in_the_defaults() -> None:
    # GIVEN a direct-put delivery stream with nothing but role and bucket
    subject = resource(destination())

    # THEN every default is described, and no block that was not given
    plain = {
        "RoleARN": ROLE_ARN,
        "BucketARN": "arn:aws:s3:::bucket",
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
        "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": False},
    }
    assert subject.description() == {
        "DeliveryStreamName": "deliveries",
        "DeliveryStreamARN": IDENTITY.arn,
        "DeliveryStreamStatus": "ACTIVE",
        "DeliveryStreamType": "DirectPut",
        "VersionId": "1",
        "CreateTimestamp": CREATED,
        "DeliveryStreamEncryptionConfiguration": {"Status": "DISABLED"},
        "Destinations": [
            {
                "DestinationId": DESTINATION_ID,
                "S3DestinationDescription": plain,
                "ExtendedS3DestinationDescription": plain | {"S3BackupMode": "Disabled"},
            }
        ],
        "HasMoreDestinations": False,
    }


def test_description_of_a_partitioned_data_stream_is_the_recorded_one() -> None:
    # GIVEN the delivery stream of the recording
    query = metadata_extraction("{s3Prefix: .tableName}")
    subject = resource(
        partitioned(
            query,
            BufferingHints={"IntervalInSeconds": 60, "SizeInMBs": 64},
            Prefix="firehoseTest/!{partitionKeyFromQuery:s3Prefix}",
            ErrorOutputPrefix="firehoseTest-errors/!{firehose:error-output-type}/",
            DataFormatConversionConfiguration={"Enabled": False},
        ),
        kinesis=True,
    )

    # THEN it is described as AWS described it
    plain = {
        "BucketARN": "arn:aws:s3:::bucket",
        "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 64},
        "CloudWatchLoggingOptions": {"Enabled": False},
        "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "ErrorOutputPrefix": "firehoseTest-errors/!{firehose:error-output-type}/",
        "Prefix": "firehoseTest/!{partitionKeyFromQuery:s3Prefix}",
        "RoleARN": ROLE_ARN,
    }
    assert subject.description() == {
        "CreateTimestamp": CREATED,
        "DeliveryStreamARN": IDENTITY.arn,
        "DeliveryStreamName": "deliveries",
        "DeliveryStreamStatus": "ACTIVE",
        "DeliveryStreamType": "KinesisStreamAsSource",
        "Destinations": [
            {
                "DestinationId": "destinationId-000000000001",
                "ExtendedS3DestinationDescription": plain
                | {
                    "DataFormatConversionConfiguration": {"Enabled": False},
                    "DynamicPartitioningConfiguration": {
                        "Enabled": True,
                        "RetryOptions": {"DurationInSeconds": 300},
                    },
                    "ProcessingConfiguration": {"Enabled": True, "Processors": [query]},
                    "S3BackupMode": "Disabled",
                },
                "S3DestinationDescription": plain,
            }
        ],
        "HasMoreDestinations": False,
        "Source": {
            "KinesisStreamSourceDescription": {
                "DeliveryStartTimestamp": CREATED,
                "KinesisStreamARN": STREAM_ARN,
                "RoleARN": ROLE_ARN,
            }
        },
        "VersionId": "1",
    }


@pytest.mark.parametrize(
    ("wire", "hints"),
    [
        (converted(), {"SizeInMBs": 128, "IntervalInSeconds": 300}),
        (converted(Enabled=None), {"SizeInMBs": 128, "IntervalInSeconds": 300}),
        (partitioned(), {"SizeInMBs": 128, "IntervalInSeconds": 300}),
        (converted(Enabled=False), {"SizeInMBs": 5, "IntervalInSeconds": 300}),
    ],
)
def test_default_size_is_larger_with_conversion_and_partitioning(
    wire: dict[str, Any], hints: dict[str, int]
) -> None:
    assert extended(resource(wire))["BufferingHints"] == hints


@pytest.mark.parametrize(("enabled", "described"), [(True, True), (None, True), (False, False)])
def test_conversion_is_echoed_without_the_defaults_of_its_formats(
    enabled: bool | None, described: bool
) -> None:
    subject = resource(converted(Enabled=enabled))

    assert extended(subject)["DataFormatConversionConfiguration"] == conversion(Enabled=described)


@pytest.mark.parametrize(
    ("given", "described"),
    [
        (
            lambda_processor(NumberOfRetries="0"),
            processor(
                "Lambda",
                LambdaArn=LAMBDA_ARN,
                NumberOfRetries="0",
                RoleArn=ROLE_ARN,
                BufferSizeInMBs="1",
                BufferIntervalInSeconds="60",
            ),
        ),
        (processor("AppendDelimiterToRecord", Delimiter="\\n"), processor("AppendDelimiterToRecord")),
        (processor("Decompression"), processor("Decompression", CompressionFormat="GZIP")),
        # In this order in LocalStack's snapshot from AWS, whichever one Terraform configurations give.
        (
            processor(
                "MetadataExtraction",
                JsonParsingEngine="JQ-1.6",
                MetadataExtractionQuery="{s3Prefix: .tableName}",
            ),
            processor(
                "MetadataExtraction",
                MetadataExtractionQuery="{s3Prefix: .tableName}",
                JsonParsingEngine="JQ-1.6",
            ),
        ),
    ],
)
def test_description_of_a_processor_is_complete(given: dict[str, Any], described: dict[str, Any]) -> None:
    subject = resource(processing(given))

    assert extended(subject)["ProcessingConfiguration"] == {"Enabled": True, "Processors": [described]}


def test_value_of_log_processing_is_in_lower_case() -> None:
    subject = resource(
        processing(
            processor("Decompression"), processor("CloudWatchLogProcessing", DataMessageExtraction="True")
        )
    )

    assert extended(subject)["ProcessingConfiguration"]["Processors"][1] == processor(
        "CloudWatchLogProcessing", DataMessageExtraction="true"
    )


def test_processing_is_off_unless_it_says_otherwise() -> None:
    subject = resource(processing(processor("AppendDelimiterToRecord"), enabled=None))

    assert extended(subject)["ProcessingConfiguration"] == {
        "Enabled": False,
        "Processors": [processor("AppendDelimiterToRecord")],
    }


def test_backup_is_described_with_its_own_defaults() -> None:
    subject = resource(
        converted()
        | {"S3BackupMode": "Enabled", "S3BackupConfiguration": destination(BucketARN="arn:aws:s3:::backups")}
    )

    assert extended(subject)["S3BackupDescription"] == {
        "RoleARN": ROLE_ARN,
        "BucketARN": "arn:aws:s3:::backups",
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
        "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": False},
    }


def test_empty_extension_and_zone_are_not_given() -> None:
    described = extended(resource(destination(FileExtension="", CustomTimeZone="")))

    assert {"FileExtension", "CustomTimeZone"} & set(described) == set()


@pytest.mark.parametrize(("after", "count"), [(None, 1), ("unknown", 1), (DESTINATION_ID, 0)])
def test_only_destination_is_left_out_behind_itself(after: str | None, count: int) -> None:
    assert len(resource(destination()).description(after)["Destinations"]) == count
