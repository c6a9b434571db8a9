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
MISSING_STREAM = "arn:aws:dynamodb:eu-north-1:000000000000:table/nothing/stream/2026-01-01T00:00:00.000"


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
        # Once it is deleted, a stack is known by its ARN alone.
        stack_id = self._look(self.name)["StackId"]
        self._cloudformation.delete_stack(StackName=stack_id)
        self.wait("DELETE_COMPLETE", stack_id)

    def wait(self, status: str, stack_id: str | None = None) -> None:
        """Return when the stack has this status."""
        stack = stack_id or self.name
        poll_until(f"a stack in {status}", lambda: self._look(stack)["StackStatus"] == status)

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

        return poll_until(f"the failure of {logical_id}", look)

    def pipe(self, name: str) -> dict[str, Any] | None:
        """Return a pipe's description, if there is one of that name."""
        try:
            description: dict[str, Any] = self.pipes.describe_pipe(Name=name)
        except self.pipes.exceptions.NotFoundException:
            return None
        return description

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


def pipe_template(position: str = "LATEST", **changes: Any) -> str:
    """Return a template of a pipe, its table and its role; where a pipe delivers to is not looked at."""
    trust = {"Effect": "Allow", "Principal": {"Service": "pipes.amazonaws.com"}, "Action": "sts:AssumeRole"}
    resources = {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}},
        },
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "orderid", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "orderid", "AttributeType": "S"}],
                "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
            },
        },
        "Pipe": {
            "Type": "AWS::Pipes::Pipe",
            "Properties": {
                "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "Source": {"Fn::GetAtt": ["Table", "StreamArn"]},
                # CloudFormation takes a number as text, too.
                "SourceParameters": {
                    "DynamoDBStreamParameters": {"StartingPosition": position, "BatchSize": "7"}
                },
                "Target": {
                    "Fn::Sub": "arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${AWS::StackName}"
                },
                "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "$.eventID"}},
                **changes,
            },
        },
    }
    outputs = {
        "name": {"Value": {"Ref": "Pipe"}},
        "arn": {"Value": {"Fn::GetAtt": ["Pipe", "Arn"]}},
        "state": {"Value": {"Fn::GetAtt": ["Pipe", "CurrentState"]}},
    }
    return json.dumps({"Resources": resources, "Outputs": outputs})


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
    with pytest.raises(aws.client("dynamodb").exceptions.ResourceNotFoundException):
        aws.client("dynamodb").describe_table(TableName=chain_parameters["TableName"])
    listed = aws.client("firehose").list_delivery_streams(
        ExclusiveStartDeliveryStreamName=chain_parameters["DeliveryStreamName"][:-1]
    )["DeliveryStreamNames"]
    assert chain_parameters["DeliveryStreamName"] not in listed


def test_pipe_is_replaced_where_it_cannot_be_changed(stack: Stack) -> None:
    # GIVEN a pipe without a name of its own, and with tags
    stack.create(pipe_template(Tags={"team": "sales", "stage": "test"}, Description="orders"))
    stack.wait("CREATE_COMPLETE")
    outputs = stack.outputs()
    assert outputs["name"].startswith(f"{stack.name}-Pipe-")
    assert outputs["arn"] == f"arn:aws:pipes:eu-north-1:000000000000:pipe/{outputs['name']}"
    assert outputs["state"] == "RUNNING"

    # WHEN tags and description change, THEN it is the same pipe that has them
    stack.update(pipe_template(Tags={"team": "orders"}))
    stack.wait("UPDATE_COMPLETE")
    assert stack.outputs() == outputs
    described = stack.pipe(outputs["name"])
    assert described is not None
    assert (described["Tags"], described.get("Description")) == ({"team": "orders"}, "")
    assert described["SourceParameters"]["DynamoDBStreamParameters"]["BatchSize"] == 7

    # WHEN the starting position changes, THEN another pipe has taken its place
    stack.update(pipe_template("TRIM_HORIZON"))
    stack.wait("UPDATE_COMPLETE")
    replaced = stack.outputs()["name"]
    assert replaced != outputs["name"]
    assert stack.pipe(outputs["name"]) is None

    # WHEN the next one cannot be created, THEN the events say why, and this one stays
    stack.update(pipe_template("TRIM_HORIZON", Source=MISSING_STREAM))
    assert stack.failure("Pipe") == (
        "UPDATE_FAILED",
        f"Input parameter is invalid from the request due to : Cannot access stream {MISSING_STREAM}. "
        "Please ensure the customer role can perform actions on source stream",
    )
    stack.wait("UPDATE_COMPLETE")
    kept = stack.pipe(replaced)
    assert kept is not None
    assert kept["CurrentState"] == "RUNNING"

    # WHEN the stack is deleted, THEN so is the pipe
    stack.delete()
    assert stack.pipes.list_pipes(NamePrefix=stack.name)["Pipes"] == []


