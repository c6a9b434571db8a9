"""A pipe's properties in a template: requests, replacements and attributes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html
"""

from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import StructureShape

from emulator.pipes.resource_properties import (
    attributes,
    create_request,
    extraneous_key,
    is_changed,
    needs_replacement,
    tags,
    update_request,
)
from tests.unit.pipes.fakes import PIPE_ARN, ROLE_ARN, STREAM_ARN, TARGET_ARN

BLOCK = {"StartingPosition": "LATEST", "BatchSize": 1}
TARGET_PARAMETERS = {"KinesisStreamParameters": {"PartitionKey": "$.eventID"}}


def properties(**changes: Any) -> dict[str, Any]:
    """Return a template's properties; None takes one out."""
    given = {
        "RoleArn": ROLE_ARN,
        "Source": STREAM_ARN,
        "SourceParameters": {"DynamoDBStreamParameters": BLOCK},
        "Target": TARGET_ARN,
        "TargetParameters": TARGET_PARAMETERS,
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


@pytest.fixture(scope="module")
def shape() -> StructureShape:
    """Return the model of CreatePipe's request."""
    model = botocore.session.get_session().get_service_model("pipes")
    input_shape = model.operation_model("CreatePipe").input_shape
    assert input_shape is not None
    return input_shape


def test_everything_but_attributes_is_sent() -> None:
    # GIVEN properties that a handler has given its attributes, and tags with a number
    given = properties(
        Name="orders-pipe",
        Description="orders",
        DesiredState="STOPPED",
        Tags={"team": "sales", "cost": 12},
        Arn=PIPE_ARN,
        CurrentState="STOPPED",
    )

    # WHEN a pipe is created, THEN the request has the settings alone
    expected = properties(
        Name="orders-pipe",
        Description="orders",
        DesiredState="STOPPED",
        Tags={"team": "sales", "cost": "12"},
    )
    assert create_request(given) == expected


def test_update_sends_what_there_is_now() -> None:
    before = properties(Name="orders-pipe")
    after = properties(Name="orders-pipe", Description="new", Tags={"team": "sales"})
    assert update_request(before, after) == {
        "Name": "orders-pipe",
        "RoleArn": ROLE_ARN,
        "SourceParameters": {"DynamoDBStreamParameters": BLOCK},
        "Target": TARGET_ARN,
        "TargetParameters": TARGET_PARAMETERS,
        "Description": "new",
    }


@pytest.mark.parametrize(
    ("name", "value", "default"),
    [
        ("Description", "orders", ""),
        ("DesiredState", "STOPPED", "RUNNING"),
        ("Enrichment", "arn:aws:lambda:eu-north-1:000000000000:function:f", ""),
        ("EnrichmentParameters", {"InputTemplate": "<$.a>"}, {"InputTemplate": ""}),
        ("KmsKeyIdentifier", "alias/orders", ""),
        ("LogConfiguration", {"Level": "ERROR"}, {"Level": "OFF"}),
        (
            "TargetParameters",
            {**TARGET_PARAMETERS, "InputTemplate": "<$.a>"},
            {**TARGET_PARAMETERS, "InputTemplate": ""},
        ),
        (
            "SourceParameters",
            {"DynamoDBStreamParameters": BLOCK, "FilterCriteria": {"Filters": [{"Pattern": "{}"}]}},
            {"DynamoDBStreamParameters": BLOCK, "FilterCriteria": {"Filters": []}},
        ),
        (
            "TargetParameters",
            {**TARGET_PARAMETERS, "LambdaFunctionParameters": {"InvocationType": "FIRE_AND_FORGET"}},
            {**TARGET_PARAMETERS, "LambdaFunctionParameters": {}},
        ),
        (
            "SourceParameters",
            {"DynamoDBStreamParameters": BLOCK, "SqsQueueParameters": {"BatchSize": 5}},
            {"DynamoDBStreamParameters": BLOCK, "SqsQueueParameters": {}},
        ),
    ],
)
def test_what_the_template_has_dropped_goes_back_to_its_default(name: str, value: Any, default: Any) -> None:
    # WHEN one property, or one inside it, is taken out
    request = update_request(properties(**{name: value}), properties())

    # THEN the request says so: UpdatePipe would leave it alone otherwise
    assert request[name] == default


@pytest.mark.parametrize(
    ("changes", "replaced"),
    [
        ({}, False),
        ({"Description": "new"}, False),
        ({"Target": TARGET_ARN + "-2"}, False),
        ({"SourceParameters": {"DynamoDBStreamParameters": {**BLOCK, "BatchSize": 2}}}, False),
        ({"Name": "orders-pipe"}, False),
        ({"Name": "other"}, True),
        ({"Source": STREAM_ARN + "0"}, True),
        (
            {"SourceParameters": {"DynamoDBStreamParameters": {**BLOCK, "StartingPosition": "TRIM_HORIZON"}}},
            True,
        ),
        ({"SourceParameters": {"KinesisStreamParameters": BLOCK}}, True),
    ],
)
def test_create_only_properties_need_another_pipe(changes: dict[str, Any], replaced: bool) -> None:
    before = properties(Name="orders-pipe", Arn=PIPE_ARN, CurrentState="RUNNING")
    assert needs_replacement(before, properties(**changes)) is replaced


def test_attributes_and_tags_are_no_change_of_the_pipe() -> None:
    before = properties(Name="orders-pipe", Arn=PIPE_ARN, Tags={"team": "sales"})
    assert not is_changed(before, properties())
    assert is_changed(before, properties(Description="new"))


def test_tag_values_are_text() -> None:
    assert tags(properties(Tags={"cost": 12, "team": "sales"})) == {"cost": "12", "team": "sales"}
    assert tags(properties()) == {}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"Tags": {"any": "key"}, "Arn": PIPE_ARN}, None),
        # CloudFormation writes this one with a capital letter, the API without.
        (
            {
                "TargetParameters": {
                    "EcsTaskParameters": {
                        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}}
                    }
                }
            },
            None,
        ),
        ({"Retries": 3}, "#: extraneous key [Retries] is not permitted"),
        (
            {"SourceParameters": {"DynamoDBStreamParameters": {**BLOCK, "MaxRetries": 3}}},
            "#/SourceParameters/DynamoDBStreamParameters: extraneous key [MaxRetries] is not permitted",
        ),
        (
            {"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": "{}", "Name": "f"}]}}},
            "#/SourceParameters/FilterCriteria/Filters/0: extraneous key [Name] is not permitted",
        ),
    ],
)
def test_property_that_there_is_not_is_named(
    shape: StructureShape, changes: dict[str, Any], problem: str | None
) -> None:
    found = extraneous_key(properties(**changes), shape)
    assert found == (problem and f"Properties validation failed with message: {problem}")


def test_attributes_are_text() -> None:
    description = {
        "Arn": PIPE_ARN,
        "Name": "orders-pipe",
        "CurrentState": "RUNNING",
        "CreationTime": datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC),
        "LastModifiedTime": datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC),
    }
    assert attributes(description) == {
        "Arn": PIPE_ARN,
        "CurrentState": "RUNNING",
        "StateReason": "",
        "CreationTime": "2026-01-02T03:04:05Z",
        "LastModifiedTime": "2026-01-02T03:04:06Z",
    }


def test_parameters_of_a_target_that_has_changed_are_not_reset() -> None:
    # WHEN the target is another one, whose service might refuse the former one's block
    block = {"LambdaFunctionParameters": {"InvocationType": "FIRE_AND_FORGET"}}
    request = update_request(
        properties(TargetParameters=block), properties(Target=TARGET_ARN + "-2", TargetParameters=None)
    )

    # THEN the request does not have it
    assert request["TargetParameters"] == {}
