"""States of a delivery stream, and what UpdateDestination does.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamDescription.html
https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html
"""

from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.firehose.completion import complete
from emulator.firehose.encryption import Failure, Key
from emulator.firehose.resource import DESTINATION_ID
from tests.unit.firehose.resource_fakes import UPDATED, extended, resource, update
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

OTHER_ROLE_ARN = "arn:aws:iam::000000000000:role/other"
SMALL = "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled."


def test_delivery_stream_that_is_being_created_is_not_deleted() -> None:
    # GIVEN a delivery stream whose creation is not done
    subject = resource(destination(), status="CREATING")

    # WHEN it is deleted
    with pytest.raises(ServiceError) as caught:
        subject.begin_deletion()

    # THEN AWS's words say why not
    assert (caught.value.code, caught.value.message, subject.status) == (
        "ResourceInUseException",
        "Firehose deliveries under account 000000000000 cannot be deleted in CREATING state",
        "CREATING",
    )


@pytest.mark.parametrize("status", ["ACTIVE", "CREATING_FAILED", "DELETING_FAILED"])
def test_deletion_begins_once(status: str) -> None:
    subject = resource(destination(), status=status)

    assert (subject.begin_deletion(), subject.status) == (True, "DELETING")
    assert (subject.begin_deletion(), subject.status) == (False, "DELETING")


def test_key_that_cannot_be_used_fails_the_creation() -> None:
    # GIVEN a delivery stream that is being created with a customer's key
    subject = resource(destination(), status="CREATING")
    subject.encryption.begin("ENABLING", Key("CUSTOMER_MANAGED_CMK", "arn:key"), "deliveries", 0.0)

    # WHEN the key is not found
    subject.activate(Failure("KMS_KEY_NOT_FOUND", "No such key."))

    # THEN stream and encryption say so, and nothing runs
    description = subject.description()
    failure = {"Type": "KMS_KEY_NOT_FOUND", "Details": "No such key."}
    assert (description["DeliveryStreamStatus"], description["FailureDescription"]) == (
        "CREATING_FAILED",
        failure,
    )
    assert description["DeliveryStreamEncryptionConfiguration"] == {
        "KeyType": "CUSTOMER_MANAGED_CMK",
        "KeyARN": "arn:key",
        "Status": "ENABLING_FAILED",
        "FailureDescription": failure,
    }


@pytest.mark.parametrize(
    ("kinesis", "status", "wire", "code", "message"),
    [
        (
            True,
            "ACTIVE",
            destination(),
            "InvalidArgumentException",
            "This operation is not permitted on KinesisStreamAsSource delivery stream type.",
        ),
        *[
            (
                False,
                status,
                destination(),
                "ResourceNotFoundException",
                "Firehose deliveries is not active in 000000000000 account.",
            )
            for status in ("CREATING", "CREATING_FAILED", "DELETING")
        ],
        (
            False,
            "ACTIVE",
            processing(processor("Decompression")),
            "InvalidSourceException",
            "Put to Firehose failed for AccountId: 000000000000, FirehoseName: deliveries because the request is "
            "not originating from CloudWatch.",
        ),
    ],
)
def test_records_are_refused_in_aws_words(
    kinesis: bool, status: str, wire: dict[str, Any], code: str, message: str
) -> None:
    subject = resource(wire, kinesis=kinesis, status=status)

    with pytest.raises(ServiceError) as caught:
        subject.check_writable(by_cloudwatch_logs=False)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_cloudwatch_logs_may_put_what_is_decompressed() -> None:
    resource(processing(processor("Decompression"))).check_writable(by_cloudwatch_logs=True)


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


