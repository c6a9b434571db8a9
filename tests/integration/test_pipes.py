"""EventBridge Pipes through its API: states, errors, and records on their way from a table to a data stream.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/Welcome.html
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Aws
from tests.integration.pipe_setup import TRUST, create_data_stream, settled_state
from tests.polling import WAITER_CONFIG, poll_until


class Surroundings:
    """A table with a stream, a data stream, a role, and pipes between them."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.name = name
        self.pipes = aws.client("pipes")
        self.dynamodb = aws.client("dynamodb")
        self.kinesis = aws.client("kinesis")
        self.sqs = aws.client("sqs")
        self.iam = aws.client("iam")
        self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "orderid", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "orderid", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        self.source_arn = self.dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]
        self.create_target()
        self.role_arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        self.queue_url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["QueueArn"])
        self.queue_arn = attributes["Attributes"]["QueueArn"]
        self.created: set[str] = set()

    def create_target(self) -> None:
        """Create the data stream and wait until it is active."""
        self.target_arn = create_data_stream(self.kinesis, self.name)

    def request(self, name: str | None = None, **changes: Any) -> dict[str, Any]:
        """Return a CreatePipe request."""
        return {
            "Name": name or self.name,
            "Source": self.source_arn,
            "Target": self.target_arn,
            "RoleArn": self.role_arn,
            "SourceParameters": self.source(),
            "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "$.dynamodb.Keys.orderid.S"}},
            **changes,
        }

    def source(self, **block: Any) -> dict[str, Any]:
        """Return source parameters."""
        return {"DynamoDBStreamParameters": {"StartingPosition": "TRIM_HORIZON", "BatchSize": 1, **block}}

    def create(self, name: str | None = None, **changes: Any) -> tuple[str, str | None]:
        """Create a pipe; return its settled state and the reason."""
        request = self.request(name, **changes)
        self.created.add(request["Name"])
        self.pipes.create_pipe(**request)
        return self.settle(request["Name"])

    def settle(self, name: str | None = None) -> tuple[str, str | None]:
        """Wait until a pipe is in no transition; return its state and the reason."""
        return settled_state(self.pipes, name or self.name)

    def delete(self, name: str | None = None) -> None:
        """Delete a pipe and wait until it is gone."""
        pipe_name = name or self.name
        self.pipes.delete_pipe(Name=pipe_name)
        poll_until("the pipe to be gone", lambda: self.is_gone(pipe_name))
        self.created.discard(pipe_name)

    def is_gone(self, name: str) -> bool:
        """Tell whether a pipe does not exist."""
        try:
            self.pipes.describe_pipe(Name=name)
        except ClientError as error:
            return error.response["Error"]["Code"] == "NotFoundException"
        return False

    def write(self, *order_ids: str) -> None:
        """Write an item each."""
        for order_id in order_ids:
            self.dynamodb.put_item(TableName=self.name, Item={"orderid": {"S": order_id}})

    def events(self) -> list[dict[str, Any]]:
        """Return every event that the data stream holds."""
        records: list[dict[str, Any]] = []
        for shard in self.kinesis.list_shards(StreamName=self.name)["Shards"]:
            iterator = self.kinesis.get_shard_iterator(
                StreamName=self.name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while iterator:
                response = self.kinesis.get_records(ShardIterator=iterator)
                records += response["Records"]
                iterator = response["NextShardIterator"] if response["Records"] else None
        return [json.loads(record["Data"]) for record in records]

    def order_ids(self) -> list[str]:
        """Return the keys of the events that arrived, in order."""
        return [event["dynamodb"]["Keys"]["orderid"]["S"] for event in self.events()]

    def arrived(self, *order_ids: str) -> list[str]:
        """Wait until as many events have arrived as there are keys; return theirs."""
        return poll_until(
            f"{len(order_ids)} events",
            lambda: found if len(found := self.order_ids()) >= len(order_ids) else None,
        )

    def clean_up(self) -> None:
        """Delete everything."""
        for name in list(self.created):
            if not self.is_gone(name):
                self.settle(name)
                self.delete(name)
        self.dynamodb.delete_table(TableName=self.name)
        with suppress(self.kinesis.exceptions.ResourceNotFoundException):
            self.kinesis.delete_stream(StreamName=self.name)
        self.sqs.delete_queue(QueueUrl=self.queue_url)
        self.iam.delete_role(RoleName=self.name)


@pytest.fixture
def around(aws: Aws, name: str) -> Iterator[Surroundings]:
    """Return what a pipe needs around it."""
    surroundings = Surroundings(aws, name)
    yield surroundings
    surroundings.clean_up()


def test_a_pipe_goes_through_its_states(around: Surroundings) -> None:
    # GIVEN a created pipe
    around.created.add(around.name)
    created = around.pipes.create_pipe(**around.request())
    states = [(created["CurrentState"], created["DesiredState"]), around.settle()]

    # WHEN it is stopped, started, updated and deleted
    for operation in ("stop_pipe", "start_pipe"):
        answer = getattr(around.pipes, operation)(Name=around.name)
        states += [(answer["CurrentState"], answer["DesiredState"]), around.settle()]
    answer = around.pipes.update_pipe(Name=around.name, RoleArn=around.role_arn, Description="new")
    states += [(answer["CurrentState"], answer["DesiredState"]), around.settle()]
    description = around.pipes.describe_pipe(Name=around.name)["Description"]
    answer = around.pipes.delete_pipe(Name=around.name)
    states.append((answer["CurrentState"], answer["DesiredState"]))

    # THEN every answer shows the transition, and it settles; at last it is gone
    assert states == [
        ("CREATING", "RUNNING"),
        ("RUNNING", "No records processed"),
        ("STOPPING", "STOPPED"),
        ("STOPPED", "User initiated"),
        ("STARTING", "RUNNING"),
        ("RUNNING", "User initiated"),
        ("UPDATING", "RUNNING"),
        ("RUNNING", "No records processed"),
        ("DELETING", "DELETED"),
    ]
    assert description == "new"
    poll_until("the pipe to be gone", lambda: around.is_gone(around.name))


def test_calls_in_a_row_wait_for_each_other(around: Surroundings) -> None:
    # GIVEN a pipe that was created just now
    around.pipes.create_pipe(**around.request(DesiredState="STOPPED"))

    # WHEN it is started, started again, stopped, and deleted without waiting in between
    answers = [
        getattr(around.pipes, operation)(Name=around.name)
        for operation in ("start_pipe", "start_pipe", "stop_pipe", "stop_pipe", "delete_pipe")
    ]

    # THEN each call finds the pipe settled, what is so already changes nothing, and at last it is gone
    assert [(answer["CurrentState"], answer["DesiredState"]) for answer in answers] == [
        ("STARTING", "RUNNING"),
        ("RUNNING", "RUNNING"),
        ("STOPPING", "STOPPED"),
        ("STOPPED", "STOPPED"),
        ("DELETING", "STOPPED"),
    ]
    poll_until("the pipe to be gone", lambda: around.is_gone(around.name))


def test_describe_returns_what_was_created(around: Surroundings) -> None:
    # GIVEN a pipe with a dead-letter queue, tags and a description
    source = around.source(DeadLetterConfig={"Arn": around.queue_arn}, MaximumRetryAttempts=3)
    around.create(
        SourceParameters=source, Description="orders", Tags={"team": "sales"}, DesiredState="STOPPED"
    )

    # WHEN it is described
    pipe = around.pipes.describe_pipe(Name=around.name)

    # THEN everything comes back, and what AWS adds to it
    for volatile in ("ResponseMetadata", "CreationTime", "LastModifiedTime"):
        del pipe[volatile]
    assert pipe == {
        "Arn": f"arn:aws:pipes:eu-north-1:000000000000:pipe/{around.name}",
        "Name": around.name,
        "Description": "orders",
        "DesiredState": "STOPPED",
        "CurrentState": "STOPPED",
        "StateReason": "No records processed",
        "Source": around.source_arn,
        "SourceParameters": {
            "DynamoDBStreamParameters": {
                "StartingPosition": "TRIM_HORIZON",
                "BatchSize": 1,
                "MaximumRetryAttempts": 3,
                "DeadLetterConfig": {"Arn": around.queue_arn},
            }
        },
        "EnrichmentParameters": {},
        "Target": around.target_arn,
        "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "$.dynamodb.Keys.orderid.S"}},
        "RoleArn": around.role_arn,
        "Tags": {"team": "sales"},
    }


@pytest.mark.parametrize("missing", ["Source", "RoleArn"])
def test_pipe_without_its_source_or_role_ends_in_create_failed(around: Surroundings, missing: str) -> None:
    # GIVEN the ARN of a stream, or of a role, that does not exist
    good = around.request()[missing]
    arn = good.replace(around.name, "nothing")

    # WHEN a pipe is created with it
    outcome = around.create(**{missing: arn})

    # THEN the call succeeds, and the pipe fails with AWS's reason
    source_arn = arn if missing == "Source" else around.source_arn
    assert outcome == (
        "CREATE_FAILED",
        f"Input parameter is invalid from the request due to : Cannot access stream {source_arn}. "
        "Please ensure the customer role can perform actions on source stream",
    )


def test_duplicate_name_conflicts(around: Surroundings) -> None:
    # GIVEN a pipe
    around.create()

    # WHEN another one of the same name is created
    with pytest.raises(ClientError) as caught:
        around.pipes.create_pipe(**around.request())

    # THEN that is a conflict
    response: dict[str, Any] = {**caught.value.response}
    assert response["Error"]["Code"] == "ConflictException"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert (response["resourceId"], response["resourceType"]) == (around.name, "pipe")


@pytest.mark.parametrize("operation", ["describe_pipe", "start_pipe", "stop_pipe", "delete_pipe"])
def test_unknown_pipe_is_not_found(aws: Aws, operation: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(aws.client("pipes"), operation)(Name="nothing")
    assert caught.value.response["Error"] == {
        "Code": "NotFoundException",
        "Message": "Pipe nothing does not exist.",
    }
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"SourceParameters": {}},
            '{"ValidationErrorFields":[{"Name":"SourceParameters.DynamoDBStreamParameters",'
            '"Message":"Missing required parameter."}]}',
        ),
        (
            {
                "SourceParameters": {
                    "DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 10001}
                }
            },
            "[numeric instance is greater than the required maximum (maximum: 10000, found: 10001)]",
        ),
        (
            {"LogConfiguration": {"Level": "INFO"}},
            "Must provide at least 1 log destination in LogConfiguration",
        ),
    ],
    ids=["missing block", "out of range", "no destination"],
)
def test_refused_request_is_a_validation_exception_and_makes_no_pipe(
    around: Surroundings, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as caught:
        around.pipes.create_pipe(**around.request(**changes))
    assert caught.value.response["Error"] == {"Code": "ValidationException", "Message": message}
    assert around.is_gone(around.name)


def test_list_filters_and_pages(around: Surroundings) -> None:
    # GIVEN three pipes of which one is stopped
    names = [f"{around.name}-{suffix}" for suffix in "abc"]
    for pipe_name in names:
        around.create(pipe_name, DesiredState="STOPPED" if pipe_name.endswith("b") else "RUNNING")

    # WHEN they are listed by prefix in pages of two, and by state
    paginator = around.pipes.get_paginator("list_pipes")
    pages = [
        [pipe["Name"] for pipe in page["Pipes"]]
        for page in paginator.paginate(NamePrefix=around.name, PaginationConfig={"PageSize": 2})
    ]
    stopped = around.pipes.list_pipes(NamePrefix=around.name, CurrentState="STOPPED")["Pipes"]

    # THEN the filters hold and every pipe comes once
    assert pages == [names[:2], names[2:]]
    assert [(pipe["Name"], pipe["DesiredState"], pipe["Source"]) for pipe in stopped] == [
        (names[1], "STOPPED", around.source_arn)
    ]


def test_tags_are_added_changed_and_removed(around: Surroundings) -> None:
    # GIVEN a pipe with a tag
    around.create(Tags={"team": "sales"}, DesiredState="STOPPED")
    arn = around.pipes.describe_pipe(Name=around.name)["Arn"]

    # WHEN tags are set and removed
    around.pipes.tag_resource(resourceArn=arn, tags={"team": "orders", "stage": "test"})
    both = around.pipes.list_tags_for_resource(resourceArn=arn)["tags"]
    around.pipes.untag_resource(resourceArn=arn, tagKeys=["team"])
    one = around.pipes.list_tags_for_resource(resourceArn=arn)["tags"]

    # THEN the pipe has what is left
    assert (both, one) == ({"team": "orders", "stage": "test"}, {"stage": "test"})


def test_changes_of_a_table_arrive_as_events_in_order(around: Surroundings) -> None:
    # GIVEN a pipe
    around.create()

    # WHEN an item is put, changed and deleted
    key = {"orderid": {"S": "383"}}
    item = {**key, "price": {"N": "380.66"}, "photo": {"B": b"\x00\x01\x02"}}
    around.dynamodb.put_item(TableName=around.name, Item=item)
    around.dynamodb.put_item(TableName=around.name, Item={**key, "price": {"N": "1"}})
    around.dynamodb.delete_item(TableName=around.name, Key=key)
    around.arrived("383", "383", "383")

    # THEN the events come in that order, each as DynamoDB's typed JSON with the stream's ARN
    events = around.events()
    assert [event["eventName"] for event in events] == ["INSERT", "MODIFY", "REMOVE"]
    assert events[0]["dynamodb"]["NewImage"] == {**key, "price": {"N": "380.66"}, "photo": {"B": "AAEC"}}
    assert isinstance(events[0]["dynamodb"]["ApproximateCreationDateTime"], int)
    assert {event["eventSourceARN"] for event in events} == {around.source_arn}
    assert {event["eventVersion"] for event in events} == {"1.1"}


def test_latest_sees_everything_written_once_the_pipe_runs(around: Surroundings) -> None:
    # GIVEN records from before the pipe
    around.write("old-1", "old-2")
    source = around.source(StartingPosition="LATEST")
    around.create(SourceParameters=source)

    # WHEN more is written
    around.write("new-1", "new-2")

    # THEN only that arrives
    assert around.arrived("new-1", "new-2") == ["new-1", "new-2"]


def test_nothing_is_lost_or_repeated_over_stops_and_starts(around: Surroundings) -> None:
    # GIVEN a pipe on the latest records that is stopped before its first one
    around.create(SourceParameters=around.source(StartingPosition="LATEST"))
    expected = []

    # WHEN it is stopped and started in mid-flow, with writes all the while
    for turn in range(4):
        around.pipes.stop_pipe(Name=around.name)
        written = [f"{turn}-{number}" for number in range(20)]
        around.write(*written)
        expected += written
        around.settle()
        around.pipes.start_pipe(Name=around.name)
        around.settle()

    # THEN every change arrives once, in order
    assert around.arrived(*expected) == expected


def test_new_pipe_of_the_same_name_has_no_memory(around: Surroundings) -> None:
    # GIVEN a pipe that delivered a record and was deleted
    around.create()
    around.write("a")
    around.arrived("a")
    around.delete()

    # WHEN a new one of the same name reads from the trim horizon
    around.create()

    # THEN it delivers the record again
    assert around.arrived("a", "a") == ["a", "a"]


def test_pipe_recovers_when_its_target_comes_back(around: Surroundings) -> None:
    # GIVEN a running pipe whose data stream is deleted
    around.create()
    around.kinesis.delete_stream(StreamName=around.name)
    around.kinesis.get_waiter("stream_not_exists").wait(StreamName=around.name, WaiterConfig=WAITER_CONFIG)

    # WHEN records are written, and the stream is created again
    around.write("a", "b")
    around.create_target()

    # THEN they arrive, in order
    assert around.arrived("a", "b") == ["a", "b"]


def test_record_that_cannot_be_delivered_goes_to_the_dead_letter_queue(around: Surroundings) -> None:
    # GIVEN a pipe without retries whose target does not exist
    source = around.source(MaximumRetryAttempts=0, DeadLetterConfig={"Arn": around.queue_arn})
    around.create(SourceParameters=source, Target=around.target_arn + "-missing")

    # WHEN a record is written
    around.write("a")
    messages = poll_until(
        "a dead-letter message",
        lambda: around.sqs.receive_message(QueueUrl=around.queue_url).get("Messages"),
    )

    # THEN the message tells which record was given up and why
    message = json.loads(messages[0]["Body"])
    info = message["DDBStreamBatchInfo"]
    assert message["context"] == {
        "partnerResourceArn": f"arn:aws:pipes:eu-north-1:000000000000:pipe/{around.name}",
        "condition": "RetryAttemptsExhausted",
    }
    assert (info["batchSize"], info["streamArn"]) == (1, around.source_arn)
    assert info["startSequenceNumber"] == info["endSequenceNumber"]


def test_filter_lets_only_matching_records_through(around: Surroundings) -> None:
    # GIVEN a filter on the typed key
    pattern = json.dumps({"dynamodb": {"Keys": {"orderid": {"S": [{"prefix": "eu-"}]}}}})
    source = {**around.source(), "FilterCriteria": {"Filters": [{"Pattern": pattern}]}}
    around.create(SourceParameters=source)

    # WHEN other records are written too
    around.write("us-1", "eu-1", "us-2", "eu-2")

    # THEN only the matching ones arrive
    assert around.arrived("eu-1", "eu-2") == ["eu-1", "eu-2"]


def test_disabled_stream_makes_the_pipe_unusable(around: Surroundings) -> None:
    # GIVEN a stopped pipe whose stream has been disabled
    around.create(DesiredState="STOPPED")
    around.dynamodb.update_table(TableName=around.name, StreamSpecification={"StreamEnabled": False})

    # WHEN it is started
    around.pipes.start_pipe(Name=around.name)

    # THEN that fails with the reason
    assert around.settle() == (
        "START_FAILED",
        "Stream not found. To resume processing please delete the pipe and create a new one.",
    )


def test_pipe_tells_its_executions_in_its_log_and_in_metrics(around: Surroundings, aws: Aws) -> None:
    # GIVEN a pipe that logs everything, execution data included
    logs, cloudwatch = aws.client("logs"), aws.client("cloudwatch")
    group = f"/aws/vendedlogs/pipes/{around.name}"
    logs.create_log_group(logGroupName=group)
    (described,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    configuration = {
        "Level": "TRACE",
        "IncludeExecutionData": ["ALL"],
        "CloudwatchLogsLogDestination": {"LogGroupArn": described["arn"]},
    }
    around.create(LogConfiguration=configuration)
    assert around.pipes.describe_pipe(Name=around.name)["LogConfiguration"] == configuration

    # WHEN an event passes
    around.write("a")

    # THEN its steps are in the log group, with what was sent
    def logged() -> list[dict[str, Any]] | None:
        found = logs.filter_log_events(logGroupName=group)["events"]
        records = [json.loads(entry["message"]) for entry in found]
        return records if any(entry["messageType"] == "EXECUTION_SUCCEEDED" for entry in records) else None

    records = poll_until("the log records", logged)
    assert [entry["messageType"] for entry in records] == [
        "EXECUTION_STARTED",
        "TARGET_STAGE_ENTERED",
        "TARGET_INVOCATION_STARTED",
        "TARGET_INVOCATION_SUCCEEDED",
        "TARGET_STAGE_SUCCEEDED",
        "EXECUTION_SUCCEEDED",
    ]
    assert [event["eventName"] for event in json.loads(records[0]["payload"])] == ["INSERT"]
    logs.delete_log_group(logGroupName=group)

    # AND the execution is counted once, by pipe
    def invocations() -> float:
        now = datetime.now(UTC)
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/EventBridge/Pipes",
            MetricName="Invocations",
            Dimensions=[{"Name": "PipeName", "Value": around.name}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    assert poll_until("the metric", invocations) == 1
