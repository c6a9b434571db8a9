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
