"""`python -m bootstrap` against an emulator: it makes, keeps, repairs and deletes every resource."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bootstrap import names
from bootstrap.step import STEPS
from tests.conftest import CHAIN_SETTINGS, Aws
from tests.emulator_process import REPOSITORY, EmulatorProcess
from tests.hops import delivered_rows
from tests.polling import poll_until

NOTHING_ALLOWED = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
}
COMMAND = [sys.executable, "-m", "bootstrap"]
# On a busy machine; more would be a hang.
RUN_SECONDS = 300


def put_order(aws: Aws, order_id: str) -> None:
    aws.client("dynamodb").put_item(
        TableName=names.TABLE_NAME,
        Item={
            "orderid": {"S": order_id},
            "product_name": {"S": "Laptop"},
            "quantity": {"N": "1"},
            "price": {"N": "10"},
        },
    )


def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: str, **settings: str) -> dict[str, str]:
    """Run bootstrap and return the outcome of each resource by its name."""
    process = start(*arguments, **settings)
    output, errors = process.communicate(timeout=RUN_SECONDS)
    assert (process.returncode, errors) == (0, "")
    return outcomes(output)


def outcomes(output: str) -> dict[str, str]:
    step_names = {step.name for step in STEPS}
    lines = [line.split() for line in output.splitlines() if line.endswith(" s")]
    return {line[-3]: line[0] for line in lines if len(line) > 3 and line[-3] in step_names}


def everything(outcome: str, **others: str) -> dict[str, str]:
    return {step.name: outcome for step in STEPS} | others


@pytest.fixture(scope="module", autouse=True)
def nothing_before(emulator: EmulatorProcess) -> None:
    run("--destroy")


@pytest.fixture(autouse=True)
def nothing_after(nothing_before: None) -> Iterator[None]:
    yield
    run("--destroy")


def test_first_run_creates_everything_and_second_changes_nothing(aws: Aws) -> None:
    # WHEN bootstrap runs twice
    first, second = run(), run()

    # THEN the first creates everything, ready for use, and the second leaves it as it is
    assert first == everything("created")
    assert second == everything("unchanged")
    pipe = aws.client("pipes").describe_pipe(Name=names.PIPE_NAME)
    delivery_stream = aws.client("firehose").describe_delivery_stream(
        DeliveryStreamName=names.DELIVERY_STREAM_NAME
    )["DeliveryStreamDescription"]
    assert (pipe["CurrentState"], delivery_stream["DeliveryStreamStatus"]) == ("RUNNING", "ACTIVE")


def test_two_at_once_both_succeed() -> None:
    # WHEN two bootstraps run at once
    processes = [start(), start()]
    results = [process.communicate(timeout=RUN_SECONDS) for process in processes]

    # THEN both end well, every resource was made by one of them, and nothing is left to do
    assert [process.returncode for process in processes] == [0, 0], results
    both = [outcomes(output) for output, _ in results]
    assert all("created" in (both[0][step.name], both[1][step.name]) for step in STEPS)
    assert run() == everything("unchanged")


def test_changed_buffering_is_updated(aws: Aws) -> None:
    # GIVEN the default buffering
    run()

    # WHEN bootstrap runs with other hints for both buffers
    changed = run(
        TRANSFORM_BUFFER_INTERVAL_SECONDS="2", S3_BUFFER_INTERVAL_SECONDS="60", S3_BUFFER_SIZE_MBS="7"
    )

    # THEN only the delivery stream changed, and it has them
    assert changed == everything("unchanged", **{names.DELIVERY_STREAM_NAME: "updated"})
    described = aws.client("firehose").describe_delivery_stream(DeliveryStreamName=names.DELIVERY_STREAM_NAME)
    destination = described["DeliveryStreamDescription"]["Destinations"][0][
        "ExtendedS3DestinationDescription"
    ]
    parameters = destination["ProcessingConfiguration"]["Processors"][0]["Parameters"]
    assert destination["BufferingHints"] == {"SizeInMBs": 7, "IntervalInSeconds": 60}
    assert {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": "2"} in parameters


def test_what_somebody_changed_is_repaired(aws: Aws) -> None:
    # GIVEN resources that somebody changed by hand
    run()
    aws.client("lambda").update_function_configuration(FunctionName=names.FUNCTION_NAME, Timeout=3)
    aws.client("pipes").stop_pipe(Name=names.PIPE_NAME)
    aws.client("logs").put_retention_policy(logGroupName=names.FUNCTION_LOG_GROUP, retentionInDays=1)
    aws.client("s3").delete_public_access_block(Bucket=names.BUCKET_NAME)
    aws.client("iam").put_role_policy(
        RoleName=names.PIPE_ROLE_NAME,
        PolicyName=names.PIPE_ROLE_NAME,
        PolicyDocument=json.dumps(NOTHING_ALLOWED),
    )
    queue_url = aws.client("sqs").get_queue_url(QueueName=names.DEAD_LETTER_QUEUE_NAME)["QueueUrl"]
    aws.client("sqs").set_queue_attributes(QueueUrl=queue_url, Attributes={"MessageRetentionPeriod": "60"})

    # WHEN bootstrap runs twice
    first, second = run(), run()

    # THEN the first run put them right, and the second found nothing to do
    repaired = (
        names.FUNCTION_NAME,
        names.PIPE_NAME,
        names.FUNCTION_LOG_GROUP,
        names.BUCKET_NAME,
        names.PIPE_ROLE_NAME,
        names.DEAD_LETTER_QUEUE_NAME,
    )
    assert first == everything("unchanged", **dict.fromkeys(repaired, "updated"))
    assert second == everything("unchanged")


def test_orders_reach_the_bucket_again_after_the_data_stream_was_deleted(aws: Aws) -> None:
    # GIVEN a chain whose Kinesis stream somebody has deleted, and an order written since
    run(**CHAIN_SETTINGS)
    aws.client("kinesis").delete_stream(StreamName=names.STREAM_NAME)
    poll_until(
        "the stream to be gone",
        lambda: names.STREAM_NAME not in aws.client("kinesis").list_streams()["StreamNames"],
    )
    put_order(aws, "while-it-was-gone")

    # WHEN bootstrap runs again
    repaired = run(**CHAIN_SETTINGS)

    # THEN the delivery stream is one that reads the new stream, and neither that order nor a later one is lost
    assert (repaired[names.STREAM_NAME], repaired[names.DELIVERY_STREAM_NAME]) == ("created", "created")
    put_order(aws, "afterwards")
    poll_until(
        "both rows",
        lambda: {"while-it-was-gone", "afterwards"} <= {row["orderid"] for row in delivered_rows(aws)},
    )


def test_destroy_removes_everything_with_its_data(aws: Aws) -> None:
    # GIVEN the pipeline, with two versions of an object in the bucket
    run()
    s3 = aws.client("s3")
    s3.put_bucket_versioning(Bucket=names.BUCKET_NAME, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=names.BUCKET_NAME, Key="orders/a", Body=body)
    s3.delete_object(Bucket=names.BUCKET_NAME, Key="orders/a")

    # WHEN it is destroyed twice
    first, second = run("--destroy"), run("--destroy")

    # THEN nothing is left
    assert first == everything("deleted")
    assert second == everything("absent")
    assert remaining(aws) == {
        "tables": [],
        "streams": [],
        "buckets": [],
        "pipes": [],
        "delivery streams": [],
        "functions": [],
        "roles": [],
        "queues": [],
    }


def test_two_destroys_at_once_both_succeed(aws: Aws) -> None:
    # GIVEN the pipeline
    run()

    # WHEN it is destroyed by two at once
    processes = [start("--destroy"), start("--destroy")]
    results = [process.communicate(timeout=RUN_SECONDS) for process in processes]

    # THEN both end well and nothing is left
    assert [process.returncode for process in processes] == [0, 0], results
    assert set(itertools.chain.from_iterable(remaining(aws).values())) == set()


def remaining(aws: Aws) -> dict[str, list[Any]]:
    """Return what exists under the pipeline's names."""

    def every(service: str, operation: str, member: str) -> list[Any]:
        # Other tests of the session may fill more than a page.
        pages = aws.client(service).get_paginator(operation).paginate()
        return [each for page in pages for each in page.get(member, [])]

    delivery_streams = aws.client("firehose").list_delivery_streams(Limit=10_000)
    found: dict[str, list[str]] = {
        "tables": every("dynamodb", "list_tables", "TableNames"),
        "streams": every("kinesis", "list_streams", "StreamNames"),
        "buckets": [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]],
        "pipes": [pipe["Name"] for pipe in every("pipes", "list_pipes", "Pipes")],
        "delivery streams": delivery_streams["DeliveryStreamNames"],
        "functions": [each["FunctionName"] for each in every("lambda", "list_functions", "Functions")],
        "roles": [role["RoleName"] for role in every("iam", "list_roles", "Roles")],
        "queues": [url.rpartition("/")[2] for url in every("sqs", "list_queues", "QueueUrls")],
    }
    ours = {step.name for step in STEPS}
    return {kind: [name for name in listed if name in ours] for kind, listed in found.items()}


def test_unusable_setting_stops_before_anything_starts() -> None:
    # WHEN a setting has an unusable value
    process = start(S3_BUFFER_SIZE_MBS="0")
    output, errors = process.communicate(timeout=RUN_SECONDS)

    # THEN one line names it and what is allowed
    assert (process.returncode, output, errors) == (
        2,
        "",
        "S3_BUFFER_SIZE_MBS=0 cannot be used: give a whole number from 1 to 128\n",
    )