@pytest.mark.parametrize(
    "members",
    [
        {"Prefix": "a/"},
        {"CompressionFormat": "UNCOMPRESSED"},
        {"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300}},
        {"S3BackupMode": "Disabled"},
        {"CloudWatchLoggingOptions": {"Enabled": False}},
    ],
)
def test_update_that_changes_nothing_keeps_the_version(members: dict[str, Any]) -> None:
    subject = resource(destination(Prefix="a/"))

    update(subject, **members)

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


def test_processing_that_is_switched_off_has_no_processors_left() -> None:
    subject = resource(processing(lambda_processor()))

    update(subject, ProcessingConfiguration={"Enabled": False})

    assert extended(subject)["ProcessingConfiguration"] == {"Enabled": False, "Processors": []}


def test_stored_function_does_not_complete_an_update() -> None:
    subject = resource(processing(lambda_processor()))

    with pytest.raises(ServiceError, match="LambdaArn is required"):
        update(
            subject,
            ProcessingConfiguration={
                "Enabled": True,
                "Processors": [processor("Lambda", NumberOfRetries="7")],
            },
        )


def test_function_keeps_the_role_that_it_got_at_creation() -> None:
    # GIVEN a function without a role of its own
    subject = resource(processing(lambda_processor()))

    # WHEN the destination gets another role
    update(subject, RoleARN=OTHER_ROLE_ARN)

    # THEN the function still has the first
    described = extended(subject)
    parameters = described["ProcessingConfiguration"]["Processors"][0]["Parameters"]
    assert (described["RoleARN"], parameters[2]) == (
        OTHER_ROLE_ARN,
        {"ParameterName": "RoleArn", "ParameterValue": ROLE_ARN},
    )


def test_logging_is_merged_member_by_member() -> None:
    # GIVEN logging to a group
    names = {"LogGroupName": "group", "LogStreamName": "stream"}
    subject = resource(destination(CloudWatchLoggingOptions={"Enabled": True, **names}))

    # WHEN it is switched off, THEN the names stay
    update(subject, CloudWatchLoggingOptions={"Enabled": False})
    assert extended(subject)["CloudWatchLoggingOptions"] == {"Enabled": False, **names}


def test_conversion_is_merged_member_by_member() -> None:
    # GIVEN a conversion
    subject = resource(converted())

    # WHEN it is switched off, THEN the rest of it stays
    update(subject, DataFormatConversionConfiguration={"Enabled": False})
    assert extended(subject)["DataFormatConversionConfiguration"] == conversion(Enabled=False)

    # WHEN another table is given, THEN the rest of the schema stays
    update(subject, DataFormatConversionConfiguration={"SchemaConfiguration": {"TableName": "returns"}})
    assert extended(subject)["DataFormatConversionConfiguration"] == conversion(
        Enabled=False,
        SchemaConfiguration={"RoleARN": ROLE_ARN, "DatabaseName": "shop", "TableName": "returns"},
    )

    # WHEN it gets another input format, THEN that replaces the first
    hive: dict[str, Any] = {"Deserializer": {"HiveJsonSerDe": {}}}
    update(subject, DataFormatConversionConfiguration={"Enabled": True, "InputFormatConfiguration": hive})
    assert extended(subject)["DataFormatConversionConfiguration"]["InputFormatConfiguration"] == hive


@pytest.mark.parametrize(
    ("wire", "members", "message"),
    [
        # The stored default size is the ordinary one.
        (destination(), {"DataFormatConversionConfiguration": conversion()}, SMALL),
        (converted(), {"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 60}}, SMALL),
        (
            destination(
                S3BackupMode="Enabled", S3BackupConfiguration=destination(BucketARN="arn:aws:s3:::backups")
            ),
            {"S3BackupMode": "Disabled"},
            "Disabling S3 backup is not currently supported.",
        ),
        (
            destination(),
            {"S3BackupMode": "Enabled"},
            "S3 backup destination configuration is required when enabling S3 backup.",
        ),
        (
            destination(),
            {"ProcessingConfiguration": {"Enabled": True, "Processors": [processor("Decompression")]}},
            "Enabling source decompression is not supported for existing stream with no Lambda function attached.",
        ),
        (
            processing(metadata_extraction(), enabled=False)
            | {"DynamicPartitioningConfiguration": {"Enabled": False}},
            {"DynamicPartitioningConfiguration": {"Enabled": True}},
            "Enabling Dynamic Partitioning is not supported for existing stream.",
        ),
        (
            partitioned(),
            {"DynamicPartitioningConfiguration": {"Enabled": False}},
            "Disabling Dynamic Partitioning is not supported for existing stream.",
        ),
    ],
)
def test_update_is_refused_for_what_it_leads_to(
    wire: dict[str, Any], members: dict[str, Any], message: str
) -> None:
    subject = resource(wire)

    with pytest.raises(ServiceError) as caught:
        update(subject, **members)
    assert (caught.value.code, caught.value.message) == ("InvalidArgumentException", message)
    assert (subject.wire, subject.version_id) == (complete(wire), 1)


def test_converting_stream_without_hints_takes_an_unrelated_update() -> None:
    subject = resource(converted())

    update(subject, Prefix="changed/")

    assert extended(subject)["BufferingHints"] == {"SizeInMBs": 128, "IntervalInSeconds": 300}


def test_how_long_a_partition_is_retried_can_be_changed() -> None:
    subject = resource(partitioned())

    update(subject, DynamicPartitioningConfiguration={"RetryOptions": {"DurationInSeconds": 60}})

    assert extended(subject)["DynamicPartitioningConfiguration"] == {
        "Enabled": True,
        "RetryOptions": {"DurationInSeconds": 60},
    }


def test_backup_is_switched_on_later_and_merged_from_then_on() -> None:
    # GIVEN a delivery stream without a backup
    subject = resource(destination())

    # WHEN it gets one, and that gets a prefix
    update(subject, S3BackupMode="Enabled", S3BackupUpdate=destination(BucketARN="arn:aws:s3:::backups"))
    update(subject, S3BackupUpdate={"Prefix": "backup/"})

    # THEN both are described
    described = extended(subject)["S3BackupDescription"]
    assert (described["BucketARN"], described["Prefix"]) == ("arn:aws:s3:::backups", "backup/")


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
        subject.update(request, UPDATED, lambda wire: None)

    # THEN AWS's words say why and nothing has changed
    assert (caught.value.code, caught.value.message) == (code, message)
    assert (subject.wire, subject.version_id) == (complete(destination()), 1)


def test_update_is_checked_against_other_services() -> None:
    # GIVEN a table that Glue does not have
    subject = resource(processing(processor("Lambda", LambdaArn=LAMBDA_ARN)))

    def refuse(wire: Any) -> None:
        raise ServiceError("InvalidArgumentException", f"no table for {wire['Prefix']}")

    # WHEN an update names it, THEN it is refused with what it would have led to
    with pytest.raises(ServiceError, match="no table for b/"):
        subject.update(
            {
                "CurrentDeliveryStreamVersionId": "1",
                "DestinationId": DESTINATION_ID,
                "S3DestinationUpdate": {"Prefix": "b/"},
            },
            UPDATED,
            refuse,
        )
    assert subject.version_id == 1
