"""What each role may do."""

from typing import Any

import pytest

from bootstrap.policy import (
    delivery_stream_policy,
    delivery_stream_trust_policy,
    function_policy,
    function_trust_policy,
    pipe_policy,
    pipe_trust_policy,
)
from tests.unit.bootstrap.fake_aws import PLACE

REGIONAL = "eu-north-1:000000000000"


def permissions(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return the resources of each action that a policy allows."""
    assert {statement["Effect"] for statement in document["Statement"]} == {"Allow"}
    return {
        action: statement["Resource"] for statement in document["Statement"] for action in statement["Action"]
    }


def test_pipe_reads_the_stream_and_writes_to_its_target_and_its_queue() -> None:
    # WHEN the pipe's policy is made, THEN it allows this and no more
    source = [f"arn:aws:dynamodb:{REGIONAL}:table/OrderTable/stream/*"]
    target = [f"arn:aws:kinesis:{REGIONAL}:stream/kinesis-orderstream"]
    assert permissions(pipe_policy(PLACE)) == {
        "dynamodb:DescribeStream": source,
        "dynamodb:GetRecords": source,
        "dynamodb:GetShardIterator": source,
        "dynamodb:ListStreams": source,
        "kinesis:PutRecord": target,
        "kinesis:PutRecords": target,
        "sqs:SendMessage": [f"arn:aws:sqs:{REGIONAL}:orders-pipe-dlq"],
    }


def test_delivery_stream_reads_transforms_writes_and_logs() -> None:
    # WHEN the delivery stream's policy is made, THEN it allows this and no more
    source = [f"arn:aws:kinesis:{REGIONAL}:stream/kinesis-orderstream"]
    function_arn = f"arn:aws:lambda:{REGIONAL}:function:transformlambda"
    function = [function_arn, f"{function_arn}:*"]
    bucket = ["arn:aws:s3:::product-sales"]
    objects = ["arn:aws:s3:::product-sales/*"]
    assert permissions(delivery_stream_policy(PLACE)) == {
        "kinesis:DescribeStream": source,
        "kinesis:GetShardIterator": source,
        "kinesis:GetRecords": source,
        "kinesis:ListShards": source,
        "lambda:InvokeFunction": function,
        "lambda:GetFunctionConfiguration": function,
        "s3:GetBucketLocation": bucket,
        "s3:ListBucket": bucket,
        "s3:ListBucketMultipartUploads": bucket,
        "s3:AbortMultipartUpload": objects,
        "s3:GetObject": objects,
        "s3:PutObject": objects,
        "logs:PutLogEvents": [
            f"arn:aws:logs:{REGIONAL}:log-group:/aws/kinesisfirehose/orders-firehose:log-stream:*"
        ],
    }


def test_function_writes_its_log() -> None:
    # WHEN the function's policy is made, THEN it allows this and no more
    log_group = [f"arn:aws:logs:{REGIONAL}:log-group:/aws/lambda/transformlambda:*"]
    assert permissions(function_policy(PLACE)) == {
        "logs:CreateLogStream": log_group,
        "logs:PutLogEvents": log_group,
    }


@pytest.mark.parametrize(
    ("trust_policy", "service"),
    [
        (pipe_trust_policy, "pipes.amazonaws.com"),
        (delivery_stream_trust_policy, "firehose.amazonaws.com"),
        (function_trust_policy, "lambda.amazonaws.com"),
    ],
)
def test_only_its_own_service_may_take_a_role_on(trust_policy: Any, service: str) -> None:
    # WHEN a role's trust policy is made
    (statement,) = trust_policy(PLACE)["Statement"]

    # THEN one service may assume the role
    assert (statement["Principal"], statement["Action"]) == ({"Service": service}, "sts:AssumeRole")


def test_pipe_role_is_for_the_one_pipe() -> None:
    # WHEN the pipe role's trust policy is made
    (statement,) = pipe_trust_policy(PLACE)["Statement"]

    # THEN no other pipe, and no other account's, can use it
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": "000000000000",
            "aws:SourceArn": f"arn:aws:pipes:{REGIONAL}:pipe/orders-pipe",
        }
    }
