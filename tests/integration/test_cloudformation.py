"""The whole chain as a CloudFormation stack, and a pipe that a template makes, changes and replaces.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bootstrap
from bootstrap.archive import transform_archive
from tests.conftest import Aws
from tests.polling import poll_until

TEMPLATE = (Path(bootstrap.__file__).parent / "template.yaml").read_text(encoding="utf-8")


class Stack:
    """A stack, its pipe among its resources."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.name = name
        self.pipes = aws.client("pipes")
        self._cloudformation = aws.client("cloudformation")

    def create(self, template: str, **parameters: str) -> None:
        """Begin to create the stack."""
        self._cloudformation.create_stack(**self._request(template, parameters))

    def update(self, template: str, **parameters: str) -> None:
        """Begin to update the stack."""
        self._cloudformation.update_stack(**self._request(template, parameters))

    def delete(self) -> None:
        """Delete the stack and wait until that is done."""
        self._cloudformation.delete_stack(StackName=self._stack_id())
        self.wait("DELETE_COMPLETE")

    def wait(self, status: str) -> None:
        """Return when the stack has this status."""
        stack_id = self._stack_id()
        poll_until(f"a stack in {status}", lambda: self._look(stack_id)["StackStatus"] == status, 60)

    def outputs(self) -> dict[str, str]:
        """Return the outputs by their keys."""
        listed = self._look(self.name)["Outputs"]
        return {output["OutputKey"]: output["OutputValue"] for output in listed}

    def failure(self, logical_id: str) -> tuple[str, str]:
        """Return how and why a resource failed, once that is known."""

        def look() -> tuple[str, str] | None:
            events = self._cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
            failures = (
                (event["ResourceStatus"], event["ResourceStatusReason"])
                for event in events
                if event["LogicalResourceId"] == logical_id and event["ResourceStatus"].endswith("_FAILED")
            )
            return next(failures, None)

        return poll_until(f"the failure of {logical_id}", look, timeout_seconds=60)

    def pipe(self, name: str) -> dict[str, Any] | None:
        """Return a pipe's description, if there is one of that name."""
        try:
            description: dict[str, Any] = self.pipes.describe_pipe(Name=name)
        except self.pipes.exceptions.NotFoundException:
            return None
        return description

    def _stack_id(self) -> str:
        return str(self._look(self.name)["StackId"])

    def _look(self, stack: str) -> dict[str, Any]:
        (found,) = self._cloudformation.describe_stacks(StackName=stack)["Stacks"]
        description: dict[str, Any] = found
        return description

    def _request(self, template: str, parameters: dict[str, str]) -> dict[str, Any]:
        return {
            "StackName": self.name,
            "TemplateBody": template,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
        }


@pytest.fixture
def stack(aws: Aws, name: str) -> Stack:
    """Return a stack that is not created yet."""
    return Stack(aws, name)


@pytest.fixture
def chain_parameters(aws: Aws, name: str) -> Iterator[dict[str, str]]:
    """Return parameters for a chain of its own, with its function's code in a bucket."""
    s3 = aws.client("s3")
    code_bucket = f"{name}-code"
    s3.create_bucket(Bucket=code_bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    s3.put_object(Bucket=code_bucket, Key="transform.zip", Body=transform_archive())
    kinds = ("Table", "Pipe", "Stream", "Function", "DeliveryStream", "Bucket")
    yield {
        "CodeBucket": code_bucket,
        "CodeKey": "transform.zip",
        "TransformBufferIntervalSeconds": "0",
        "S3BufferIntervalSeconds": "0",
        **{f"{kind}Name": f"{name}-{kind.lower()}" for kind in kinds},
    }
    s3.delete_object(Bucket=code_bucket, Key="transform.zip")
    s3.delete_bucket(Bucket=code_bucket)


class Orders:
    """Writes orders into the stack's table and reads the rows in its bucket."""

    def __init__(self, aws: Aws, parameters: dict[str, str]) -> None:
        self._dynamodb = aws.client("dynamodb")
        self._s3 = aws.client("s3")
        self._parameters = parameters

    def write(self, order_id: str) -> None:
        """Write an order."""
        item = {
            "orderid": {"S": order_id},
            "product_name": {"S": "Phone"},
            "quantity": {"N": "1"},
            "price": {"N": "9.50"},
        }
        self._dynamodb.put_item(TableName=self._parameters["TableName"], Item=item)

    def delivered(self, *order_ids: str) -> bool:
        """Wait until there are rows of these orders, and of no others."""
        return poll_until(f"rows of {order_ids}", lambda: sorted(self._rows()) == sorted(order_ids))

    def _rows(self) -> list[str]:
        bucket = self._parameters["BucketName"]
        keys = [
            found["Key"]
            for found in self._s3.list_objects_v2(Bucket=bucket, Prefix="orders/").get("Contents", [])
        ]
        lines = [
            line
            for key in keys
            for line in self._s3.get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()
        ]
        return [json.loads(line)["orderid"] for line in lines]


def test_chain_of_the_template_is_created_carries_orders_is_updated_and_goes(
    aws: Aws, stack: Stack, chain_parameters: dict[str, str]
) -> None:
    # GIVEN the stack, beside whatever chain is there
    orders = Orders(aws, chain_parameters)
    stack.create(TEMPLATE, **chain_parameters)
    stack.wait("CREATE_COMPLETE")
    assert stack.outputs()["PipeState"] == "RUNNING"

    # WHEN an order is written, THEN it is delivered
    orders.write("first")
    orders.delivered("first")

    # WHEN the pipe is stopped and its batch size changed, and started again
    stack.update(TEMPLATE, **chain_parameters, PipeState="STOPPED", BatchSize="10")
    stack.wait("UPDATE_COMPLETE")
    stopped = stack.pipe(chain_parameters["PipeName"])
    assert stopped is not None
    orders.write("second")
    stack.update(TEMPLATE, **chain_parameters, BatchSize="10")
    stack.wait("UPDATE_COMPLETE")

    # THEN it was the same pipe, stopped, and what was written meanwhile has arrived
    source = stopped["SourceParameters"]["DynamoDBStreamParameters"]
    assert (stopped["CurrentState"], source["BatchSize"], source["StartingPosition"]) == (
        "STOPPED",
        10,
        "LATEST",
    )
    orders.delivered("first", "second")

    # WHEN the stack is deleted, THEN nothing of it is left
    stack.delete()
    assert stack.pipe(chain_parameters["PipeName"]) is None
    assert chain_parameters["TableName"] not in aws.client("dynamodb").list_tables()["TableNames"]
    listed = aws.client("firehose").list_delivery_streams(
        ExclusiveStartDeliveryStreamName=chain_parameters["DeliveryStreamName"][:-1]
    )["DeliveryStreamNames"]
    assert chain_parameters["DeliveryStreamName"] not in listed
