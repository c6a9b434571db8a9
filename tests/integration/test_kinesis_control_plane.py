"""What surrounds the records of a data stream: its addresses, its tags, its settings."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import Aws


@pytest.fixture
def stream_arn(aws: Aws, name: str) -> str:
    """Return the ARN of a new stream of one shard."""
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    return str(kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"])


def refusal(operation: Any, **request: Any) -> tuple[str, str]:
    """Return the code and the message with which an operation refuses a request."""
    with pytest.raises(ClientError) as raised:
        operation(**request)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_streams_and_consumers_are_tagged_by_their_arn(aws: Aws, name: str, stream_arn: str) -> None:
    # GIVEN a stream, and a consumer that was registered with a tag
    kinesis = aws.client("kinesis")
    consumer_arn = kinesis.register_stream_consumer(
        StreamARN=stream_arn, ConsumerName="reader", Tags={"team": "sales"}
    )["Consumer"]["ConsumerARN"]

    # WHEN both are tagged
    kinesis.add_tags_to_stream(StreamARN=stream_arn, Tags={"b": "2"})
    kinesis.tag_resource(ResourceARN=stream_arn, Tags={"a": "1", "c": "3"})
    kinesis.tag_resource(ResourceARN=consumer_arn, Tags={"stage": "test"})
    kinesis.untag_resource(ResourceARN=consumer_arn, TagKeys=["team"])
    kinesis.remove_tags_from_stream(StreamName=name, TagKeys=["c"])

    # THEN each has its own, however they are listed
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert kinesis.list_tags_for_resource(ResourceARN=stream_arn)["Tags"] == tags
    page = kinesis.list_tags_for_stream(StreamARN=stream_arn, Limit=1)
    assert (page["Tags"], page["HasMoreTags"]) == (tags[:1], True)
    assert kinesis.list_tags_for_resource(ResourceARN=consumer_arn)["Tags"] == [
        {"Key": "stage", "Value": "test"}
    ]


def test_a_stream_is_found_by_its_name_or_arn_and_by_no_other(aws: Aws, name: str, stream_arn: str) -> None:
    kinesis = aws.client("kinesis")
    not_found = ("ResourceNotFoundException", f"Stream {name}x under account 000000000000 not found.")

    for request in ({"StreamName": f"{name}x"}, {"StreamARN": f"{stream_arn}x"}):
        for operation in (
            kinesis.describe_stream,
            kinesis.describe_stream_summary,
            kinesis.list_shards,
            kinesis.list_tags_for_stream,
            kinesis.delete_stream,
        ):
            assert refusal(operation, **request) == not_found
        assert (
            refusal(kinesis.increase_stream_retention_period, RetentionPeriodHours=48, **request) == not_found
        )

    # Neither, two that differ, another region, and what is no ARN of a stream
    assert refusal(kinesis.describe_stream) == (
        "InvalidArgumentException",
        "Either StreamName or StreamARN should be provided.",
    )
    assert refusal(kinesis.describe_stream, StreamName=f"{name}x", StreamARN=stream_arn)[0] == (
        "InvalidArgumentException"
    )
    for request in ({}, {"StreamARN": stream_arn}, {"ConsumerName": "reader"}):
        assert refusal(kinesis.describe_stream_consumer, **request) == (
            "InvalidArgumentException",
            "Either ConsumerARN or both StreamARN and ConsumerName should be provided.",
        )
    elsewhere = stream_arn.replace("eu-north-1", "eu-west-3")
    assert refusal(kinesis.describe_stream, StreamARN=elsewhere)[0] == "ResourceNotFoundException"
    assert refusal(kinesis.describe_stream, StreamARN="orders")[0] == "ValidationException"


def test_the_retention_is_set_by_arn(aws: Aws, name: str, stream_arn: str) -> None:
    kinesis = aws.client("kinesis")

    kinesis.increase_stream_retention_period(StreamARN=stream_arn, RetentionPeriodHours=48)

    summary = kinesis.describe_stream_summary(StreamARN=stream_arn)["StreamDescriptionSummary"]
    assert summary["RetentionPeriodHours"] == 48
    assert refusal(
        kinesis.decrease_stream_retention_period, StreamARN=stream_arn, RetentionPeriodHours=49
    ) == (
        "InvalidArgumentException",
        f"Requested retention period (49 hours) for stream {name} can not be longer than existing retention period "
        "(48 hours). Use IncreaseRetentionPeriod API.",
    )


def test_a_stream_without_a_name_is_not_created(aws: Aws) -> None:
    # GIVEN a client that checks nothing itself
    kinesis = boto3.client("kinesis", config=Config(parameter_validation=False))

    assert refusal(kinesis.create_stream, ShardCount=1) == (
        "ValidationException",
        "1 validation error detected: Value null at 'streamName' failed to satisfy constraint: "
        "Member must not be null",
    )


def test_a_stream_goes_through_the_life_that_terraform_gives_it(aws: Aws, name: str) -> None:
    # GIVEN a stream and a consumer, made and set up by the calls of aws_kinesis_stream in their order
    kinesis = aws.client("kinesis")
    kinesis.create_stream(
        StreamName=name, ShardCount=2, StreamModeDetails={"StreamMode": "PROVISIONED"}, Tags={"team": "sales"}
    )
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    # Its default is sent too, and changes nothing.
    kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=24)
    kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=48)
    metrics = kinesis.enable_enhanced_monitoring(
        StreamName=name, ShardLevelMetrics=["OutgoingBytes", "IncomingBytes"]
    )
    kinesis.start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    consumer_arn = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="reader")["Consumer"][
        "ConsumerARN"
    ]

    # WHEN it is read back
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]

    # THEN there is nothing to change
    assert metrics["CurrentShardLevelMetrics"] == []
    assert summary["EnhancedMonitoring"] == [{"ShardLevelMetrics": ["IncomingBytes", "OutgoingBytes"]}]
    assert summary["StreamStatus"] == "ACTIVE"
    assert (summary["RetentionPeriodHours"], summary["OpenShardCount"], summary["ConsumerCount"]) == (
        48,
        2,
        1,
    )
    assert (summary["EncryptionType"], summary["KeyId"]) == ("KMS", "alias/aws/kinesis")
    assert kinesis.list_tags_for_stream(StreamName=name)["Tags"] == [{"Key": "team", "Value": "sales"}]
    consumer = kinesis.describe_stream_consumer(ConsumerARN=consumer_arn)["ConsumerDescription"]
    assert (consumer["ConsumerStatus"], consumer["StreamARN"]) == ("ACTIVE", arn)

    # AND it is changed back and taken down
    kinesis.update_shard_count(StreamName=name, TargetShardCount=1, ScalingType="UNIFORM_SCALING")
    kinesis.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=24)
    off = kinesis.disable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=["ALL"])
    kinesis.stop_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    kinesis.deregister_stream_consumer(ConsumerARN=consumer_arn)
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert off["DesiredShardLevelMetrics"] == []
    assert (summary["RetentionPeriodHours"], summary["OpenShardCount"], summary["ConsumerCount"]) == (
        24,
        1,
        0,
    )
    assert (summary["EncryptionType"], "KeyId" in summary) == ("NONE", False)
    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)
    assert refusal(kinesis.describe_stream_summary, StreamName=name)[0] == "ResourceNotFoundException"


def test_what_would_exceed_the_quota_is_refused_and_counted(aws: Aws, name: str, stream_arn: str) -> None:
    # GIVEN what the account may have, and what it has
    kinesis = aws.client("kinesis")
    before = kinesis.describe_limits()

    # WHEN one shard too many is asked for, and then a stream of two
    code, message = refusal(
        kinesis.create_stream,
        StreamName=f"{name}-many",
        ShardCount=before["ShardLimit"] - before["OpenShardCount"] + 1,
    )
    kinesis.create_stream(StreamName=f"{name}-two", ShardCount=2)

    # THEN
    assert code == "LimitExceededException"
    assert f"Current shard count for the account: {before['OpenShardCount']}. Limit: 6000." in message
    assert refusal(kinesis.describe_stream, StreamName=f"{name}-many")[0] == "ResourceNotFoundException"
    assert kinesis.describe_limits()["OpenShardCount"] == before["OpenShardCount"] + 2


def test_streams_are_listed_in_the_order_of_their_names(aws: Aws, name: str) -> None:
    kinesis = aws.client("kinesis")
    for suffix in ("c", "a", "b"):
        kinesis.create_stream(StreamName=f"{name}-{suffix}", ShardCount=1)

    # A start that is no stream's name is a place in the order.
    page = kinesis.list_streams(ExclusiveStartStreamName=f"{name}-", Limit=2)

    assert page["StreamNames"] == [f"{name}-a", f"{name}-b"]
    assert [summary["StreamName"] for summary in page["StreamSummaries"]] == page["StreamNames"]
    assert page["HasMoreStreams"] is True
    assert kinesis.list_streams(NextToken=page["NextToken"], Limit=1)["StreamNames"] == [f"{name}-c"]


def test_policies_are_kept_for_streams_and_consumers_as_long_as_these_are_there(
    aws: Aws, name: str, stream_arn: str
) -> None:
    # LocalStack: test_resource_policy_crud, recorded on AWS: a resource without a policy has an empty one
    kinesis = aws.client("kinesis")
    consumer_arn = kinesis.register_stream_consumer(StreamARN=stream_arn, ConsumerName="reader")["Consumer"][
        "ConsumerARN"
    ]
    policies = {stream_arn: '{"Statement": []}', consumer_arn: '{"Statement": [], "Version": "2012-10-17"}'}
    for arn, policy in policies.items():
        kinesis.put_resource_policy(ResourceARN=arn, Policy=policy)

    assert {arn: kinesis.get_resource_policy(ResourceARN=arn)["Policy"] for arn in policies} == policies
    kinesis.delete_resource_policy(ResourceARN=consumer_arn)
    assert kinesis.get_resource_policy(ResourceARN=consumer_arn)["Policy"] == "{}"
    assert refusal(kinesis.delete_resource_policy, ResourceARN=consumer_arn)[0] == "ResourceNotFoundException"

    # WHEN the stream is deleted and created again
    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)
    assert refusal(kinesis.get_resource_policy, ResourceARN=stream_arn) == (
        "ResourceNotFoundException",
        f"Stream {name} under account 000000000000 not found.",
    )
    kinesis.create_stream(StreamName=name, ShardCount=1)

    # THEN the policy has gone with it
    assert kinesis.get_resource_policy(ResourceARN=stream_arn)["Policy"] == "{}"
