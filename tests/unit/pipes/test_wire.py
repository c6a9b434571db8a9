"""What CreatePipe and UpdatePipe accept, refuse and describe.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html
The messages marked AWS were recorded there:
https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/pipes
https://github.com/hashicorp/terraform-provider-aws/issues/30773
"""

from typing import Any

import pytest

from emulator.pipes.refusal import InvalidRequestError
from emulator.pipes.wire import read_definition, read_update, write_definition
from tests.unit.pipes.fakes import QUEUE_ARN, ROLE_ARN, STREAM_ARN, TARGET_ARN

REGION, ACCOUNT, NOW = "eu-north-1", "000000000000", 1_767_225_600.0


def request(**changes: Any) -> dict[str, Any]:
    """Return a CreatePipe request."""
    return {
        "Name": "orders-pipe",
        "Source": STREAM_ARN,
        "Target": TARGET_ARN,
        "RoleArn": ROLE_ARN,
        "SourceParameters": source(),
        "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "$.eventID"}},
        **changes,
    }


def source(**block: Any) -> dict[str, Any]:
    """Return source parameters for a DynamoDB stream."""
    return {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", **block}}


def create(**changes: Any) -> Any:
    """Read a CreatePipe request."""
    return read_definition(request(**changes), region=REGION, account_id=ACCOUNT, now=NOW)


def test_defaults_are_described_as_aws_has_them() -> None:
    # GIVEN a pipe with nothing but what is required
    definition = create()

    # THEN its description has every default
    assert write_definition(definition) == {
        "Source": STREAM_ARN,
        "SourceParameters": {
            "DynamoDBStreamParameters": {
                "StartingPosition": "LATEST",
                "BatchSize": 100,
                "MaximumBatchingWindowInSeconds": 0,
                "ParallelizationFactor": 1,
                "MaximumRetryAttempts": -1,
                "MaximumRecordAgeInSeconds": -1,
            }
        },
        "Target": TARGET_ARN,
        "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "$.eventID"}},
        "RoleArn": ROLE_ARN,
    }


def test_everything_that_is_given_is_described() -> None:
    # GIVEN every parameter that is built
    parameters = {
        **source(
            BatchSize=1,
            MaximumBatchingWindowInSeconds=2,
            ParallelizationFactor=10,
            MaximumRetryAttempts=0,
            MaximumRecordAgeInSeconds=60,
            OnPartialBatchItemFailure="AUTOMATIC_BISECT",
            DeadLetterConfig={"Arn": QUEUE_ARN},
        ),
        "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
    }

    # WHEN a pipe has them
    described = write_definition(
        create(SourceParameters=parameters, Description="orders", LogConfiguration={"Level": "OFF"})
    )

    # THEN they come back as they were
    assert described["SourceParameters"] == parameters
    assert (described["Description"], described["LogConfiguration"]) == ("orders", {"Level": "OFF"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"SourceParameters": None},
            '{"ValidationErrorFields":[{"Name":"SourceParameters.DynamoDBStreamParameters",'
            '"Message":"Missing required parameter."}]}',
            id="AWS: no source block",
        ),
        pytest.param(
            {"TargetParameters": {}},
            '{"ValidationErrorFields":[{"Name":"TargetParameters.KinesisStreamParameters",'
            '"Message":"Missing required parameter."}]}',
            id="no target block",
        ),
        pytest.param(
            {"SourceParameters": source() | {"SqsQueueParameters": {}}},
            "Invalid source parameter provided for source",
            id="AWS: source block of another service",
        ),
        pytest.param(
            {"TargetParameters": {"SqsQueueParameters": {}}},
            "Invalid target parameter provided for target.",
            id="AWS: target block of another service",
        ),
        pytest.param(
            {"Source": STREAM_ARN.replace("eu-north-1", "us-east-1")},
            "Creating cross-region pipe is not permitted.",
            id="AWS: source in another region",
        ),
        pytest.param(
            {"Target": TARGET_ARN.replace("eu-north-1", "us-east-1")},
            "Creating cross-region pipe is not permitted.",
            id="AWS: target in another region",
        ),
        pytest.param(
            {"SourceParameters": source(BatchSize=501)},
            "The configured batch size 501 is greater than the max supported batch size of the target: 500",
            id="AWS: batch larger than the target takes",
        ),
        pytest.param(
            {"SourceParameters": source() | {"FilterCriteria": {"Filters": [{"Pattern": "x"}]}}},
            "Invalid Event Pattern",
            id="AWS: pattern that is not JSON",
        ),
        pytest.param(
            {"LogConfiguration": {"Level": "INFO"}},
            "Must provide at least 1 log destination in LogConfiguration",
            id="AWS: log level without a destination",
        ),
    ],
)
def test_request_that_aws_refuses(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        create(**changes)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"Source": "arn:aws:kafka:eu-north-1:000000000000:cluster/c/1"}, "Source: kafka"),
        ({"Source": "arn:aws:mq:eu-north-1:000000000000:broker:b"}, "DynamoDB streams, Kinesis data streams"),
        ({"Source": "arn:aws:kinesis:eu-north-1:000000000000:s"}, "not the ARN of a Kinesis data stream"),
        (
            {"Source": "arn:aws:kinesis:eu-north-1:000000000000:stream/s/consumer/c:1767225600"},
            "consumers with enhanced fan-out",
        ),
        ({"Source": "arn:aws:sqs:eu-north-1:000000000000:a/b"}, "not the ARN of an SQS queue"),
        ({"Source": "smk://broker.example:9092"}, "Source: smk://broker.example:9092"),
        ({"Source": "arn:aws:dynamodb:eu-north-1:000000000000:table/T"}, "not the ARN of a DynamoDB stream"),
        ({"Source": STREAM_ARN.replace("000000000000", "111111111111")}, "another account"),
        ({"Target": "arn:aws:lambda:eu-north-1:000000000000:function:f"}, "Target: lambda"),
        ({"Target": "arn:aws:kinesis:eu-north-1:000000000000:s"}, "not the ARN of a Kinesis data stream"),
        ({"Enrichment": "arn:aws:lambda:eu-north-1:000000000000:function:f"}, "Enrichment"),
        ({"EnrichmentParameters": {"InputTemplate": "x"}}, "EnrichmentParameters"),
        ({"KmsKeyIdentifier": "key"}, "KmsKeyIdentifier"),
        (
            {
                "TargetParameters": {
                    "KinesisStreamParameters": {"PartitionKey": "k"},
                    "InputTemplate": "<$.eventID>",
                }
            },
            "TargetParameters.InputTemplate",
        ),
        (
            {"LogConfiguration": {"Level": "OFF", "CloudwatchLogsLogDestination": {"LogGroupArn": "arn"}}},
            "LogConfiguration",
        ),
        ({"SourceParameters": source(DeadLetterConfig={"Arn": TARGET_ARN})}, "DeadLetterConfig.Arn"),
        ({"SourceParameters": source(DeadLetterConfig={"Arn": QUEUE_ARN + ".fifo"})}, "DeadLetterConfig.Arn"),
        (
            {"SourceParameters": source(DeadLetterConfig={"Arn": QUEUE_ARN.replace("north", "west")})},
            "DeadLetterConfig.Arn",
        ),
        ({"TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "$.a['b']"}}}, "PartitionKey"),
        ({"TargetParameters": {"KinesisStreamParameters": {"PartitionKey": ""}}}, "PartitionKey"),
    ],
)
def test_what_is_not_built_is_refused_by_name(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        create(**changes)
    assert named in str(caught.value)


def test_empty_enrichment_and_template_are_none() -> None:
    # GIVEN the empty texts with which infrastructure tools say "none"
    parameters = {"KinesisStreamParameters": {"PartitionKey": "k"}, "InputTemplate": ""}

    # THEN they are accepted
    assert create(Enrichment="", TargetParameters=parameters).partition_key == "k"


def test_update_leaves_what_it_does_not_mention() -> None:
    # GIVEN a pipe with a description and a filter
    parameters = source(BatchSize=1) | {
        "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]}
    }
    definition = create(SourceParameters=parameters, Description="orders")

    # WHEN only the role is given
    updated = read_update({"Name": "orders-pipe", "RoleArn": ROLE_ARN + "-2"}, definition, region=REGION)

    # THEN only the role changes
    expected = {**write_definition(definition), "RoleArn": ROLE_ARN + "-2"}
    assert write_definition(updated) == expected


def test_update_replaces_a_parameter_block_whole() -> None:
    # GIVEN a pipe with settings of its own
    definition = create(SourceParameters=source(BatchSize=1, MaximumRetryAttempts=5))

    # WHEN the block is given with one other setting
    updated = read_update(
        {
            "RoleArn": ROLE_ARN,
            "SourceParameters": {"DynamoDBStreamParameters": {"MaximumRecordAgeInSeconds": 60}},
        },
        definition,
        region=REGION,
    )

    # THEN what it omits is the default again, and the starting position stays
    block = write_definition(updated)["SourceParameters"]["DynamoDBStreamParameters"]
    assert block == {
        "StartingPosition": "LATEST",
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 0,
        "ParallelizationFactor": 1,
        "MaximumRetryAttempts": -1,
        "MaximumRecordAgeInSeconds": 60,
    }


def test_empty_filters_remove_the_filter() -> None:
    # GIVEN a pipe with a filter
    parameters = source() | {"FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]}}
    definition = create(SourceParameters=parameters)

    # WHEN empty filters are given
    updated = read_update(
        {"RoleArn": ROLE_ARN, "SourceParameters": {"FilterCriteria": {"Filters": []}}},
        definition,
        region=REGION,
    )

    # THEN none is left
    assert "FilterCriteria" not in write_definition(updated)["SourceParameters"]


def test_empty_description_replaces_the_old_one() -> None:
    updated = read_update(
        {"RoleArn": ROLE_ARN, "Description": ""}, create(Description="orders"), region=REGION
    )
    assert updated.description == ""
