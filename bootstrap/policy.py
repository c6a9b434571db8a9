"""The roles' trust policies, and what each role may do: no more than its service needs."""

from typing import Any

from bootstrap.aws import Place
from bootstrap.names import (
    BUCKET_NAME,
    DEAD_LETTER_QUEUE_NAME,
    DELIVERY_STREAM_LOG_GROUP,
    FUNCTION_LOG_GROUP,
    FUNCTION_NAME,
    PIPE_NAME,
    STREAM_NAME,
    TABLE_NAME,
)

Document = dict[str, Any]
VERSION = "2012-10-17"


def pipe_trust_policy(place: Place) -> Document:
    """Let EventBridge Pipes take the role on for this pipe alone.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
    """
    return _trust_policy(
        "pipes.amazonaws.com",
        {
            "StringEquals": {
                "aws:SourceAccount": place.account_id,
                "aws:SourceArn": place.arn("pipes", f"pipe/{PIPE_NAME}"),
            }
        },
    )


def delivery_stream_trust_policy(_place: Place) -> Document:
    """Let Firehose take the role on."""
    return _trust_policy("firehose.amazonaws.com")


def function_trust_policy(_place: Place) -> Document:
    """Let Lambda take the role on."""
    return _trust_policy("lambda.amazonaws.com")


def pipe_policy(place: Place) -> Document:
    """Read the table's stream, write to the Kinesis stream and to the dead-letter queue.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html
    """
    return _policy(
        _allow(
            [
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:ListStreams",
            ],
            # A stream's label is new every time it is enabled.
            place.arn("dynamodb", f"table/{TABLE_NAME}/stream/*"),
        ),
        _allow(["kinesis:PutRecord", "kinesis:PutRecords"], place.arn("kinesis", f"stream/{STREAM_NAME}")),
        _allow(["sqs:SendMessage"], place.arn("sqs", DEAD_LETTER_QUEUE_NAME)),
    )


def delivery_stream_policy(place: Place) -> Document:
    """Read the Kinesis stream, call the function, write objects and log errors.

    https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
    """
    bucket_arn = place.bucket_arn(BUCKET_NAME)
    function_arn = place.arn("lambda", f"function:{FUNCTION_NAME}")
    return _policy(
        _allow(
            [
                "kinesis:DescribeStream",
                "kinesis:GetShardIterator",
                "kinesis:GetRecords",
                "kinesis:ListShards",
            ],
            place.arn("kinesis", f"stream/{STREAM_NAME}"),
        ),
        _allow(
            ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"],
            function_arn,
            f"{function_arn}:*",
        ),
        _allow(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], bucket_arn),
        _allow(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], f"{bucket_arn}/*"),
        _allow(
            ["logs:PutLogEvents"], place.arn("logs", f"log-group:{DELIVERY_STREAM_LOG_GROUP}:log-stream:*")
        ),
    )


def function_policy(place: Place) -> Document:
    """Write the function's log; the log group itself is made by bootstrap.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    return _policy(
        _allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            place.arn("logs", f"log-group:{FUNCTION_LOG_GROUP}:*"),
        )
    )


def _trust_policy(service: str, condition: Document | None = None) -> Document:
    statement: Document = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition is not None:
        statement["Condition"] = condition
    return _policy(statement)


def _policy(*statements: Document) -> Document:
    return {"Version": VERSION, "Statement": list(statements)}


def _allow(actions: list[str], *resources: str) -> Document:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}
