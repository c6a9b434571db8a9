"""A pipe alone: a table's stream to Kinesis one event at a time, from a backlog and from idleness."""

import json
import statistics

import boto3

from benchmarks.chain import idle_latency_seconds, piped_count, set_pipe, write_orders
from benchmarks.measurement import (
    own_emulator,
    processor_share,
    resident_mebibytes,
    row,
    timed,
    wait_for,
)
from tests.emulator_process import REGION
from tests.polling import poll_until

EVENTS = 20_000
IDLE_SECONDS = 30.0
SINGLE_WRITES = 20
NAME = "bench"
ACCOUNT = "000000000000"
TARGET_ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{NAME}"


def run() -> None:
    """Measure one pipe with BatchSize 1 and factor 1, against the same emulator without it."""
    with own_emulator() as emulator:
        process_id = emulator.process.pid
        stream_arn = create_source_and_target()
        write_orders(1, "warm", NAME)
        idle_alone = processor_share(process_id, IDLE_SECONDS)
        create_pipe(stream_arn)
        memory = resident_mebibytes(process_id)
        idle = processor_share(process_id, IDLE_SECONDS) - idle_alone
        idle_growth = resident_mebibytes(process_id) - memory
        latencies = [idle_latency_seconds(NAME, NAME) for _ in range(SINGLE_WRITES)]
        before = piped_count(NAME)
        set_pipe("STOPPED", NAME)
        writing = timed(lambda: write_orders(EVENTS, table_name=NAME))
        moving = timed(lambda: start_and_drain(before + EVENTS))
        row("stream to Kinesis, BatchSize 1, from a backlog", f"{EVENTS / moving:,.0f} records/s")
        row("of the rate of BatchWriteItem that wrote it", f"{writing / moving:.2f}")
        row("write to Kinesis when idle, median", f"{statistics.median(latencies) * 1000:,.0f} ms")
        row("write to Kinesis when idle, longest", f"{max(latencies) * 1000:,.0f} ms")
        row("processor of an idle pipe", f"{idle:.2%}")
        row(f"memory gained in {IDLE_SECONDS:.0f} idle seconds", f"{idle_growth} MiB")


def start_and_drain(expected: int) -> None:
    """Start the pipe and return when the data stream holds as many records as expected."""
    set_pipe("RUNNING", NAME)
    wait_for("the data stream", lambda: piped_count(NAME), expected)


def create_source_and_target() -> str:
    """Create the table, the role and the data stream; return the ARN of the table's stream."""
    dynamodb = boto3.client("dynamodb")
    table = dynamodb.create_table(
        TableName=NAME,
        AttributeDefinitions=[{"AttributeName": "orderid", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "orderid", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName=NAME, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=NAME, WaiterConfig={"Delay": 1})
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "pipes.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    boto3.client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(trust))
    return table["LatestStreamArn"]


def create_pipe(stream_arn: str) -> None:
    """Create the pipe and wait until it runs."""
    pipes = boto3.client("pipes")
    pipes.create_pipe(
        Name=NAME,
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{NAME}",
        Source=stream_arn,
        SourceParameters={"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 1}},
        Target=TARGET_ARN,
        TargetParameters={"KinesisStreamParameters": {"PartitionKey": "$.dynamodb.Keys.orderid.S"}},
    )
    poll_until("the pipe", lambda: pipes.describe_pipe(Name=NAME)["CurrentState"] == "RUNNING")