def test_pipe_without_its_source_fails_with_the_reason_and_goes_with_its_stack(stack: Stack) -> None:
    # WHEN a template names a stream that does not exist
    name = f"{stack.name}-pipe"
    stack.create(pipe_template(Name=name, Source=MISSING_STREAM))

    # THEN the resource fails with the pipe's own reason
    assert stack.failure("Pipe") == (
        "CREATE_FAILED",
        f"Input parameter is invalid from the request due to : Cannot access stream {MISSING_STREAM}. "
        "Please ensure the customer role can perform actions on source stream",
    )
    stack.wait("CREATE_FAILED")

    # AND the failed pipe goes with its stack
    assert stack.pipe(name) is not None
    stack.delete()
    assert stack.pipe(name) is None


def test_stack_leaves_a_pipe_alone_that_is_not_its_own(stack: Stack, aws: Aws, name: str) -> None:
    # GIVEN a pipe that another stack made
    other = Stack(aws, f"{name}-other")
    other.create(pipe_template(Name=name))
    other.wait("CREATE_COMPLETE")

    # WHEN a template has one of the same name, THEN that fails
    stack.create(pipe_template(Name=name))
    status, reason = stack.failure("Pipe")
    assert (status, f"Pipe {name} already exists." in reason) == ("CREATE_FAILED", True)
    stack.wait("CREATE_FAILED")

    # AND deleting the failed stack does not delete the other one's pipe
    stack.delete()
    assert stack.pipe(name) is not None
    other.delete()
    assert stack.pipe(name) is None


def test_table_as_the_cdk_writes_it_is_the_source_of_a_pipe(stack: Stack) -> None:
    # GIVEN a template with the CDK's TableV2, which is a global table with one replica, and a pipe on its stream
    template = json.loads(pipe_template(Source={"Fn::GetAtt": ["Orders", "StreamArn"]}))
    template["Resources"]["Orders"] = {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "orderid", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "orderid", "KeyType": "HASH"}],
            "Replicas": [{"Region": "eu-north-1"}],
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        },
    }

    # WHEN it is deployed
    stack.create(json.dumps(template))

    # THEN the pipe runs
    stack.wait("CREATE_COMPLETE")
    pipe = stack.pipe(stack.outputs()["name"])
    assert pipe is not None
    assert pipe["CurrentState"] == "RUNNING"


def stream_template(**properties: Any) -> str:
    """Return a template of a data stream."""
    stream = {"Type": "AWS::Kinesis::Stream", "Properties": properties}
    outputs = {"name": {"Value": {"Ref": "Stream"}}}
    return json.dumps({"Resources": {"Stream": stream}, "Outputs": outputs})


def test_stream_has_the_shards_and_settings_of_its_template(stack: Stack, aws: Aws) -> None:
    kinesis = aws.client("kinesis")
    members = ("StreamModeDetails", "OpenShardCount", "RetentionPeriodHours", "EncryptionType")

    def described() -> tuple[list[Any], dict[str, str]]:
        name = stack.outputs()["name"]
        summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        tags = kinesis.list_tags_for_stream(StreamName=name)["Tags"]
        return [summary[member] for member in members], {tag["Key"]: tag["Value"] for tag in tags}

    # WHEN a template gives a number of shards and no mode
    stack.create(
        stream_template(ShardCount=2, RetentionPeriodHours="48", Tags=[{"Key": "team", "Value": "sales"}])
    )
    stack.wait("CREATE_COMPLETE")

    # THEN the stream is a provisioned one, with its retention period and tags
    assert described() == ([{"StreamMode": "PROVISIONED"}, 2, 48, "NONE"], {"team": "sales"})

    # WHEN the template changes, THEN so does the stream
    key = {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
    stack.update(
        stream_template(ShardCount=4, StreamEncryption=key, Tags=[{"Key": "stage", "Value": "test"}])
    )
    stack.wait("UPDATE_COMPLETE")
    assert described() == ([{"StreamMode": "PROVISIONED"}, 4, 24, "KMS"], {"stage": "test"})

    # AND one that is on-demand grows by itself
    stack.update(stream_template(StreamModeDetails={"StreamMode": "ON_DEMAND"}))
    stack.wait("UPDATE_COMPLETE")
    assert described() == ([{"StreamMode": "ON_DEMAND"}, 4, 24, "NONE"], {})

    stack.delete()


def test_stream_that_cannot_have_its_retention_period_fails_and_goes_with_its_stack(
    stack: Stack, aws: Aws, name: str
) -> None:
    # WHEN the retention period is shorter than Kinesis allows
    stack.create(stream_template(Name=name, ShardCount=1, RetentionPeriodHours=23))

    # THEN the resource fails with Kinesis's reason
    status, reason = stack.failure("Stream")
    assert status == "CREATE_FAILED"
    assert "Minimum allowed retention period is 24 hours." in reason
    stack.wait("CREATE_FAILED")

    # AND the stream goes with its stack
    stack.delete()
    assert name not in aws.client("kinesis").list_streams(Limit=100)["StreamNames"]
