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

BUS_ARN = "arn:aws:events:eu-north-1:000000000000:event-bus/orders"
FUNCTION_ARN = "arn:aws:lambda:eu-north-1:000000000000:function:f"
REGION, NOW = "eu-north-1", 1_767_225_600.0


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
    return read_definition(request(**changes), region=REGION, now=NOW)


def test_batch_size_is_the_one_default_that_is_described() -> None:
    # https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/pipes/pipe_test.go
    # GIVEN a pipe with nothing but what is required
    definition = create()

    # THEN its description has, as AWS's has, the batch size and the enrichment's empty parameters
    assert write_definition(definition) == {
        "Source": STREAM_ARN,
        "SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 100}},
        "EnrichmentParameters": {},
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
        ({"Target": "arn:aws:ecs:eu-north-1:000000000000:cluster/c"}, "Target: ecs"),
        (
            {"Target": "arn:aws:batch:eu-north-1:000000000000:job-queue/q"},
            "the targets built are: a CloudWatch log group, a Firehose",
        ),
        ({"Target": "arn:aws:lambda:eu-north-1:000000000000:f"}, "not the ARN of a Lambda function"),
        ({"Target": "arn:aws:sqs:eu-north-1:000000000000:a/b"}, "not the ARN of an SQS queue"),
        ({"Target": "arn:aws:kinesis:eu-north-1:000000000000:s"}, "not the ARN of a Kinesis data stream"),
        ({"Enrichment": "arn:aws:execute-api:eu-north-1:000000000000:a/*/GET/x"}, "Enrichment: execute-api"),
        ({"Enrichment": "arn:aws:events:eu-north-1:000000000000:api-destination/d/1"}, "Enrichment: events"),
        ({"EnrichmentParameters": {"HttpParameters": {"PathParameterValues": ["a"]}}}, "HttpParameters"),
        (
            {
                "Target": BUS_ARN,
                "TargetParameters": {"EventBridgeEventBusParameters": {"EndpointId": "abcde.veo"}},
                "SourceParameters": source(BatchSize=1),
            },
            "EndpointId",
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
    definition = create(Enrichment="", TargetParameters=parameters, KmsKeyIdentifier="")
    assert (definition.enrichment_arn, definition.target_template, definition.kms_key_identifier) == (
        None,
        None,
        None,
    )


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
    assert block == {"StartingPosition": "LATEST", "BatchSize": 100, "MaximumRecordAgeInSeconds": 60}
    assert getattr(updated.source_parameters, "maximum_retry_attempts", 0) is None


def test_limits_that_mean_none_are_described_as_they_were_given() -> None:
    # GIVEN -1 for both limits, and the 0 that Terraform sends in an update for an age that is not set
    unlimited = {"MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1}
    definition = create(SourceParameters=source(**unlimited))
    zero = {"DynamoDBStreamParameters": {"MaximumRecordAgeInSeconds": 0, "DeadLetterConfig": {}}}
    updated = read_update({"RoleArn": ROLE_ARN, "SourceParameters": zero}, definition, region=REGION)

    # THEN each comes back
    described = [
        write_definition(each)["SourceParameters"]["DynamoDBStreamParameters"]
        for each in (definition, updated)
    ]
    assert described == [
        {"StartingPosition": "LATEST", "BatchSize": 100, **unlimited},
        {"StartingPosition": "LATEST", "BatchSize": 100, "MaximumRecordAgeInSeconds": 0},
    ]


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


def target(service: str, **changes: Any) -> Any:
    """Read a request with a target of another service."""
    arn = {
        "sqs": QUEUE_ARN,
        "sns": "arn:aws:sns:eu-north-1:000000000000:t",
        "events": BUS_ARN,
        "firehose": "arn:aws:firehose:eu-north-1:000000000000:deliverystream/d",
        "lambda": FUNCTION_ARN,
        "logs": "arn:aws:logs:eu-north-1:000000000000:log-group:/aws/pipes/orders:*",
        "states": "arn:aws:states:eu-north-1:000000000000:stateMachine:m",
    }[service]
    changes = {"TargetParameters": None, "SourceParameters": source(BatchSize=10), **changes}
    return create(Target=arn, **changes)


@pytest.mark.parametrize(
    ("service", "parameters"),
    [
        ("sqs", {"SqsQueueParameters": {"MessageGroupId": "$.eventID", "MessageDeduplicationId": "d"}}),
        ("sns", {"InputTemplate": "<$.eventID>"}),
        (
            "events",
            {
                "EventBridgeEventBusParameters": {
                    "DetailType": "d",
                    "Source": "s",
                    "Resources": ["$.arn"],
                    "Time": "$.t",
                }
            },
        ),
        ("firehose", {}),
        ("logs", {"CloudWatchLogsParameters": {"LogStreamName": "orders", "Timestamp": "$.time"}}),
        ("lambda", {"LambdaFunctionParameters": {"InvocationType": "FIRE_AND_FORGET"}}),
        ("states", {"StepFunctionStateMachineParameters": {"InvocationType": "REQUEST_RESPONSE"}}),
    ],
)
def test_target_is_described_as_it_was_given(service: str, parameters: dict[str, Any]) -> None:
    assert write_definition(target(service, TargetParameters=parameters))["TargetParameters"] == parameters


@pytest.mark.parametrize("service", ["sqs", "sns", "events", "firehose", "lambda", "logs", "states"])
def test_only_a_data_stream_needs_its_block(service: str) -> None:
    assert write_definition(target(service))["TargetParameters"] == {}


@pytest.mark.parametrize(
    ("service", "maximum"), [("sqs", 10), ("sns", 10), ("events", 10), ("firehose", 500), ("logs", 10_000)]
)
def test_batch_larger_than_the_target_takes_is_refused(service: str, maximum: int) -> None:
    # GIVEN the largest batch, which is accepted
    target(service, SourceParameters=source(BatchSize=maximum))

    # WHEN one more is asked for
    with pytest.raises(InvalidRequestError) as caught:
        target(service, SourceParameters=source(BatchSize=maximum + 1))

    # THEN it is refused
    expected = (
        f"The configured batch size {maximum + 1} is greater than the max supported batch size of the target"
    )
    assert str(caught.value) == f"{expected}: {maximum}"


@pytest.mark.parametrize(
    ("service", "size"), [("sqs", 10), ("sns", 10), ("events", 10), ("firehose", 100), ("lambda", 100)]
)
def test_batch_size_that_is_left_out_is_one_that_the_target_takes(service: str, size: int) -> None:
    left_out = {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}}
    assert target(service, SourceParameters=left_out).source_parameters.batch_size == size


@pytest.mark.parametrize("service", ["lambda", "states"])
def test_functions_and_state_machines_take_any_batch(service: str) -> None:
    definition = target(service, SourceParameters=source(BatchSize=10_000))
    assert definition.source_parameters.batch_size == 10_000


def test_fifo_topic_is_refused() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        create(Target="arn:aws:sns:eu-north-1:000000000000:t.fifo", TargetParameters=None)
    assert str(caught.value) == "SNS FIFO topics are not supported as a pipe target"


@pytest.mark.parametrize("field", ["TargetParameters", "EnrichmentParameters"])
def test_template_with_an_unknown_placeholder_is_refused(field: str) -> None:
    parameters = {"InputTemplate": "<aws.pipes.rule-name>"}
    with pytest.raises(InvalidRequestError) as caught:
        target("sqs", **{field: parameters})
    assert str(caught.value).startswith("Invalid json path reference or predefined variable for placeholder")


def test_enrichment_in_another_region_is_refused() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        create(Enrichment=FUNCTION_ARN.replace("north", "west"))
    assert str(caught.value) == "Creating cross-region pipe is not permitted."


def test_update_changes_templates_and_enrichment_and_empty_texts_remove_them() -> None:
    # GIVEN a pipe with an enrichment, both templates and a key
    given = {
        "Enrichment": FUNCTION_ARN,
        "EnrichmentParameters": {"InputTemplate": "<$.eventID>"},
        "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "k"}, "InputTemplate": "<$.a>"},
        "KmsKeyIdentifier": "alias/pipes",
    }
    definition = create(**given)
    assert write_definition(definition).items() >= given.items()

    # WHEN an update does not mention them, and another one empties them
    kept = read_update({"RoleArn": ROLE_ARN}, definition, region=REGION)
    emptied = read_update(
        {
            "RoleArn": ROLE_ARN,
            "Enrichment": "",
            "EnrichmentParameters": {"InputTemplate": ""},
            "TargetParameters": {"InputTemplate": ""},
            "KmsKeyIdentifier": "",
        },
        definition,
        region=REGION,
    )

    # THEN they stay, and they are gone
    assert kept == definition
    assert emptied == create(TargetParameters={"KinesisStreamParameters": {"PartitionKey": "k"}})


def test_update_to_a_target_of_another_service_takes_nothing_over_from_the_block() -> None:
    # GIVEN a pipe to a queue with a group
    parameters = {"SqsQueueParameters": {"MessageGroupId": "g"}}
    definition = target("sqs", TargetParameters=parameters)

    # WHEN its target becomes a topic, and then a data stream without its block
    updated = read_update(
        {"RoleArn": ROLE_ARN, "Target": "arn:aws:sns:eu-north-1:000000000000:t"}, definition, region=REGION
    )
    with pytest.raises(InvalidRequestError) as caught:
        read_update({"RoleArn": ROLE_ARN, "Target": TARGET_ARN}, definition, region=REGION)

    # THEN the first has no parameters, and the second is refused
    assert write_definition(updated)["TargetParameters"] == {}
    assert "TargetParameters.KinesisStreamParameters" in str(caught.value)
