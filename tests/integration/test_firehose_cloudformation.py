"""Delivery streams as resources of a CloudFormation stack.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesisfirehose-deliverystream.html
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Aws
from tests.integration.firehose_setup import ACCOUNT_ID, REGION, ROLE_ARN, Setup
from tests.polling import poll_until

MISSING_KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/00000000-0000-4000-8000-000000000000"


@pytest.fixture
def setup(aws: Aws, name: str) -> Iterator[Setup]:
    """Return a bucket, and makers of what is delivered to it; everything is removed afterwards."""
    resources = Setup(aws, name)
    yield resources
    resources.remove()


class Stack:
    """A stack with one delivery stream."""

    def __init__(self, setup: Setup, cloudformation: Any) -> None:
        self._setup = setup
        self._cloudformation = cloudformation

    def create(self, *, name: str | None = None, **settings: Any) -> None:
        """Begin to create the stack; `settings` are properties of the delivery stream."""
        self._cloudformation.create_stack(
            StackName=self._setup.name, TemplateBody=self._template(name, settings)
        )

    def update(self, *, name: str | None = None, **settings: Any) -> None:
        """Begin to update the stack."""
        self._cloudformation.update_stack(
            StackName=self._setup.name, TemplateBody=self._template(name, settings)
        )

    def delete(self) -> None:
        """Begin to delete the stack."""
        self._cloudformation.delete_stack(StackName=self._setup.name)

    def wait(self, status: str) -> None:
        """Return when the stack has this status."""
        poll_until(f"a stack in {status}", lambda: self._description()["StackStatus"] == status)

    def outputs(self) -> dict[str, str]:
        """Return the outputs by their keys."""
        return {output["OutputKey"]: output["OutputValue"] for output in self._description()["Outputs"]}

    def failure(self, status: str) -> str:
        """Return why the delivery stream could not be made or changed, once that is known."""

        def look() -> str | None:
            events = self._cloudformation.describe_stack_events(StackName=self._setup.name)["StackEvents"]
            reasons = (
                event["ResourceStatusReason"]
                for event in events
                if (event["LogicalResourceId"], event["ResourceStatus"]) == ("deliveries", status)
            )
            return next(reasons, None)

        return poll_until(f"a delivery stream in {status}", look)

    def _description(self) -> dict[str, Any]:
        (stack,) = self._cloudformation.describe_stacks(StackName=self._setup.name)["Stacks"]
        description: dict[str, Any] = stack
        return description

    def _template(self, name: str | None, settings: dict[str, Any]) -> str:
        properties = {"DeliveryStreamName": name, **settings} if name else settings
        return json.dumps(
            {
                "Resources": {
                    "deliveries": {"Type": "AWS::KinesisFirehose::DeliveryStream", "Properties": properties}
                },
                "Outputs": {
                    "name": {"Value": {"Ref": "deliveries"}},
                    "arn": {"Value": {"Fn::GetAtt": ["deliveries", "Arn"]}},
                },
            }
        )


@pytest.fixture
def stack(setup: Setup, aws: Aws) -> Stack:
    """Return a stack that is not created yet."""
    return Stack(setup, aws.client("cloudformation"))


def settings(setup: Setup, seconds: int = 60, **members: Any) -> dict[str, Any]:
    """Return properties with a destination that delivers after some seconds."""
    destination = {
        "RoleARN": ROLE_ARN,
        "BucketARN": f"arn:aws:s3:::{setup.name}",
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": seconds},
        "Prefix": "data/",
    }
    return {"ExtendedS3DestinationConfiguration": destination, **members}


def tags(setup: Setup, name: str) -> dict[str, str]:
    """Return the tags of a delivery stream."""
    listed = setup.firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in listed}


def test_delivery_stream_without_a_name_gets_one_and_goes_with_its_stack(setup: Setup, stack: Stack) -> None:
    # WHEN a template gives no name
    stack.create(**settings(setup))
    stack.wait("CREATE_COMPLETE")

    # THEN the delivery stream has one of the stack's and the resource's, and the outputs tell it
    outputs = stack.outputs()
    assert outputs["name"].startswith(f"{setup.name}-deliveries-")
    described = setup.describe(outputs["name"])
    assert (described["DeliveryStreamARN"], described["DeliveryStreamStatus"]) == (outputs["arn"], "ACTIVE")

    # WHEN the stack is deleted, THEN so is the delivery stream
    stack.delete()
    poll_until("the deletion", lambda: outputs["name"] not in setup.delivery_stream_names())


def test_update_changes_the_delivery_stream_in_place(setup: Setup, stack: Stack) -> None:
    # GIVEN a delivery stream without a name of its own, with two tags
    stack.create(
        **settings(setup, Tags=[{"Key": "team", "Value": "orders"}, {"Key": "stage", "Value": "test"}])
    )
    stack.wait("CREATE_COMPLETE")
    outputs = stack.outputs()
    name = outputs["name"]

    # WHEN buffering hints, tags and encryption are changed
    stack.update(
        **settings(
            setup,
            seconds=120,
            Tags=[{"Key": "team", "Value": "payments"}, {"Key": "cost", "Value": "1"}],
            DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"},
        )
    )
    stack.wait("UPDATE_COMPLETE")

    # THEN the same delivery stream has them
    assert stack.outputs() == outputs
    described = setup.describe(name)
    destination = described["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert destination["BufferingHints"] == {"SizeInMBs": 5, "IntervalInSeconds": 120}
    assert described["DeliveryStreamEncryptionConfiguration"]["Status"] == "ENABLED"
    assert tags(setup, name) == {"team": "payments", "cost": "1"}

    # WHEN encryption and tags are taken out, and nothing else changes
    stack.update(**settings(setup, seconds=120))
    stack.wait("UPDATE_COMPLETE")

    # THEN they are gone, and the destination is of the same version
    assert setup.describe(name)["DeliveryStreamEncryptionConfiguration"]["Status"] == "DISABLED"
    assert (tags(setup, name), setup.describe(name)["VersionId"]) == ({}, described["VersionId"])

    stack.delete()
    poll_until("the deletion", lambda: name not in setup.delivery_stream_names())


def test_update_that_firehose_refuses_fails_with_its_reason(setup: Setup, stack: Stack) -> None:
    # GIVEN a delivery stream
    stack.create(name=setup.name, **settings(setup))
    stack.wait("CREATE_COMPLETE")

    # WHEN its prefix gets an expression that needs an error output prefix
    changed = settings(setup)
    changed["ExtendedS3DestinationConfiguration"]["Prefix"] = "!{timestamp:yyyy}/"
    stack.update(name=setup.name, **changed)

    # THEN the stack's events say why, and the delivery stream is as it was
    assert "ErrorOutputPrefix cannot be null or empty" in stack.failure("UPDATE_FAILED")
    destination = setup.describe()["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert destination["Prefix"] == "data/"

    stack.delete()
    poll_until("the deletion", lambda: setup.name not in setup.delivery_stream_names())


def test_creation_that_fails_later_fails_the_stack(setup: Setup, stack: Stack) -> None:
    # WHEN a template names a key that does not exist
    key = {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": MISSING_KEY_ARN}
    stack.create(
        name=setup.name,
        **settings(setup, DeliveryStreamEncryptionConfigurationInput=key),
    )

    # THEN the stack's events say why it fails
    assert MISSING_KEY_ARN.rpartition("/")[2] in stack.failure("CREATE_FAILED")

    # WHEN the stack is deleted, THEN nothing is left
    stack.delete()
    poll_until("the deletion", lambda: setup.name not in setup.delivery_stream_names())
