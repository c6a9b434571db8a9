"""Descriptions, and what UpdateDestination does to them.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_DescribeDeliveryStream.html
https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.firehose.configuration import BufferingHints, LogDestination
from emulator.firehose.resource import DESTINATION_ID, DeliveryStreamResource
from emulator.firehose.wire import configuration_from
from tests.unit.firehose.fakes import IDENTITY, KINESIS_IDENTITY, NOW, STREAM_ARN, Subject
from tests.unit.firehose.wire_fakes import (
    LAMBDA_ARN,
    ROLE_ARN,
    destination,
    lambda_processor,
    processing,
    processor,
)

CREATED = datetime.fromtimestamp(NOW, UTC)
UPDATED = datetime(2026, 1, 2, tzinfo=UTC)


def resource(
    wire: dict[str, Any], *, kinesis: bool = False, status: str = "ACTIVE"
) -> DeliveryStreamResource:
    stream = Subject(configuration_from(wire, 1), KINESIS_IDENTITY if kinesis else IDENTITY)
    return DeliveryStreamResource(
        name="deliveries",
        account_id="000000000000",
        arn=IDENTITY.arn,
        delivery_stream_type="KinesisStreamAsSource" if kinesis else "DirectPut",
        created_at=CREATED,
        wire=wire,
        delivery_stream=stream.delivery_stream,
        kinesis_source={"KinesisStreamARN": STREAM_ARN, "RoleARN": ROLE_ARN} if kinesis else None,
        status=status,
    )


def extended(subject: DeliveryStreamResource) -> dict[str, Any]:
    described: dict[str, Any] = subject.description()["Destinations"][0]["ExtendedS3DestinationDescription"]
    return described


def update(subject: DeliveryStreamResource, version_id: str = "1", **members: Any) -> None:
    request = {"CurrentDeliveryStreamVersionId": version_id, "DestinationId": DESTINATION_ID}
    subject.update({**request, "ExtendedS3DestinationUpdate": members}, UPDATED)


def test_description_fills_in_the_defaults() -> None:
    # GIVEN a direct-put delivery stream with nothing but role and bucket
    subject = resource(destination())

    # THEN every default is described
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
                "ExtendedS3DestinationDescription": plain
                | {
                    "ProcessingConfiguration": {"Enabled": False, "Processors": []},
                    "S3BackupMode": "Disabled",
                    "DataFormatConversionConfiguration": {"Enabled": False},
                },
            }
        ],
        "HasMoreDestinations": False,
    }


def test_description_of_a_data_stream_source_has_its_start_and_no_encryption() -> None:
    description = resource(destination(), kinesis=True).description()

    assert "DeliveryStreamEncryptionConfiguration" not in description
    assert description["Source"] == {
        "KinesisStreamSourceDescription": {
            "KinesisStreamARN": STREAM_ARN,
            "RoleARN": ROLE_ARN,
            "DeliveryStartTimestamp": CREATED,
        }
    }


def test_description_of_a_lambda_processor_has_every_parameter() -> None:
    subject = resource(
        processing(lambda_processor(NumberOfRetries="0"), processor("AppendDelimiterToRecord"))
    )

    assert extended(subject)["ProcessingConfiguration"] == {
        "Enabled": True,
        "Processors": [
            processor(
                "Lambda",
                LambdaArn=LAMBDA_ARN,
                NumberOfRetries="0",
                RoleArn=ROLE_ARN,
                BufferSizeInMBs="1",
                BufferIntervalInSeconds="60",
            ),
            processor("AppendDelimiterToRecord"),
        ],
    }


def test_update_merges_what_it_gives_and_raises_the_version() -> None:
    # GIVEN a delivery stream with a prefix and hints
    subject = resource(destination(Prefix="a/", BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 60}))

    # WHEN only the prefix is updated
    update(subject, Prefix="b/")

    # THEN the rest stays
    description = subject.description()
    assert (description["VersionId"], description["LastUpdateTimestamp"]) == ("2", UPDATED)
    assert (extended(subject)["Prefix"], extended(subject)["BufferingHints"]) == (
        "b/",
        {"SizeInMBs": 1, "IntervalInSeconds": 60},
    )


def test_update_that_changes_nothing_keeps_the_version() -> None:
    subject = resource(destination(Prefix="a/"))

    update(subject, Prefix="a/")

    assert (subject.version_id, subject.updated_at) == (1, None)


def test_update_replaces_the_processing_as_a_whole() -> None:
    # GIVEN a function and a delimiter
    subject = resource(processing(lambda_processor(), processor("AppendDelimiterToRecord")))

    # WHEN processing is updated to the delimiter alone, without saying whether it is enabled
    update(subject, ProcessingConfiguration={"Processors": [processor("AppendDelimiterToRecord")]})

    # THEN the function is gone, and processing is still enabled
    assert extended(subject)["ProcessingConfiguration"] == {
        "Enabled": True,
        "Processors": [processor("AppendDelimiterToRecord")],
    }


def test_backup_is_switched_on_later_but_never_off() -> None:
    # GIVEN a delivery stream without a backup
    subject = resource(destination())

    # WHEN it gets one
    update(subject, S3BackupMode="Enabled", S3BackupUpdate=destination(Prefix="backup/"))
    assert extended(subject)["S3BackupDescription"]["Prefix"] == "backup/"

    # THEN it keeps it
    with pytest.raises(ServiceError, match="Disabling S3 backup is not currently supported"):
        update(subject, "2", S3BackupMode="Disabled")


@pytest.mark.parametrize(
    ("status", "request_", "code", "message"),
    [
        (
            "ACTIVE",
            {"CurrentDeliveryStreamVersionId": "7"},
            "ConcurrentModificationException",
            "Cannot update firehose: deliveries since the current version id: 1 and specified version id: 7 do "
            "not match",
        ),
        (
            "DELETING",
            {},
            "ResourceInUseException",
            "Cannot update firehose: deliveries when it is in DELETING status",
        ),
        (
            "ACTIVE",
            {"DestinationId": "destinationId-000000000002"},
            "InvalidArgumentException",
            "Destination Id destinationId-000000000002 not found",
        ),
        (
            "ACTIVE",
            {"ExtendedS3DestinationUpdate": None},
            "InvalidArgumentException",
            "At least one destination or source configuration update must be provided",
        ),
        (
            "ACTIVE",
            {"ExtendedS3DestinationUpdate": {"CompressionFormat": "Snappy"}},
            "InvalidArgumentException",
            "ExtendedS3DestinationConfiguration.CompressionFormat=Snappy is not supported by this emulator.",
        ),
    ],
)
def test_update_that_is_not_possible_changes_nothing(
    status: str, request_: dict[str, Any], code: str, message: str
) -> None:
    # GIVEN a delivery stream
    subject = resource(destination(), status=status)
    request: dict[str, Any] = {
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": DESTINATION_ID,
        "ExtendedS3DestinationUpdate": {"Prefix": "b/"},
    } | request_

    # WHEN an update is refused
    with pytest.raises(ServiceError) as caught:
        subject.update(request, UPDATED)

    # THEN AWS's words say why and nothing has changed
    assert (caught.value.code, caught.value.message) == (code, message)
    assert (subject.wire, subject.version_id) == (destination(), 1)


def test_configuration_is_read_from_the_wire() -> None:
    # GIVEN everything that is built
    wire = processing(
        lambda_processor(BufferSizeInMBs="0.2", BufferIntervalInSeconds="5"),
        processor("AppendDelimiterToRecord"),
    ) | {
        "FileExtension": ".json",
        "CustomTimeZone": "Asia/Tokyo",
        "CompressionFormat": "GZIP",
        "EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": "arn:key"}},
        "CloudWatchLoggingOptions": {"Enabled": True, "LogGroupName": "group", "LogStreamName": "stream"},
        "S3BackupMode": "Enabled",
        "S3BackupConfiguration": destination(BucketARN="arn:aws:s3:::backups"),
    }

    # WHEN it is read
    read = configuration_from(wire, 4)

    # THEN nothing is lost
    assert (read.version_id, read.append_delimiter) == (4, True)
    assert read.processor is not None
    assert (read.processor.buffering_hints, read.processor.number_of_retries) == (BufferingHints(0.2, 5), 3)
    assert read.backup is not None
    assert (read.backup.bucket_name, read.backup.buffering_hints) == ("backups", BufferingHints(5, 300))
    target = read.destination
    assert (target.file_extension, target.custom_time_zone, target.compression_format) == (
        ".json",
        "Asia/Tokyo",
        "GZIP",
    )
    assert (target.kms_key_arn, target.log_destination) == ("arn:key", LogDestination("group", "stream"))


def test_processing_that_is_not_enabled_does_nothing() -> None:
    read = configuration_from(processing(lambda_processor(), enabled=False), 1)

    assert read.processor is None
