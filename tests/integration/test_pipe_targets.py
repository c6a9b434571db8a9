"""Pipes from one table to every kind of target but a data stream, with enrichments and templates.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Aws
from tests.integration.lambda_functions import ROLE, Function
from tests.integration.pipe_setup import settled_state
from tests.polling import poll_until

NAME = "pipe-targets"
ORDER_IDS = ["a", "bad", "c"]
TEMPLATE = '{"id": <$.dynamodb.Keys.orderid.S>, "pipe": "<aws.pipes.pipe-name>"}'
KEY_PATH = "$.dynamodb.Keys.orderid.S"
ENRICH = """
def handler(events, context):
    return [{**event, "price": 2} for event in events if event["dynamodb"]["Keys"]["orderid"]["S"] != "bad"]
"""
REFUSE = """
def handler(events, context):
    failed = [event for event in events if event["dynamodb"]["Keys"]["orderid"]["S"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": event["eventID"]} for event in failed]}
"""
IDENTITY = json.dumps({"StartAt": "Same", "States": {"Same": {"Type": "Pass", "End": True}}})


class Targets:
    """A table with a stream, and what its pipes deliver to."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.pipes, self.sqs, self.dynamodb = (
            aws.client(service) for service in ("pipes", "sqs", "dynamodb")
        )
        self.dynamodb.create_table(
            TableName=NAME,
            KeySchema=[{"AttributeName": "orderid", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "orderid", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        self.source_arn = self.dynamodb.describe_table(TableName=NAME)["Table"]["LatestStreamArn"]
        iam = aws.client("iam")
        self.role_arn = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        for order_id in ORDER_IDS:
            self.dynamodb.put_item(TableName=NAME, Item={"orderid": {"S": order_id}})

    def queue(self, name: str, **attributes: str) -> tuple[str, str]:
        """Create a queue; return its URL and ARN."""
        url = self.sqs.create_queue(QueueName=f"{NAME}-{name}", Attributes=attributes)["QueueUrl"]
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, answer["Attributes"]["QueueArn"]

    def pipe(self, name: str, target_arn: str, source: dict[str, Any] | None = None, **changes: Any) -> None:
        """Create a pipe that reads the table's stream from its beginning, in batches of up to ten."""
        block = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 10, **(source or {})}
        self.pipes.create_pipe(
            Name=f"{NAME}-{name}",
            Source=self.source_arn,
            SourceParameters={"DynamoDBStreamParameters": block},
            RoleArn=self.role_arn,
            Target=target_arn,
            **changes,
        )

    def bodies(self, url: str, count: int) -> list[Any]:
        """Wait for messages and return their JSON, in the order of arrival."""
        bodies: list[Any] = []

        def arrived() -> bool:
            answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", ()):
                bodies.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return len(bodies) >= count

        poll_until(f"{count} messages in {url}", arrived)
        return bodies

    def clean_up(self) -> None:
        """Delete the pipes, and wait until they are gone."""
        names = [pipe["Name"] for pipe in self.pipes.list_pipes(NamePrefix=f"{NAME}-")["Pipes"]]
        for name in names:
            settled_state(self.pipes, name)
            self.pipes.delete_pipe(Name=name)
        poll_until("the pipes to be gone", lambda: not self.pipes.list_pipes(NamePrefix=f"{NAME}-")["Pipes"])
        self.dynamodb.delete_table(TableName=NAME)


@pytest.fixture(scope="module")
def targets(aws: Aws) -> Iterator[Targets]:
    """Return the table with its orders."""
    surroundings = Targets(aws)
    yield surroundings
    surroundings.clean_up()


def test_fifo_queue_gets_the_template_in_order(targets: Targets) -> None:
    # GIVEN a FIFO queue whose group and deduplication ids come from the event
    url, arn = targets.queue("fifo.fifo", FifoQueue="true")

    # WHEN a pipe delivers to it
    targets.pipe(
        "fifo",
        arn,
        TargetParameters={
            "SqsQueueParameters": {"MessageGroupId": "$.eventSource", "MessageDeduplicationId": "$.eventID"},
            "InputTemplate": TEMPLATE,
        },
    )

    # THEN it has the template's texts
    expected = [{"id": order_id, "pipe": f"{NAME}-fifo"} for order_id in ORDER_IDS]
    assert targets.bodies(url, 3) == expected


def test_topic_gets_a_message_per_event(targets: Targets) -> None:
    # GIVEN a topic with a queue subscribed
    sns = targets.aws.client("sns")
    url, arn = targets.queue("topic")
    topic_arn = sns.create_topic(Name=NAME)["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})

    # WHEN a pipe delivers to it
    targets.pipe("topic", topic_arn, TargetParameters={"InputTemplate": TEMPLATE})

    # THEN the queue has each event
    assert sorted(body["id"] for body in targets.bodies(url, 3)) == ORDER_IDS


def test_log_group_gets_a_log_event_per_event(targets: Targets) -> None:
    # GIVEN a log group
    logs = targets.aws.client("logs")
    logs.create_log_group(logGroupName=NAME)
    (group,) = logs.describe_log_groups(logGroupNamePrefix=NAME)["logGroups"]

    # WHEN a pipe delivers to a log stream of it
    parameters = {"InputTemplate": TEMPLATE, "CloudWatchLogsParameters": {"LogStreamName": "orders"}}
    targets.pipe("logs", group["arn"], TargetParameters=parameters)

    # THEN that has each event
    def messages() -> list[str] | None:
        if not logs.describe_log_streams(logGroupName=NAME)["logStreams"]:
            return None
        events = logs.get_log_events(logGroupName=NAME, logStreamName="orders")["events"]
        return [each["message"] for each in events] if len(events) == len(ORDER_IDS) else None

    found = poll_until("the log events", messages)
    assert [json.loads(message)["id"] for message in found] == ORDER_IDS
    logs.delete_log_group(logGroupName=NAME)


def test_event_bus_gets_events_with_the_defaults_of_pipes(targets: Targets) -> None:
    # GIVEN a bus whose rule knows what pipes send
    events = targets.aws.client("events")
    url, arn = targets.queue("bus")
    bus_arn = events.create_event_bus(Name=NAME)["EventBusArn"]
    pattern = {"source": [f"Pipe {NAME}-bus"], "detail-type": ["Event from aws:dynamodb"]}
    events.put_rule(Name=NAME, EventBusName=NAME, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=NAME, EventBusName=NAME, Targets=[{"Id": "queue", "Arn": arn}])

    # WHEN a pipe delivers to it, with the time of the change
    parameters = {"Time": "$.dynamodb.ApproximateCreationDateTime", "Resources": ["$.eventSourceARN"]}
    targets.pipe("bus", bus_arn, TargetParameters={"EventBridgeEventBusParameters": parameters})

    # THEN the rule matched, and the event is the detail
    bodies = targets.bodies(url, 3)
    assert sorted(body["detail"]["dynamodb"]["Keys"]["orderid"]["S"] for body in bodies) == ORDER_IDS
    assert {tuple(body["resources"]) for body in bodies} == {(targets.source_arn,)}


def test_function_enriches_and_filters(targets: Targets) -> None:
    # GIVEN a function that leaves an event out and adds to the others
    client = targets.aws.client("lambda")
    function = Function(client, f"{NAME}-enrich", ENRICH)
    function_arn = client.get_function_configuration(FunctionName=function.name)["FunctionArn"]
    url, arn = targets.queue("enriched")

    # WHEN a pipe has it between the table and a queue
    targets.pipe(
        "enriched",
        arn,
        Enrichment=function_arn,
        TargetParameters={"InputTemplate": '{"id": <$.dynamodb.Keys.orderid.S>, "price": <$.price>}'},
    )

    # THEN the queue has what it returned, and listing the pipe shows it
    assert sorted(body["id"] for body in targets.bodies(url, 2)) == ["a", "c"]
    (summary,) = targets.pipes.list_pipes(NamePrefix=f"{NAME}-enriched")["Pipes"]
    assert summary["Enrichment"] == function_arn


def test_only_the_events_that_a_function_names_are_dead_lettered(targets: Targets) -> None:
    # GIVEN a function that refuses one event for ever
    client = targets.aws.client("lambda")
    function = Function(client, f"{NAME}-refuse", REFUSE)
    function_arn = client.get_function_configuration(FunctionName=function.name)["FunctionArn"]
    url, arn = targets.queue("dead")

    # WHEN a pipe delivers to it with one retry
    targets.pipe("refused", function_arn, {"MaximumRetryAttempts": 1, "DeadLetterConfig": {"Arn": arn}})

    # THEN that event alone was given up
    (message,) = targets.bodies(url, 1)
    assert message["context"]["condition"] == "RetryAttemptsExhausted"
    assert message["DDBStreamBatchInfo"]["batchSize"] == 1


def test_delivery_stream_gets_the_records_without_a_newline(targets: Targets) -> None:
    # GIVEN a delivery stream
    s3, firehose = targets.aws.client("s3"), targets.aws.client("firehose")
    s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    arn = firehose.create_delivery_stream(
        DeliveryStreamName=NAME,
        ExtendedS3DestinationConfiguration={
            "BucketARN": f"arn:aws:s3:::{NAME}",
            "RoleARN": ROLE,
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
        },
    )["DeliveryStreamARN"]
    poll_until(
        "the delivery stream to be active",
        lambda: (
            firehose.describe_delivery_stream(DeliveryStreamName=NAME)["DeliveryStreamDescription"][
                "DeliveryStreamStatus"
            ]
            == "ACTIVE"
        ),
    )

    # WHEN a pipe delivers to it
    targets.pipe("firehose", arn, TargetParameters={"InputTemplate": f"<{KEY_PATH}>;"})

    # THEN the objects hold the records one after the other
    def content() -> str | None:
        objects = s3.list_objects_v2(Bucket=NAME).get("Contents", [])
        text = "".join(
            s3.get_object(Bucket=NAME, Key=each["Key"])["Body"].read().decode() for each in objects
        )
        return text if text.count(";") >= len(ORDER_IDS) else None

    assert poll_until("the objects", content) == "a;bad;c;"


def test_workflows_enrich_and_receive_the_array(targets: Targets) -> None:
    # GIVEN an Express workflow that returns its input, and a standard one
    states = targets.aws.client("stepfunctions")
    express, standard = (
        states.create_state_machine(name=f"{NAME}-{kind}", definition=IDENTITY, roleArn=ROLE, type=kind)[
            "stateMachineArn"
        ]
        for kind in ("EXPRESS", "STANDARD")
    )

    # WHEN a pipe has the one as its enrichment and the other as its target
    targets.pipe(
        "states",
        standard,
        Enrichment=express,
        EnrichmentParameters={"InputTemplate": TEMPLATE},
        TargetParameters={"StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"}},
    )

    # THEN the executions of the standard one have every event in arrays
    def received() -> list[str] | None:
        executions = states.list_executions(stateMachineArn=standard)["executions"]
        inputs = [
            json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"])
            for execution in executions
        ]
        order_ids = sorted(event["id"] for array in inputs for event in array)
        return order_ids if len(order_ids) >= len(ORDER_IDS) else None

    assert poll_until("the executions", received) == ORDER_IDS
