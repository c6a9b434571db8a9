"""The Data Firehose API through boto3: states, encryption, limits, tags, metrics and CloudFormation."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Aws
from tests.integration.firehose_setup import ACCOUNT_ID, REGION, ROLE_ARN, Setup
from tests.polling import WAITER_CONFIG, poll_until

MISSING_KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/00000000-0000-4000-8000-000000000000"
ENCRYPTION = "DeliveryStreamEncryptionConfiguration"
CUSTOMER = "CUSTOMER_MANAGED_CMK"
PARTITIONING: dict[str, Any] = {
    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
    "Prefix": "data/!{partitionKeyFromQuery:customer}/",
    "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
    "DynamicPartitioningConfiguration": {"Enabled": True},
    "ProcessingConfiguration": {
        "Enabled": True,
        "Processors": [
            {
                "Type": "MetadataExtraction",
                "Parameters": [
                    {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{customer: .customer}"},
                    {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"},
                ],
            }
        ],
    },
}


@pytest.fixture
def setup(aws: Aws, name: str) -> Iterator[Setup]:
    """Return a bucket, and makers of what is delivered to it; everything is removed afterwards."""
    resources = Setup(aws, name)
    yield resources
    resources.remove()


@pytest.fixture
def key_arn(aws: Aws) -> Iterator[str]:
    """Return a customer's key."""
    kms = aws.client("kms")
    metadata = kms.create_key()["KeyMetadata"]
    yield metadata["Arn"]
    kms.schedule_key_deletion(KeyId=metadata["KeyId"], PendingWindowInDays=7)


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    """Return code and message of the error that a call raises."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def wait_for_encryption(setup: Setup, status: str) -> dict[str, Any]:
    """Return the encryption once it is in a state."""
    described: dict[str, Any] = poll_until(
        f"encryption in {status}",
        lambda: found if (found := setup.describe()[ENCRYPTION])["Status"] == status else None,
    )
    return described


def test_encryption_of_direct_put_is_switched_on_and_off(setup: Setup) -> None:
    # GIVEN a delivery stream
    setup.create_delivery_stream()
    record = {"DeliveryStreamName": setup.name, "Record": {"Data": b"order"}}

    # WHEN encryption is switched on, THEN puts say so once it is enabled
    setup.firehose.start_delivery_stream_encryption(DeliveryStreamName=setup.name)
    assert wait_for_encryption(setup, "ENABLED") == {"KeyType": "AWS_OWNED_CMK", "Status": "ENABLED"}
    assert setup.firehose.put_record(**record)["Encrypted"]

    # WHEN it is switched off, THEN they do not once it is disabled
    setup.firehose.stop_delivery_stream_encryption(DeliveryStreamName=setup.name)
    assert wait_for_encryption(setup, "DISABLED") == {"Status": "DISABLED"}
    assert not setup.firehose.put_record(**record)["Encrypted"]


def test_key_of_the_customer_encrypts_until_another_one_can_be_used(
    setup: Setup, aws: Aws, key_arn: str
) -> None:
    # GIVEN a delivery stream that is encrypted with a customer's key
    key = {"KeyType": CUSTOMER, "KeyARN": key_arn}
    setup.create_delivery_stream()
    start = setup.firehose.start_delivery_stream_encryption
    start(DeliveryStreamName=setup.name, DeliveryStreamEncryptionConfigurationInput=key)
    assert wait_for_encryption(setup, "ENABLED") == key | {"Status": "ENABLED"}

    # WHEN one is asked for that does not exist
    missing = {"KeyType": CUSTOMER, "KeyARN": MISSING_KEY_ARN}
    start(DeliveryStreamName=setup.name, DeliveryStreamEncryptionConfigurationInput=missing)

    # THEN the description says why, and records stay encrypted with the first
    described = wait_for_encryption(setup, "ENABLING_FAILED")
    assert (described["KeyARN"], described["FailureDescription"]["Type"]) == (key_arn, "KMS_KEY_NOT_FOUND")
    put = setup.firehose.put_record(DeliveryStreamName=setup.name, Record={"Data": b"order"})
    assert put["Encrypted"]

    # WHEN the first one is disabled and asked for again, THEN that is the reason
    aws.client("kms").disable_key(KeyId=key_arn)
    start(DeliveryStreamName=setup.name, DeliveryStreamEncryptionConfigurationInput=key)
    poll_until(
        "the disabled key",
        lambda: setup.describe()[ENCRYPTION].get("FailureDescription", {}).get("Type") == "DISABLED_KMS_KEY",
    )


def test_creation_with_a_key_that_does_not_exist_fails(setup: Setup) -> None:
    # WHEN a delivery stream is created with such a key
    setup.firehose.create_delivery_stream(
        DeliveryStreamName=setup.name,
        DeliveryStreamEncryptionConfigurationInput={"KeyType": CUSTOMER, "KeyARN": MISSING_KEY_ARN},
        ExtendedS3DestinationConfiguration=setup.destination(),
    )

    # THEN it says so, takes no records and no changes
    poll_until("the failure", lambda: setup.describe()["DeliveryStreamStatus"] == "CREATING_FAILED")
    described = setup.describe()
    assert described["FailureDescription"]["Type"] == "KMS_KEY_NOT_FOUND"
    assert described[ENCRYPTION]["Status"] == "ENABLING_FAILED"
    assert refusal(setup.firehose.put_record, DeliveryStreamName=setup.name, Record={"Data": b"order"}) == (
        "ResourceNotFoundException",
        f"Firehose {setup.name} is not active in {ACCOUNT_ID} account.",
    )
    assert refusal(
        setup.firehose.update_destination,
        DeliveryStreamName=setup.name,
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"Prefix": "b/"},
    ) == (
        "ResourceInUseException",
        f"Cannot update firehose: {setup.name} when it is in CREATING_FAILED status",
    )

    # THEN it can be deleted
    setup.firehose.delete_delivery_stream(DeliveryStreamName=setup.name)
    poll_until("the deletion", lambda: setup.name not in setup.delivery_stream_names())


def test_key_in_another_region_than_the_bucket_is_refused(setup: Setup) -> None:
    key_arn = MISSING_KEY_ARN.replace(REGION, "eu-west-1")

    assert refusal(
        setup.firehose.create_delivery_stream,
        DeliveryStreamName=setup.name,
        ExtendedS3DestinationConfiguration=setup.destination(
            EncryptionConfiguration={"KMSEncryptionConfig": {"AWSKMSKeyARN": key_arn}}
        ),
    ) == (
        "InvalidArgumentException",
        f"KMS Key {key_arn} does not exist in the same region as the S3 bucket. KMS Key region: eu-west-1. S3 Bucket "
        f"Region: {REGION}",
    )


def test_conversion_needs_a_table_that_exists(setup: Setup, aws: Aws) -> None:
    # GIVEN a conversion whose table does not exist
    glue = aws.client("glue")
    database = setup.name.replace("-", "_")
    glue.create_database(DatabaseInput={"Name": database})
    arguments = {
        "DeliveryStreamName": setup.name,
        "ExtendedS3DestinationConfiguration": setup.destination(
            BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 1},
            DataFormatConversionConfiguration={
                "SchemaConfiguration": {
                    "RoleARN": ROLE_ARN,
                    "DatabaseName": database,
                    "TableName": "orders",
                },
                "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
                "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
            },
        ),
    }

    # WHEN the delivery stream is created, THEN Glue's error is in the refusal
    code, message = refusal(setup.firehose.create_delivery_stream, **arguments)
    assert code == "InvalidArgumentException"
    assert message.startswith("The specified table/database could not be found.")
    assert "(Service: AWSGlue; Status Code: 400; Error Code: EntityNotFoundException; " in message

    # WHEN the table is there, THEN it is created
    columns = [{"Name": "order_id", "Type": "string"}]
    glue.create_table(
        DatabaseName=database, TableInput={"Name": "orders", "StorageDescriptor": {"Columns": columns}}
    )
    setup.firehose.create_delivery_stream(**arguments)
    setup.wait_until_active()
    glue.delete_table(DatabaseName=database, Name="orders")
    glue.delete_database(Name=database)


def test_requests_over_the_limits_are_refused(setup: Setup) -> None:
    # GIVEN a delivery stream
    setup.create_delivery_stream(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 900})
    batch = setup.firehose.put_record_batch

    # WHEN requests are too large, THEN the answers are AWS's
    assert refusal(
        setup.firehose.put_record, DeliveryStreamName=setup.name, Record={"Data": b"x" * 1_024_001}
    ) == (
        "ValidationException",
        "1 validation error detected: Value at 'record.data' failed to satisfy constraint: Member must have length "
        "less than or equal to 1024000",
    )
    assert refusal(batch, DeliveryStreamName=setup.name, Records=[{"Data": b"x"}] * 501) == (
        "ValidationException",
        "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length less "
        "than or equal to 500",
    )
    five_large = [{"Data": b"x" * 1_000_000}] * 5
    assert refusal(batch, DeliveryStreamName=setup.name, Records=five_large) == (
        "InvalidArgumentException",
        "Records size exceeds 4 MB limit",
    )


def test_tags_are_paged_and_at_most_fifty(setup: Setup) -> None:
    # GIVEN a delivery stream with as many tags as it may have
    tags = [{"Key": f"key-{number:02d}", "Value": ""} for number in range(50)]
    setup.create_delivery_stream(tags=tags)

    # THEN they are listed page by page
    first = setup.firehose.list_tags_for_delivery_stream(DeliveryStreamName=setup.name, Limit=49)
    rest = setup.firehose.list_tags_for_delivery_stream(
        DeliveryStreamName=setup.name, ExclusiveStartTagKey="key-48"
    )
    assert (first["Tags"], first["HasMoreTags"]) == (tags[:49], True)
    assert (rest["Tags"], rest["HasMoreTags"]) == (tags[49:], False)

    # THEN one more is refused, and a new value for one of them is not
    tag = setup.firehose.tag_delivery_stream
    assert refusal(tag, DeliveryStreamName=setup.name, Tags=[{"Key": "more"}])[0] == "LimitExceededException"
    tag(DeliveryStreamName=setup.name, Tags=[{"Key": "key-00", "Value": "new"}])


def test_calls_are_counted_in_metrics(setup: Setup, aws: Aws) -> None:
    # GIVEN a delivery stream that was called
    setup.create_delivery_stream()
    setup.firehose.put_record(DeliveryStreamName=setup.name, Record={"Data": b"one"})
    setup.firehose.put_record_batch(
        DeliveryStreamName=setup.name, Records=[{"Data": b"two"}, {"Data": b"three"}]
    )
    setup.firehose.update_destination(
        DeliveryStreamName=setup.name,
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"Prefix": "b/"},
    )

    # THEN the metrics say how often and with how much
    wanted = {
        "PutRecord.Requests": 1,
        "PutRecord.Bytes": 3,
        "PutRecordBatch.Requests": 1,
        "PutRecordBatch.Records": 2,
        "PutRecordBatch.Bytes": 8,
        "UpdateDeliveryStream.Requests": 1,
    }
    poll_until(
        "the metrics of the calls", lambda: {name: setup.metric_sum(name) for name in wanted} == wanted
    )
    poll_until("the metric of describing", lambda: setup.metric_sum("DescribeDeliveryStream.Requests") > 0)
    assert setup.metric_sum("PutRecord.Latency") > 0

    # THEN listing is counted without a delivery stream
    setup.firehose.list_delivery_streams()
    now = datetime.now(UTC)
    poll_until(
        "the metric of listing",
        lambda: aws.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Firehose",
            MetricName="ListDeliveryStreams.Requests",
            Dimensions=[],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=5),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"],
    )


def test_only_cloudwatch_logs_puts_into_a_delivery_stream_that_decompresses(setup: Setup, aws: Aws) -> None:
    # GIVEN a delivery stream that takes the messages out of log data, and a log group that feeds it
    setup.create_delivery_stream(
        ProcessingConfiguration={
            "Enabled": True,
            "Processors": [
                {"Type": "Decompression", "Parameters": []},
                {
                    "Type": "CloudWatchLogProcessing",
                    "Parameters": [{"ParameterName": "DataMessageExtraction", "ParameterValue": "true"}],
                },
            ],
        }
    )
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=setup.name)
    logs.create_log_stream(logGroupName=setup.name, logStreamName="stream")
    logs.put_subscription_filter(
        logGroupName=setup.name,
        filterName="all",
        filterPattern="",
        destinationArn=setup.describe()["DeliveryStreamARN"],
        roleArn=ROLE_ARN,
    )

    # WHEN a producer puts a record, THEN it is refused
    assert refusal(setup.firehose.put_record, DeliveryStreamName=setup.name, Record={"Data": b"order"}) == (
        "InvalidSourceException",
        f"Put to Firehose failed for AccountId: {ACCOUNT_ID}, FirehoseName: {setup.name} because the request is not "
        "originating from CloudWatch.",
    )

    # WHEN a message is logged, THEN it arrives
    logs.put_log_events(
        logGroupName=setup.name,
        logStreamName="stream",
        logEvents=[{"timestamp": round(datetime.now(UTC).timestamp() * 1000), "message": "an order"}],
    )
    objects = poll_until("the message", lambda: setup.objects(total=len(b"an order")))
    assert b"an order" in b"".join(objects.values())
    logs.delete_log_group(logGroupName=setup.name)


def test_direct_put_ignores_the_configuration_of_a_data_stream(setup: Setup) -> None:
    # WHEN a delivery stream of the type DirectPut names a data stream that does not exist
    setup.firehose.create_delivery_stream(
        DeliveryStreamName=setup.name,
        DeliveryStreamType="DirectPut",
        KinesisStreamSourceConfiguration={
            "KinesisStreamARN": f"arn:aws:kinesis:{REGION}:{ACCOUNT_ID}:stream/none",
            "RoleARN": ROLE_ARN,
        },
        ExtendedS3DestinationConfiguration=setup.destination(),
    )
    setup.wait_until_active()

    # THEN it has no such source
    assert "Source" not in setup.describe()


def test_cloudformation_creates_and_deletes_a_partitioned_delivery_stream(setup: Setup, aws: Aws) -> None:
    # GIVEN a template
    cloudformation = aws.client("cloudformation")
    properties = {
        "DeliveryStreamName": setup.name,
        "ExtendedS3DestinationConfiguration": {
            "RoleARN": ROLE_ARN,
            "BucketARN": f"arn:aws:s3:::{setup.name}",
            **PARTITIONING,
        },
        "Tags": [{"Key": "team", "Value": "orders"}],
    }
    template = {
        "Resources": {
            "deliveries": {"Type": "AWS::KinesisFirehose::DeliveryStream", "Properties": properties}
        },
        "Outputs": {
            "name": {"Value": {"Ref": "deliveries"}},
            "arn": {"Value": {"Fn::GetAtt": ["deliveries", "Arn"]}},
        },
    }

    # WHEN a stack is created
    cloudformation.create_stack(StackName=setup.name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=setup.name, WaiterConfig=WAITER_CONFIG)

    # THEN the delivery stream is as the template says, and the outputs name it
    (stack,) = cloudformation.describe_stacks(StackName=setup.name)["Stacks"]
    described = setup.describe()
    destination = described["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]} == {
        "name": setup.name,
        "arn": described["DeliveryStreamARN"],
    }
    assert (described["DeliveryStreamStatus"], destination["DynamicPartitioningConfiguration"]) == (
        "ACTIVE",
        {"Enabled": True, "RetryOptions": {"DurationInSeconds": 300}},
    )
    assert destination["ProcessingConfiguration"] == PARTITIONING["ProcessingConfiguration"]
    listed = setup.firehose.list_tags_for_delivery_stream(DeliveryStreamName=setup.name)
    assert listed["Tags"] == [{"Key": "team", "Value": "orders"}]

    # WHEN the stack is deleted, THEN so is the delivery stream
    cloudformation.delete_stack(StackName=setup.name)
    poll_until("the deletion", lambda: setup.name not in setup.delivery_stream_names())


def test_client_that_does_not_wait_for_active_can_put_and_delete(setup: Setup) -> None:
    # WHEN a delivery stream is written to and deleted right after its creation
    for _ in range(5):
        setup.firehose.create_delivery_stream(
            DeliveryStreamName=setup.name, ExtendedS3DestinationConfiguration=setup.destination()
        )
        answer = setup.firehose.put_record(DeliveryStreamName=setup.name, Record={"Data": b"at once"})
        setup.firehose.delete_delivery_stream(DeliveryStreamName=setup.name)

        # THEN neither is refused
        assert answer["RecordId"]
        poll_until(
            "the deletion",
            lambda: setup.name not in setup.delivery_stream_names(),
        )
